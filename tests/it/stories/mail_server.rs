//! Letters through a real mail server: taken, refused for now, refused for good.

use std::path::Path;

use chrono::Duration;
use diesel::prelude::*;
use uketsuke_core::mail::{MailState, SmtpMail, Transport};
use uketsuke_core::queue::{self, JobState};
use uketsuke_core::schema::mails;
use uketsuke_workers::Works;
use uketsuke_workers::runner::Runner;

use crate::support::app::TestApp;
use crate::support::harness::{Needs, tests};
use crate::support::people::{SAKURA, register};

tests! {
    needs Needs::Variable(SERVER);
    a_mail_server_takes_refuses_for_now_and_refuses_for_good,
}

const SERVER: &str = "UKETSUKE_TEST_SMTP_URL";
const FOLDER: &str = "UKETSUKE_TEST_SMTP_FOLDER";

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set by tests/run"))
}

fn a_mail_server_takes_refuses_for_now_and_refuses_for_good(app: &TestApp) {
    app.with_master();
    let id = app.clock.now().timestamp_micros();
    let good = format!("good{}@example.jp", if app.place.name() == "sqlite" { 1 } else { 2 });
    for email in [good.as_str(), "later@example.jp", "never@example.jp"] {
        register(&mut app.portal(), SAKURA, email);
    }
    let sender = "ポータル（送信専用） <noreply@example.jp>".parse().expect("an address");
    let smtp = SmtpMail::new(&variable(SERVER), sender).expect("an SMTP address");
    let works = Works { transport: Transport::Smtp(smtp), ..app.parts.works().expect("workers can be built") };
    let runner = Runner::new(works);
    app.wait(runner.drain()).expect("the queue can be read");

    assert_eq!(state_of(app, &good), MailState::Sent, "{id}");
    assert_eq!(state_of(app, "later@example.jp"), MailState::Pending);
    assert_eq!(state_of(app, "never@example.jp"), MailState::Failed);
    let count = |state| app.read(|c| queue::count(c, state));
    assert_eq!((count(JobState::Ready), count(JobState::Dead)), (1, 1), "(waiting, dead)");
    arrived_once_and_whole(&good);

    // A day later nobody waits for the mailbox any more.
    app.later(Duration::hours(25));
    app.wait(runner.drain()).expect("the queue can be read");
    assert_eq!((count(JobState::Ready), count(JobState::Dead)), (0, 2), "(waiting, dead)");
    assert_eq!(state_of(app, "later@example.jp"), MailState::Failed);
    app.forgive_dead_jobs();
}

fn state_of(app: &TestApp, email: &str) -> MailState {
    app.read(|c| Ok(mails::table.filter(mails::recipient.eq(email)).select(mails::state).first(c)?))
}

fn arrived_once_and_whole(email: &str) {
    let files = std::fs::read_dir(Path::new(&variable(FOLDER))).expect("the server's folder");
    let mails: Vec<_> = files
        .flatten()
        .filter(|file| file.file_name().to_string_lossy().contains(email))
        .map(|file| std::fs::read(file.path()).expect("a mail"))
        .collect();
    let [mail] = mails.as_slice() else { panic!("{} mails came for {email}", mails.len()) };
    let mail = uketsuke::demo::mail_file::read_bytes(mail).expect("a readable mail");
    assert!(mail.subject.contains("登録を完了してください"), "{}", mail.subject);
    assert!(mail.body.contains("/activate/"), "{}", mail.body);
    assert!(mail.from.contains("noreply@example.jp") && mail.to.contains(email));
}
