//! Killed after the mail server took a letter and before that was noted: the
//! job runs again when its lease ends.

use diesel::prelude::*;
use uketsuke_core::mail::MailState;
use uketsuke_core::queue::JobState;
use uketsuke_core::schema::{jobs, mails};

use crate::support::app::{TestApp, path_in};
use crate::support::harness::tests;
use crate::support::people::{SAKURA, register};

tests! {
    the_letter_goes_out_again_under_the_same_message_id,
    a_letter_that_is_needless_by_then_does_not_wait_for_ever,
}

const MAIL: &str = "hanako@example.jp";

fn the_letter_goes_out_again_under_the_same_message_id(app: &TestApp) {
    registered_and_killed(app);
    app.run_jobs();
    let sent = app.mail.all();
    let [(first, one), (second, other)] = sent.as_slice() else { panic!("{} letters", sent.len()) };
    assert_eq!((first, &one.subject), (second, &other.subject));
    assert_eq!(states(app), [MailState::Sent]);
    // The link of the first copy works still.
    let mut browser = app.portal();
    browser.open(&path_in(&one.body, "/activate/"));
    browser.press("登録を完了する").expect("ログイン");
    app.run_jobs();
}

fn a_letter_that_is_needless_by_then_does_not_wait_for_ever(app: &TestApp) {
    registered_and_killed(app);
    let mut browser = app.portal();
    browser.open(&path_in(&app.mail.to(MAIL)[0].body, "/activate/"));
    browser.press("登録を完了する").expect("ログイン");
    app.run_jobs();
    assert_eq!(app.mail.to(MAIL).len(), 2, "the link, and word that the account is open");
    assert_eq!(states(app), [MailState::Needless, MailState::Sent]);
}

/// The letter is out; job and row stand as a worker that died left them.
fn registered_and_killed(app: &TestApp) {
    app.with_master();
    register(&mut app.portal(), SAKURA, MAIL);
    app.run_jobs();
    app.write(|tx| {
        let now = tx.now();
        diesel::update(mails::table)
            .set((mails::state.eq(MailState::Pending), mails::sent_at.eq(None::<uketsuke_core::db::At>)))
            .execute(tx.conn())?;
        diesel::update(jobs::table)
            .set((jobs::state.eq(JobState::Running), jobs::leased_until.eq(now)))
            .execute(tx.conn())?;
        Ok(())
    });
    app.later(chrono::Duration::seconds(1));
}

fn states(app: &TestApp) -> Vec<MailState> {
    app.read(|c| Ok(mails::table.order(mails::id).select(mails::state).load(c)?))
}
