//! Letters through a real Postfix: encrypted to a mailbox, and to one that does not
//! exist, from where they come back.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use uketsuke_core::clock::Clock;
use uketsuke_core::mail::{MailState, SmtpMail, Transport};
use uketsuke_core::schema::{audit_events, mails};
use uketsuke_core::staff::role::Role;
use uketsuke_workers::Works;
use uketsuke_workers::periodic::PeriodicJob;
use uketsuke_workers::runner::Runner;

use crate::kill::server::Server;
use crate::kill::world;
use crate::support::app::{TestApp, path_in};
use crate::support::browser::Browser;
use crate::support::harness::{Needs, tests};
use crate::support::people::{SAKURA, apply_by_match, log_in, register};

tests! {
    needs Needs::Variable(SERVER);
    a_letter_goes_encrypted_through_postfix_to_a_mailbox,
    a_letter_that_comes_back_is_seen_by_staff_and_by_its_recipient,
}

const SERVER: &str = "UKETSUKE_TEST_MTA_URL";
const FOLDER: &str = "UKETSUKE_TEST_MTA_FOLDER";
/// Postfix needs a moment for each letter.
const LIMIT: Duration = Duration::from_secs(60);

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set by tests/run"))
}

fn folder() -> PathBuf {
    variable(FOLDER).into()
}

fn a_letter_goes_encrypted_through_postfix_to_a_mailbox(app: &TestApp) {
    let more = [
        ("UKETSUKE_MAIL", format!("{}?tls=required", variable(SERVER))),
        ("UKETSUKE_MAIL_FROM", "ポータル（送信専用） <noreply@uketsuke.test>".to_owned()),
        ("SSL_CERT_FILE", folder().join("ca.pem").display().to_string()),
    ];
    let server = Server::start_with(&app.place, &more);
    let parts = world::parts(&server, Clock::System);
    app.wait(uketsuke::demo::master::import(&parts, uketsuke::demo::cast::MASTER)).expect("the master imports");
    let email = format!("{}@uketsuke.test", app.place.name());
    let mut browser = Browser::new(&server.config().portal_url);
    register(&mut browser, SAKURA, &email);
    server.wait_until_drained(&parts.db);
    let id: String = parts.db.read_blocking(|c| Ok(mails::table.select(mails::id).first(c)?)).expect("one letter");
    let letter = wait_for(&folder().join("letters"), &format!("<{id}@uketsuke.test>"));
    assert!(letter.contains("with ESMTPS"), "{letter}");
    let letter = uketsuke::demo::mail_file::read_bytes(letter.as_bytes()).expect("a readable mail");
    assert!(letter.subject.contains("登録を完了してください"), "{}", letter.subject);
    browser.open(&path_in(&letter.body, "/activate/"));
    browser.press("登録を完了する").expect("ログイン");
    log_in(&mut browser, &email);
}

fn a_letter_that_comes_back_is_seen_by_staff_and_by_its_recipient(app: &TestApp) {
    app.with_master();
    let email = "gone@uketsuke.test";
    // The mailbox was there at the registration.
    let mut browser = app.signed_in(SAKURA, email);
    app.run_jobs();
    assert!(!browser.open("/home").says("届きませんでした"));
    apply_by_match(&mut browser, SAKURA, 1);
    let works = works(app);
    let drain = || app.wait(Runner::new(works.clone()).drain()).expect("the queue can be read");
    drain();
    let (id, state) = newest(app, email);
    assert_eq!(state, MailState::Sent);
    wait_for(&bounces(app), &format!("<{id}@uketsuke.test>"));

    app.write(|tx| tx.enqueue(&PeriodicJob { name: "read_bounces".to_owned() }));
    drain();
    assert_eq!(newest(app, email), (id.clone(), MailState::Bounced));
    let trail = audit_events::table.filter(audit_events::action.eq("mail.bounced")).count();
    let bounced = mails::table.filter(mails::state.eq(MailState::Bounced)).count();
    let (trail, bounced) = app.read(|c| Ok((trail.get_result::<i64>(c)?, bounced.get_result::<i64>(c)?)));
    assert_eq!(trail, bounced);
    let mut office = app.staff("desk@example.jp", Role::Support);
    office.open("/mails?state=bounced").expect(email);
    assert!(office.page().says("届きませんでした 5.1.1 unknown user"), "{}", office.page().text());
    office.open(&format!("/mails/{id}")).expect("届きませんでした");
    assert!(office.page().says("5.1.1 unknown user"));

    let home = browser.open("/home");
    assert!(home.says("登録のメールアドレスにメールが届きませんでした") && home.says(email), "{}", home.text());
    // The mailbox is there again: a letter that staff send once more stays away.
    office.press("もう一度送る");
    app.run_jobs();
    assert!(browser.open("/home").says("届きませんでした"), "it may still come back");
    // In steps, or the session would end.
    for _ in 0..2 {
        app.later(chrono::Duration::minutes(20));
        browser.open("/home").expect("次にすること");
    }
    browser.page().expect_not("届きませんでした");
}

/// As in earnest, with the maildir and the mail server of this test.
fn works(app: &TestApp) -> Works {
    let sender = format!("ポータル（送信専用） <noreply-{}@uketsuke.test>", app.place.name());
    let smtp = SmtpMail::new(&variable(SERVER), sender.parse().expect("an address")).expect("an SMTP address");
    let bounces = format!("maildir:{}", bounces(app).display()).parse().expect("a maildir");
    Works {
        transport: Transport::Smtp(smtp),
        bounces: Some(bounces),
        ..app.parts.works().expect("workers can be built")
    }
}

fn bounces(app: &TestApp) -> PathBuf {
    folder().join("bounces").join(app.place.name())
}

fn newest(app: &TestApp, email: &str) -> (String, MailState) {
    let theirs = mails::table.filter(mails::recipient.eq(email)).order(mails::id.desc());
    app.read(|c| Ok(theirs.select((mails::id, mails::state)).first(c)?))
}

/// The mail with these words.
fn wait_for(maildir: &Path, words: &str) -> String {
    let began = Instant::now();
    loop {
        let files = fs::read_dir(maildir.join("new")).expect("a maildir").flatten();
        let mails = files.filter_map(|file| fs::read_to_string(file.path()).ok());
        if let Some(mail) = mails.into_iter().find(|mail| mail.contains(words)) {
            return mail;
        }
        assert!(began.elapsed() < LIMIT, "no mail with {words} came to {}", maildir.display());
        sleep(Duration::from_millis(50));
    }
}
