//! F2 to F7: the mail server is away, hangs, refuses or cannot be trusted, and the
//! program dies around a letter.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use tokio::sync::watch;
use uketsuke::compose::Parts;
use uketsuke_core::clock::Clock;
use uketsuke_core::db::Actor;
use uketsuke_core::mail::{MailState, SmtpMail, Transport, unreachable_since};
use uketsuke_core::queue::{self, JobState};
use uketsuke_core::schema::{jobs, mails};
use uketsuke_core::staff::role::Role;
use uketsuke_workers::Works;
use uketsuke_workers::periodic::PeriodicJob;
use uketsuke_workers::runner::Runner;

use super::report::{self, Row};
use super::short_or_long;
use crate::kill::server::Server;
use crate::kill::world;
use crate::support::app::{TestApp, path_in};
use crate::support::browser::Browser;
use crate::support::harness::{Needs, tests};
use crate::support::people::{SAKURA, register};
use crate::support::post::{At, Post};

tests! {
    needs Needs::Patience;
    faults_mail_killed_before_the_letter_goes_out,
    faults_mail_killed_after_the_letter_was_taken,
    faults_mail_server_away needs Calm,
    faults_mail_server_hangs on Sqlite,
    faults_mail_server_refuses,
    faults_mail_server_without_starttls on Sqlite,
    faults_mail_server_with_a_certificate_that_nobody_knows on Sqlite,
}

/// Set by tests/run: a real Postfix with a certificate of its own, and its folder.
const MTA: &str = "UKETSUKE_TEST_MTA_URL";
const MTA_FOLDER: &str = "UKETSUKE_TEST_MTA_FOLDER";

/// The program as a process of its own, with the made-up master, sending to `mail`.
fn serve(app: &TestApp, mail: &str) -> (Server, Parts) {
    let server = Server::start_with(&app.place, &[("UKETSUKE_MAIL", mail.to_owned())]);
    let parts = world::parts(&server, Clock::System);
    app.wait(uketsuke::demo::master::import(&parts, uketsuke::demo::cast::MASTER)).expect("the master imports");
    (server, parts)
}

/// Registers somebody from a network address of their own; answers how long that took.
fn register_at(server: &Server, n: usize) -> (String, Duration) {
    let (email, began) = (format!("person{n}@example.jp"), Instant::now());
    let url = server.config().portal_url;
    register(&mut Browser::coming_from(&url, &format!("10.4.0.{n}")), SAKURA, &email);
    (email, began.elapsed())
}

/// As when the minute is over that a job waits whose worker has died.
fn leases_end(parts: &Parts) {
    let over = |tx: &mut uketsuke_core::db::Tx<'_>| {
        let now = tx.now();
        let running = jobs::table.filter(jobs::state.eq(JobState::Running));
        diesel::update(running).set(jobs::leased_until.eq(now)).execute(tx.conn())?;
        Ok(())
    };
    parts.db.write_blocking(Actor::operator(), over).expect("the database can be written");
}

/// Every letter went out once and is noted so, and none else did.
fn all_arrived_once(parts: &Parts, post: &Post, emails: &[String]) {
    for email in emails {
        assert_eq!(post.to(email).len(), 1, "letters to {email}");
    }
    assert_eq!(post.letters().len(), emails.len());
    let states: Vec<MailState> =
        parts.db.read_blocking(|c| Ok(mails::table.select(mails::state).load(c)?)).expect("the database can be read");
    assert_eq!(states, vec![MailState::Sent; emails.len()]);
}

fn faults_mail_killed_before_the_letter_goes_out(app: &TestApp) {
    let post = Post::away();
    let (server, parts) = serve(app, &post.url());
    let emails: Vec<_> = (1..=short_or_long(3, 30)).map(|n| register_at(&server, n).0).collect();
    server.kill();
    assert_eq!(post.letters(), []);
    leases_end(&parts);
    post.come();
    let began = Instant::now();
    server.start_again();
    server.wait_until_ready();
    server.wait_until_drained(&parts.db);
    let normal_after = began.elapsed();
    all_arrived_once(&parts, &post, &emails);
    report::note(
        app,
        Row {
            number: 2,
            provoked: "SIGKILL while the letters of committed registrations wait",
            seen: "the letter comes after the restart, once".into(),
            lost: format!("nothing: {} registrations, as many letters", emails.len()),
            normal_after,
        },
    );
}

