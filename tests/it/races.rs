//! Races, run as races: whoever is slower changes nothing.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::Serialize;
use uketsuke_core::db::Actor;
use uketsuke_core::queue::{self, Job, JobState};
use uketsuke_core::staff::role::Role;
use uketsuke_workers::jobs::Start;
use uketsuke_workers::runner::Runner;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::device::{Device, Service, names, reveal_nth};
use crate::support::harness::tests;
use crate::support::http::Answer;
use crate::support::people::{SAKURA, apply_by_documents, begin, fill_counts};

tests! {
    of_many_sends_at_once_one_counts_and_twenty_devices_stay_twenty,
    of_two_reviewers_one_gets_the_application,
    of_two_approvals_at_once_one_issues_devices,
    of_many_devices_with_one_code_one_is_activated,
    of_two_logins_with_one_code_of_the_authenticator_one_passes,
    of_many_workers_one_runs_each_job,
}

/// Devices that race for one code.
const DEVICES: usize = 50;
const MAIL: &str = "hanako@example.jp";

/// Lets all browsers do the same thing at the same moment.
pub fn at_once(browsers: Vec<Browser>, deed: impl Fn(&mut Browser) + Sync) -> Vec<Browser> {
    let start = Barrier::new(browsers.len());
    thread::scope(|scope| {
        let run = |mut browser: Browser| {
            let (start, deed) = (&start, &deed);
            scope.spawn(move || {
                start.wait();
                deed(&mut browser);
                browser
            })
        };
        let runs: Vec<_> = browsers.into_iter().map(run).collect();
        runs.into_iter().map(|run| run.join().expect("a browser does not panic")).collect()
    })
}

fn of_many_sends_at_once_one_counts_and_twenty_devices_stay_twenty(app: &TestApp) {
    app.with_master();
    let mut browser = app.signed_in(SAKURA, MAIL);
    begin(&mut browser, "照合");
    browser.fill_date("施術管理者の生年月日", SAKURA.birth);
    browser.press("施設の確認");
    if browser.page().says("施設の確認ができました") {
        browser.press("次へ進む");
    }
    fill_counts(&mut browser, "30", "20");
    let windows = (0..5).map(|_| browser.clone_session()).collect();
    let windows = at_once(windows, |window| {
        let form = window.page().form("この内容で申請する", None);
        window.submit(form);
    });
    let sent: Vec<_> = windows.iter().filter(|w| w.page().says("受付番号")).collect();
    assert!(!sent.is_empty());
    for window in &windows {
        assert!(matches!(window.page().status, 200 | 409 | 503), "{}: {}", window.page().status, window.page().text());
    }
    assert_eq!(names(&mut browser).len(), 20);
    app.run_jobs();
    assert_eq!(
        app.mail
            .to(MAIL)
            .iter()
            .filter(|letter| letter.subject.contains("端末") || letter.subject.contains("申請"))
            .count(),
        1
    );
}

/// Two reviewers on the page of one application.
fn two_at_one_case(app: &TestApp) -> Vec<Browser> {
    let mut facility = app.signed_in(SAKURA, MAIL);
    let number = apply_by_documents(&mut facility, "2", "3");
    let mut reviewers = vec![app.staff("one@example.jp", Role::Reviewer), app.staff("two@example.jp", Role::Reviewer)];
    for reviewer in &mut reviewers {
        reviewer.open("/queue?v=unassigned");
        reviewer.follow(&number);
    }
    reviewers
}

fn of_two_reviewers_one_gets_the_application(app: &TestApp) {
    app.with_master();
    let reviewers = at_once(two_at_one_case(app), |reviewer| {
        let form = reviewer.page().form("この申請を担当する", None);
        reviewer.submit(form);
    });
    let holders = reviewers.iter().filter(|r| r.page().says("あなたが審査しています")).count();
    assert_eq!(holders, 1);
    let told = reviewers.iter().filter(|r| r.page().says("さんが")).count();
    assert_eq!(told, 1, "{:?}", reviewers.iter().map(|r| r.page().text()).collect::<Vec<_>>());
    app.run_jobs();
}

fn of_two_approvals_at_once_one_issues_devices(app: &TestApp) {
    app.with_master();
    let mut first = two_at_one_case(app).remove(0);
    first.press("この申請を担当する");
    first.follow("承認する");
    let windows = (0..4).map(|_| first.clone_session()).collect();
    let windows = at_once(windows, |window| {
        let form = window.page().form("承認する", None);
        window.submit(form);
    });
    assert!(
        windows.iter().all(|w| w.page().status < 500),
        "{:?}",
        windows.iter().map(|w| w.page().status).collect::<Vec<_>>()
    );
    let mut facility = app.portal();
    crate::support::people::log_in(&mut facility, MAIL);
    assert_eq!(names(&mut facility).len(), 3);
    app.decisions_stand();
    let approvals = app.mail.to(MAIL).iter().filter(|letter| letter.subject.contains("端末を設定できます")).count();
    assert_eq!(approvals, 1);
}

