//! People who do the same twice, at the same moment, or against each other.

use std::time::Duration;

use diesel::prelude::*;
use uketsuke_core::schema::{application_events, applications, devices};
use uketsuke_core::staff::role::Role;

use super::report::{self, Row};
use super::short_or_long;
use crate::kill::cast::{self, Facility, Secret};
use crate::races::at_once;
use crate::support::app::TestApp;
use crate::support::browser::{Browser, Replay, replayed};
use crate::support::device::{Device, names, reveal, reveal_nth};
use crate::support::harness::{Needs, tests};
use crate::support::people::{
    Place, SAKURA, YOKOHAMA, application_path, apply_by_documents, apply_by_match, enrol, log_in, register,
};

tests! {
    needs Needs::Patience;
    faults_every_form_of_the_main_path_sent_twice_counts_once,
    faults_of_two_decisions_at_once_one_stands,
    faults_codes_and_places_hold_against_many_at_once,
    faults_an_additional_application_approved_many_times_gives_its_devices_once,
}

const TWICE: &str =
    "Every form from registration to the device's settings is sent twice, one after the other and at the same moment";
const DECISIONS: &str = "A reviewer approves in two windows and rejects in a third, and in every other round the applicant withdraws, all at the \
     same moment";
const DEVICES: &str = "Ten devices with one code at once, code after code; 25 accounts at once where 20 places are";
const ADDITIONS: &str =
    "An application for more devices is approved in four windows at once, one application after the other";
const MAIL: &str = "hanako@example.jp";