fn faults_mail_killed_after_the_letter_was_taken(app: &TestApp) {
    let post = Post::open();
    let (server, parts) = serve(app, &post.url());
    let ((taken, is_taken), (answer, may_answer)) = (mpsc::channel::<()>(), mpsc::channel::<()>());
    post.before_250(move || {
        // Only the first time: later nobody is there to say go on.
        if taken.send(()).is_ok() {
            let _ = may_answer.recv();
        }
    });
    let (email, _) = register_at(&server, 1);
    is_taken.recv().expect("a letter is taken");
    drop(is_taken);
    // Held, it cannot note what it is answered now.
    server.hold(true);
    drop(answer);
    server.kill();
    let began = Instant::now();
    leases_end(&parts);
    server.start_again();
    server.wait_until_ready();
    server.wait_until_drained(&parts.db);
    let normal_after = began.elapsed();
    let letters = post.to(&email);
    let [first, second] = letters.as_slice() else { panic!("{} letters", letters.len()) };
    assert_eq!(first.message_id, second.message_id);
    assert!(!first.message_id.is_empty());
    let state: MailState = parts.db.read_blocking(|c| Ok(mails::table.select(mails::state).first(c)?)).expect("one");
    assert_eq!(state, MailState::Sent);
    // The link of the copy that came first works.
    let mut browser = Browser::new(&server.config().portal_url);
    browser.open(&path_in(&first.body, "/activate/"));
    browser.press("登録を完了する").expect("ログイン");
    report::note(
        app,
        Row {
            number: 3,
            provoked: "the process is stopped before it can read the 250 for a letter, then SIGKILL",
            seen: "two copies under one Message-ID, which mail programs show once; both links work".into(),
            lost: "nothing".into(),
            normal_after,
        },
    );
}

fn faults_mail_server_away(app: &TestApp) {
    let post = Post::open();
    let (server, parts) = serve(app, &post.url());
    let rounds = short_or_long(4, 40);
    let (mut emails, mut there, mut away) = (Vec::new(), Vec::new(), Vec::new());
    // In turns, so that whatever else the machine does slows both down alike.
    for n in 0..rounds {
        for (is_away, times) in [(false, &mut there), (true, &mut away)] {
            if is_away {
                post.leave()
            } else {
                post.come_back()
            }
            let (email, took) = register_at(&server, 2 * n + usize::from(is_away) + 1);
            emails.push(email);
            times.push(took);
        }
    }
    let [there, away] = [there, away].map(|mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    });
    assert!(away < there * 2, "{away:?} to register while the mail server is away, {there:?} while it is there");
    post.come_back();
    let began = Instant::now();
    server.wait_until_drained(&parts.db);
    let normal_after = began.elapsed();
    all_arrived_once(&parts, &post, &emails);
    report::note(
        app,
        Row {
            number: 4,
            provoked: "every connection to the mail server ends at once",
            seen: format!(
                "nothing but that letters come later; a registration takes {:.2} s (else {:.2} s)",
                away.as_secs_f64(),
                there.as_secs_f64()
            ),
            lost: format!("nothing: {} registrations, as many letters", emails.len()),
            normal_after,
        },
    );
}

fn works(app: &TestApp, url: &str, limit: Duration) -> Works {
    let sender = "noreply@example.jp".parse().expect("an address");
    let smtp = SmtpMail::new(url, sender).expect("an SMTP address").within(limit);
    Works { transport: Transport::Smtp(smtp), ..app.parts.works().expect("workers can be built") }
}

fn drain(app: &TestApp, works: &Works) {
    app.wait(Runner::new(works.clone()).drain()).expect("the queue can be read");
}

fn row(app: &TestApp, email: &str) -> (MailState, String) {
    let rows = mails::table.filter(mails::recipient.eq(email)).select((mails::state, mails::last_error));
    let (state, error): (_, Option<String>) = app.read(|c| Ok(rows.first(c)?));
    (state, error.unwrap_or_default())
}

