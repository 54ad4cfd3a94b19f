//! A session that ends while somebody types: nothing is lost.

use chrono::Duration;

use crate::support::app::TestApp;
use crate::support::harness::tests;
use crate::support::people::{PASSWORD, SAKURA, begin};

tests! {
    a_form_sent_after_the_session_ended_is_there_after_the_login,
}

fn a_form_sent_after_the_session_ended_is_there_after_the_login(app: &TestApp) {
    app.with_master();
    let mut browser = app.signed_in(SAKURA, "hanako@example.jp");
    begin(&mut browser, "照合");
    let step = browser.page().path.replace("/edit/match", "/edit/count");
    browser.open(&step);
    browser.fill("職員数", "１２人").fill("申請台数", "3台");
    app.later(Duration::minutes(31));
    browser.press("次へ進む").expect("ログイン");
    browser.fill("メールアドレス", "hanako@example.jp").fill("パスワード", PASSWORD);
    browser.press("ログインする");
    assert_eq!(browser.page().path, step);
    assert_eq!(browser.page().control("職員数").value, "１２人");
    assert_eq!(browser.page().control("申請台数").value, "3台");
    app.run_jobs();
}