/// What the main path leaves: rows by table, letters by subject, devices.
type Traces = (Vec<(&'static str, i64)>, Vec<String>, usize);

fn faults_every_form_of_the_main_path_sent_twice_counts_once(app: &TestApp) {
    let once = walk(app, Replay::Once);
    let mut sent = 0;
    for replay in [Replay::InTurn, Replay::AtOnce] {
        let other = TestApp::start(&app.place);
        let traces = walk(&other, replay);
        sent += replayed();
        assert_eq!(traces, once, "{replay:?}");
        other.finish();
    }
    assert!(sent >= 20, "{sent} forms only");
    report::note(
        app,
        Row {
            number: 21,
            provoked: TWICE,
            seen: "The second of two is told that it is done already, or sees what the first one saw; never a fault of ours".to_owned(),
            lost: "Nothing, and nothing is there twice: rows of every table, letters and devices are as after the same path walked once"
                .to_owned(),
            normal_after: Duration::ZERO,
        },
    );
}

fn walk(app: &TestApp, replay: Replay) -> Traces {
    app.with_master();
    let mut person = app.portal();
    person.replay = replay;
    register(&mut person, SAKURA, MAIL);
    app.activate(&mut person, MAIL);
    log_in(&mut person, MAIL);
    let number = apply_by_documents(&mut person, "2", "3");
    app.run_jobs();
    // A code of the authenticator works once: that is what it is for.
    let mut office = app.office();
    enrol(&mut office, &app.parts.db, "reviewer@example.jp", Role::Reviewer);
    office.replay = replay;
    office.open("/queue?v=unassigned");
    office.follow(&number);
    office.press("この申請を担当する");
    office.follow("承認する");
    office.press("承認する");
    app.decisions_stand();
    let devices = names(&mut person);
    person.follow(&devices[0]);
    reveal(&mut person, SAKURA);
    app.run_jobs();
    // Receipt numbers are random.
    let subject = |subject: &str| subject.split('（').next().unwrap_or_default().to_owned();
    let mut letters: Vec<String> = app.mail.to(MAIL).iter().map(|letter| subject(&letter.subject)).collect();
    letters.sort();
    (app.written(), letters, devices.len())
}

fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A facility of the cast, as the support's people know it.
fn known(one: &Facility) -> Place {
    let Secret::Birth { year, month, day } = one.secret else { panic!("matched by an account") };
    let code = kept(one.code.clone());
    Place {
        kind: SAKURA.kind,
        code,
        name: kept(one.name.clone()),
        found_by: Box::leak(Box::new([("登録記号番号", code)])),
        birth: ["西暦", kept(year.to_string()), kept(month.to_string()), kept(day.to_string())],
        account: "",
    }
}

fn faults_of_two_decisions_at_once_one_stands(other: &TestApp) {
    let app = TestApp::start_with(&other.place, &[("UKETSUKE_TRUSTED_PROXIES", "127.0.0.1")]);
    let rounds = short_or_long(6, 100);
    let cast: Vec<Facility> =
        cast::facilities(rounds * 3 / 2 + 2).into_iter().filter(|one| one.index % 3 != 2).take(rounds).collect();
    let master = kept(cast::csv(&cast));
    app.wait(uketsuke::demo::master::import(&app.parts, master)).expect("it imports");
    let mut reviewer = app.office();
    enrol(&mut reviewer, &app.parts.db, "reviewer@example.jp", Role::Reviewer);
    let mut ends = std::collections::BTreeMap::<String, usize>::new();
    for one in &cast {
        let end = decide_at_once(&app, one, &reviewer);
        *ends.entry(end).or_default() += 1;
    }
    app.decisions_stand();
    let told: Vec<String> = ends.iter().map(|(state, count)| format!("{count} {state}")).collect();
    report::note(
        other,
        Row {
            number: 22,
            provoked: DECISIONS,
            seen: format!(
                "Of {rounds} applications {}; whoever was slower is told who decided, or asked to look again",
                told.join(", ")
            ),
            lost: "Nothing: one decision in the history of each, devices where it is an approval and only there"
                .to_owned(),
            normal_after: Duration::ZERO,
        },
    );
    app.finish();
}

/// One round; answers how the application ended.
fn decide_at_once(app: &TestApp, one: &Facility, reviewer: &Browser) -> String {
    let mut person = Browser::coming_from(&app.parts.config.portal_url, &one.address);
    register(&mut person, known(one), &one.email);
    app.activate(&mut person, &one.email);
    log_in(&mut person, &one.email);
    let number = apply_by_documents(&mut person, "2", "3");
    let path = application_path(&person);
    let id = path.rsplit('/').next().unwrap_or_default().to_owned();
    app.run_jobs();
    let mut first = reviewer.clone_session();
    first.open("/queue?v=unassigned");
    first.follow(&number);
    first.press("この申請を担当する");
    let case = first.page().path.clone();
    first.open(&format!("{case}/approve"));
    let second = {
        let mut window = reviewer.clone_session();
        window.open(&format!("{case}/approve"));
        window
    };
    let mut third = reviewer.clone_session();
    third.open(&format!("{case}/reject"));
    third.fill("却下の理由", "別の施設の書類でした。施設の書類で申請してください。");
    third.press("送られるメールを見る");
    person.open(&path);
    person.follow("申請を取り下げる");

    let mut windows = vec![first, second, third];
    // Who withdraws is nearly always faster: every other round is the reviewer's alone.
    if one.index.is_multiple_of(2) {
        windows.push(person);
    }
    let windows = at_once(windows, |window| {
        let buttons = window.page().buttons();
        let words = ["申請を取り下げる", "この内容で却下する", "承認する"]
            .into_iter()
            .find(|words| buttons.iter().any(|b| b == words));
        window.press(words.expect("one of the buttons"));
    });
    for window in &windows {
        let status = window.page().status;
        assert!(matches!(status, 200 | 409 | 503), "{}: {status}\n{}", one.name, window.page().text());
    }
    let (state, ends, given) = app.read(|c| {
        let state: String = applications::table.find(&id).select(applications::state).first(c)?;
        let ends: Vec<String> = application_events::table
            .filter(application_events::application_id.eq(&id))
            .filter(application_events::to_state.eq_any(["approved", "rejected", "withdrawn"]))
            .select(application_events::to_state)
            .load(c)?;
        let given: i64 = devices::table.filter(devices::application_id.eq(&id)).count().get_result(c)?;
        Ok((state, ends, given))
    });
    assert_eq!(ends, [state.as_str()], "{}", one.name);
    assert_eq!(given, if state == "approved" { 3 } else { 0 }, "{}: {state}", one.name);
    state
}

fn faults_codes_and_places_hold_against_many_at_once(app: &TestApp) {
    let codes = short_or_long(5, 20);
    app.with_master();
    let mut person = app.approved(SAKURA, MAIL, codes);
    for number in 0..codes {
        let settings = reveal_nth(&mut person, SAKURA, number as usize);
        let phones = (0..10).map(|_| Device::new(app)).collect();
        let statuses = race(phones, |phone: &mut Device| phone.register(&settings).status);
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 201 | 401)), "{statuses:?}");
    }
    let mut clinic = app.signed_in(YOKOHAMA, "incho@example.jp");
    apply_by_match(&mut clinic, YOKOHAMA, 20);
    clinic.open("/devices/new");
    let windows: Vec<Browser> = (0..25).map(|_| clinic.clone_session()).collect();
    let windows = windows.into_iter().enumerate().map(|(n, mut window)| {
        window.tick("一般利用者");
        window.fill("ID", &format!("minami{n:02}")).fill("氏名", "南 洋子").fill("フリガナ", "ミナミ ヨウコ");
        window
    });
    let windows = at_once(windows.collect(), |window| {
        window.press("アカウントを作成する");
    });
    let made = windows.iter().filter(|window| window.page().says("アカウントを作成しました")).count();
    for window in &windows {
        assert!(window.page().status < 500 || window.page().status == 503, "{}", window.page().text());
    }
    let listed = names(&mut clinic).len();
    assert!(listed <= 20, "{listed} accounts in 20 places");
    assert_eq!(made, listed, "what people were told, and what is there");
    // Who was asked to come again comes again.
    for n in 0..25 {
        if clinic.open("/devices/new").says("作成できるアカウントがありません") {
            break;
        }
        clinic.tick("一般利用者");
        clinic.fill("ID", &format!("hamada{n:02}")).fill("氏名", "浜田 健").fill("フリガナ", "ハマダ ケン");
        clinic.press("アカウントを作成する");
    }
    assert_eq!(names(&mut clinic).len(), 20);
    app.run_jobs();
    report::note(
        app,
        Row {
            number: 26,
            provoked: DEVICES,
            seen: format!(
                "{codes} codes: one device each is set up, nine are told invalid_token; of 25 accounts {made} at once, 20 in the end"
            ),
            lost: "Nothing: no code was used twice, no account is without a place".to_owned(),
            normal_after: Duration::ZERO,
        },
    );
}