fn faults_mail_server_hangs(app: &TestApp) {
    app.with_master();
    let post = Post::open();
    for at in [At::Banner, At::Ehlo, At::Data, At::Dot] {
        let email = format!("{at:?}@example.jp").to_lowercase();
        register(&mut app.portal(), SAKURA, &email);
        post.hang(Some(at));
        drain(app, &works(app, &post.url(), Duration::from_millis(500)));
        let (state, error) = row(app, &email);
        assert!(state == MailState::Pending && error.contains("did not finish in time"), "{at:?}: {state} {error}");
        post.hang(None);
        app.later(chrono::Duration::minutes(10));
        drain(app, &works(app, &post.url(), Duration::from_secs(30)));
        assert_eq!(row(app, &email).0, MailState::Sent, "{at:?}");
        let ids: Vec<_> = post.to(&email).into_iter().map(|letter| letter.message_id).collect();
        // Where it hung after the whole letter, the server has it twice, under one id.
        assert!(ids.len() == 1 || (at == At::Dot && ids.len() == 2 && ids[0] == ids[1]), "{at:?}: {ids:?}");
    }
    let normal_after = others_go_on(app, &post);
    report::note(
        app,
        Row {
            number: 5,
            provoked: "the mail server says nothing more: at the banner, after EHLO, at DATA, after the final dot",
            seen: "letters come later; all other background work goes on".into(),
            lost: "nothing: every letter came; twice, under one Message-ID, where the server hung after the final dot"
                .into(),
            normal_after,
        },
    );
}

/// With the patience of earnest: letters hold up all workers but one.
fn others_go_on(app: &TestApp, post: &Post) -> Duration {
    const CREW: usize = 4;
    for n in 0..CREW {
        register(&mut app.portal(), SAKURA, &format!("crew{n}@example.jp"));
    }
    post.hang(Some(At::Banner));
    let patient = works(app, &post.url(), Duration::from_secs(30));
    let done = |c: &mut uketsuke_core::db::Conn| {
        let done = jobs::table.filter(jobs::kind.eq("periodic")).filter(jobs::state.eq(JobState::Done));
        Ok(done.count().get_result::<i64>(c)?)
    };
    let before = app.read(done);
    app.wait(async {
        let (stop, stopped) = watch::channel(false);
        let crew = Runner::crew(&patient, CREW).into_iter();
        let crew: Vec<_> = crew.map(|worker| tokio::spawn(worker.run(stopped.clone()))).collect();
        let hanging = post.clone();
        tokio::task::spawn_blocking(move || hanging.wait_until_hanging(CREW - 1)).await.expect("they hang");
        app.write(|tx| tx.enqueue(&PeriodicJob { name: "forget_links".to_owned() }));
        while app.read(done) == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Done while they hang.
        assert_eq!(app.read(|c| queue::count(c, JobState::Running)), (CREW - 1) as i64);
        post.hang(None);
        stop.send(true).expect("they listen");
        for worker in crew {
            worker.await.expect("a worker ends well");
        }
    });
    let began = Instant::now();
    app.later(chrono::Duration::minutes(10));
    drain(app, &patient);
    for n in 0..CREW {
        assert_eq!(post.to(&format!("crew{n}@example.jp")).len(), 1);
    }
    began.elapsed()
}

fn faults_mail_server_refuses(app: &TestApp) {
    app.with_master();
    let post = Post::open();
    let works = works(app, &post.url(), Duration::from_secs(30));
    for name in ["later", "never", "good", "away", "full"] {
        register(&mut app.portal(), SAKURA, &format!("{name}@example.jp"));
    }
    drain(app, &works);
    let asked = |name: &str| post.lines().iter().filter(|line| line.contains(&format!("<{name}@example.jp>"))).count();
    for (name, state, says) in [
        ("good", MailState::Sent, ""),
        ("later", MailState::Pending, "450"),
        ("away", MailState::Pending, "421"),
        ("never", MailState::Failed, "550"),
        ("full", MailState::Failed, "552"),
    ] {
        let (is, error) = row(app, &format!("{name}@example.jp"));
        assert!(is == state && error.contains(says), "{name}: {is} {error}");
        let since = app.read(|c| unreachable_since(c, &format!("{name}@example.jp"), app.clock.now().into()));
        assert_eq!(since.is_some(), state == MailState::Failed, "{name}");
    }
    let tries = asked("later");
    app.later(chrono::Duration::hours(1));
    drain(app, &works);
    assert!(asked("later") > tries && asked("away") > 1);
    assert_eq!((asked("never"), asked("full"), post.letters().len()), (1, 1, 1), "never asked again");
    // A day later nobody waits any more.
    app.later(chrono::Duration::hours(24));
    drain(app, &works);
    assert_eq!(row(app, "later@example.jp").0, MailState::Failed);
    assert_eq!(app.read(|c| queue::count(c, JobState::Dead)), 4);
    let mut office = app.staff("desk@example.jp", Role::Support);
    for (name, says) in [("later", "450"), ("away", "421"), ("never", "550"), ("full", "552")] {
        office.open(&format!("/mails?state=failed&recipient={name}@example.jp")).expect(says);
    }
    app.run_jobs();
    app.forgive_dead_jobs();
    report::note(
        app,
        Row {
            number: 6,
            provoked: "by recipient: 450 and 421 to RCPT, 550 and 552 to RCPT, 250",
            seen: "the others' letters come; what is refused for good is not tried again, shown to staff, and its \
                   address is marked; what is refused for now is tried for a day"
                .into(),
            lost: "nothing: each letter was taken or is listed as not sent".into(),
            normal_after: Duration::ZERO,
        },
    );
}