fn of_many_devices_with_one_code_one_is_activated(app: &TestApp) {
    app.with_master();
    let mut browser = app.approved(SAKURA, MAIL, 2);
    let settings = reveal_nth(&mut browser, SAKURA, 0);
    let start = Barrier::new(DEVICES);
    let devices: Vec<(Device, Answer)> = thread::scope(|scope| {
        let run = |_| {
            scope.spawn(|| {
                let mut device = Device::new(app);
                start.wait();
                let answer = device.register(&settings);
                (device, answer)
            })
        };
        let runs: Vec<_> = (0..DEVICES).map(run).collect();
        runs.into_iter().map(|run| run.join().expect("a device does not panic")).collect()
    });
    let (mut won, lost): (Vec<_>, Vec<_>) = devices.into_iter().partition(|(_, answer)| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (1, DEVICES - 1));
    for (_, answer) in &lost {
        assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some("invalid_token")), "{}", answer.text());
    }
    println!("{}: of {DEVICES} devices 1 won, {} were told invalid_token", app.place.name(), lost.len());
    let (winner, first) = &mut won[0];
    // As if its answer had been lost.
    let again = winner.register(&settings);
    assert_eq!((again.status, &again.json()["client_id"]), (201, &first.json()["client_id"]), "{}", again.text());
    assert_eq!(Service::new(app).check(&winner.fresh_token())["active"], true);
    app.run_jobs();
}

fn of_two_logins_with_one_code_of_the_authenticator_one_passes(app: &TestApp) {
    app.staff("one@example.jp", Role::Reviewer);
    // The secret is known to the authenticator only; a wrong code passes nobody.
    let windows: Vec<Browser> = (0..2)
        .map(|_| {
            let mut browser = app.office();
            browser.open("/login");
            browser.fill("メールアドレス", "one@example.jp");
            browser.fill("パスワード", crate::support::people::PASSWORD);
            browser.press("ログイン");
            browser
        })
        .collect();
    app.later(chrono::Duration::seconds(30));
    let code = app.authenticator("one@example.jp").code_at(app.clock.now());
    let windows = at_once(windows, |window| {
        window.fill("確認コード", &code);
        let form = window.page().form("確認する", None);
        window.submit(form);
    });
    assert_eq!(windows.iter().filter(|w| w.page().says("審査一覧")).count(), 1);
}

#[derive(Serialize)]
struct Counted;
impl Job for Counted {
    const KIND: &'static str = "counted";
}
static SQLITE_RUNS: AtomicUsize = AtomicUsize::new(0);
static POSTGRES_RUNS: AtomicUsize = AtomicUsize::new(0);
const SQLITE_JOBS: &[(&str, Start)] = &[("counted", |_, _| {
    Box::pin(async {
        SQLITE_RUNS.fetch_add(1, Ordering::SeqCst);
        Ok(())
    })
})];
const POSTGRES_JOBS: &[(&str, Start)] = &[("counted", |_, _| {
    Box::pin(async {
        POSTGRES_RUNS.fetch_add(1, Ordering::SeqCst);
        Ok(())
    })
})];

fn of_many_workers_one_runs_each_job(app: &TestApp) {
    const JOBS: usize = 60;
    let sqlite = app.place == crate::support::database::Place::Sqlite;
    let (jobs, runs) = if sqlite { (SQLITE_JOBS, &SQLITE_RUNS) } else { (POSTGRES_JOBS, &POSTGRES_RUNS) };
    app.parts
        .db
        .write_blocking(Actor::system(), |tx| {
            for _ in 0..JOBS {
                tx.enqueue(&Counted)?;
            }
            Ok(())
        })
        .expect("jobs can be enqueued");
    let start = Barrier::new(4);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let runner = Runner::with_jobs(app.parts.works().expect("workers can be built"), jobs);
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
                start.wait();
                // The queue may be busy for a moment (SQLite): that is no job lost.
                while app.read(|c| queue::count(c, JobState::Ready)) > 0 {
                    let _ = runtime.block_on(runner.drain());
                }
            });
        }
    });
    assert_eq!(runs.load(Ordering::SeqCst), JOBS);
    assert_eq!(app.read(|c| queue::count(c, JobState::Done)), i64::try_from(JOBS).expect("small"));
}