fn faults_an_additional_application_approved_many_times_gives_its_devices_once(app: &TestApp) {
    let rounds = short_or_long(4, 100);
    let mut person = app.with_master().approved(SAKURA, MAIL, 1);
    let mut reviewer = app.office();
    enrol(&mut reviewer, &app.parts.db, "reviewer@example.jp", Role::Reviewer);
    for round in 0..rounds {
        person.open("/applications/start/device_addition");
        person.press("資格確認端末機器（アカウント）追加申請を始める");
        // More than what the rule approves by itself, together with those that are there.
        let asked = if round == 0 { 20 } else { 2 };
        person.fill("追加する台数", &asked.to_string()).fill("追加する理由", "往診に使うため");
        person.press("次へ進む");
        person.press("この内容で申請する").expect("受付番号");
        let number = person.page().all_words("#number").concat();
        let id = application_path(&person).rsplit('/').next().unwrap_or_default().to_owned();
        app.run_jobs();
        reviewer.open("/queue?v=unassigned");
        reviewer.follow(&number);
        reviewer.press("この申請を担当する");
        let approval = format!("{}/approve", reviewer.page().path);
        let windows = (0..4).map(|_| {
            let mut window = reviewer.clone_session();
            window.open(&approval);
            window
        });
        let windows = at_once(windows.collect(), |window| {
            window.press("承認する");
        });
        let told = |status: u16, words: &str| {
            windows.iter().filter(|window| window.page().status == status && window.page().says(words)).count()
        };
        let slower = told(409, "ほかの人が先に進めています") + told(503, "");
        assert_eq!((told(200, "承認しました"), slower), (1, 3), "{}", windows[0].page().text());
        let (approvals, given) = app.read(|c| {
            let of_this = application_events::table.filter(application_events::application_id.eq(&id));
            let approvals: i64 = of_this.filter(application_events::to_state.eq("approved")).count().get_result(c)?;
            let given: i64 = devices::table.filter(devices::application_id.eq(&id)).count().get_result(c)?;
            Ok((approvals, given))
        });
        assert_eq!((approvals, given), (1, asked), "round {round}");
        // The letter waits until the decision cannot be undone any more.
        app.later(chrono::Duration::minutes(6));
        app.run_jobs();
    }
    report::note(
        app,
        Row {
            number: 26,
            provoked: ADDITIONS,
            seen: "One window says that it is approved, the others that it is decided already, or to look again"
                .to_owned(),
            lost: format!("Nothing: of {rounds} applications each was approved once and gave its devices once"),
            normal_after: Duration::ZERO,
        },
    );
}

/// Lets all do the same at the same moment; what came of each.
fn race<T: Send, R: Send>(all: Vec<T>, deed: impl Fn(&mut T) -> R + Sync) -> Vec<R> {
    let start = std::sync::Barrier::new(all.len());
    std::thread::scope(|scope| {
        let run = |mut one: T| {
            let (start, deed) = (&start, &deed);
            scope.spawn(move || {
                start.wait();
                deed(&mut one)
            })
        };
        let runs: Vec<_> = all.into_iter().map(run).collect();
        runs.into_iter().map(|run| run.join().expect("no panic")).collect()
    })
}