fn faults_mail_server_without_starttls(app: &TestApp) {
    app.with_master();
    let post = Post::open();
    let works = works(app, &format!("smtp://name:secret@{}?tls=required", post.address), Duration::from_secs(30));
    let email = "stripped@example.jp";
    register(&mut app.portal(), SAKURA, email);
    drain(app, &works);
    let lines = post.lines();
    assert!(!lines.is_empty());
    assert!(lines.iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{lines:?}");
    let (state, error) = row(app, email);
    assert!(state == MailState::Pending && error.contains("STARTTLS"), "{state} {error}");
    // The operator mends it: here, by naming a server that needs no encryption.
    let began = Instant::now();
    app.later(chrono::Duration::minutes(10));
    drain(app, &self::works(app, &post.url(), Duration::from_secs(30)));
    assert_eq!((post.to(email).len(), row(app, email).0), (1, MailState::Sent));
    report::note(
        app,
        Row {
            number: 7,
            provoked: "the mail server offers no STARTTLS where that is required",
            seen: "letters come later; staff see why under 「送信メール」".into(),
            lost: "nothing, and nothing was said in clear: neither login nor sender nor letter".into(),
            normal_after: began.elapsed(),
        },
    );
}

fn faults_mail_server_with_a_certificate_that_nobody_knows(app: &TestApp) {
    let (Ok(url), Ok(folder)) = (std::env::var(MTA), std::env::var(MTA_FOLDER)) else {
        println!("left out: no mail server with a certificate ({MTA} is not set)");
        return;
    };
    let (mut server, parts) = serve(app, &format!("{url}?tls=required"));
    let email = format!("{}@uketsuke.test", app.place.name());
    register(&mut Browser::new(&server.config().portal_url), SAKURA, &email);
    let refused = || {
        let error: Option<Option<String>> =
            parts.db.read_blocking(|c| Ok(mails::table.select(mails::last_error).first(c).optional()?)).expect("reads");
        error.flatten()
    };
    let error = loop {
        match refused() {
            Some(error) => break error,
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    assert!(error.contains("certificate"), "{error}");
    let id: String = parts.db.read_blocking(|c| Ok(mails::table.select(mails::id).first(c)?)).expect("one");
    assert!(!arrived(&folder, &id));
    server.kill();
    leases_end(&parts);
    server.configure("SSL_CERT_FILE", format!("{folder}/ca.pem"));
    let began = Instant::now();
    server.start_again();
    server.wait_until_ready();
    server.wait_until_drained(&parts.db);
    while !arrived(&folder, &id) {
        std::thread::sleep(Duration::from_millis(50));
    }
    report::note(
        app,
        Row {
            number: 7,
            provoked: "a real Postfix whose certificate no known authority has signed",
            seen: "letters come later; staff see why under 「送信メール」".into(),
            lost: "nothing: the letter arrived once the authority was made known".into(),
            normal_after: began.elapsed(),
        },
    );
}

/// Whether the letter with this id lies in the maildir.
fn arrived(folder: &str, id: &str) -> bool {
    let files = fs::read_dir(Path::new(folder).join("letters/new")).expect("a maildir");
    files.flatten().any(|file| fs::read_to_string(file.path()).is_ok_and(|text| text.contains(&format!("<{id}@"))))
}
