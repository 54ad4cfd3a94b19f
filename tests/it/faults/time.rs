//! Clocks that jump, and sessions that end in the middle of a form.

use chrono::Duration;

use super::report::{self, Row};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::device::{Device, Service, reveal_nth};
use crate::support::harness::{Needs, tests};
use crate::support::people::{AOZORA, PASSWORD, SAKURA, begin, log_in, register};

tests! {
    needs Needs::Patience;
    faults_a_clock_that_jumps_loses_nothing,
    faults_a_session_that_ends_in_a_form_loses_nothing,
}

const JUMPS: &str = "The server's clock jumps an hour ahead and back again while people and devices are under way";
const ENDED: &str = "Half an hour passes between a form and its sending";
const MAIL: &str = "hanako@example.jp";
const NO_TIME: std::time::Duration = std::time::Duration::ZERO;

fn faults_a_clock_that_jumps_loses_nothing(app: &TestApp) {
    app.with_master();
    let mut person = app.approved(SAKURA, MAIL, 2);
    let mut device = Device::new(app);
    assert_eq!(device.register(&reveal_nth(&mut person, SAKURA, 0)).status, 201);
    let service = Service::new(app);
    let before = device.fresh_token();
    assert_eq!(service.check(&before)["active"], true);
    let mut newcomer = app.portal();
    register(&mut newcomer, AOZORA, "aozora@example.jp");
    let link = app.mailed_path("aozora@example.jp", "/activate/");

    app.later(Duration::hours(1));
    // A session ends half an hour after its last use: a login brings it back.
    person.visit("/home").expect("ログイン");
    log_in(&mut person, MAIL);
    let ahead = device.fresh_token();
    let told = service.check(&ahead);
    assert_eq!(
        (&told["active"], told.get("as_of")),
        (&true.into(), None),
        "how fresh an answer is, the steady clock says"
    );
    app.write(|tx| tx.enqueue(&uketsuke_workers::periodic::PeriodicJob { name: "scan_files".to_owned() }));

    app.later(-Duration::hours(1));
    person.open("/home").expect("ログアウト");
    let told = service.check(&device.fresh_token());
    assert_eq!((&told["active"], told.get("as_of")), (&true.into(), None));
    newcomer.open(&link);
    newcomer.press("登録を完了する").expect("ログイン");
    log_in(&mut newcomer, "aozora@example.jp");
    let mut other = Device::new(app);
    assert_eq!(other.register(&reveal_nth(&mut person, SAKURA, 1)).status, 201, "codes hold");
    // What was to be done at a moment that is to come is done then.
    app.later(Duration::hours(1));
    app.run_jobs();
    report::note(
        app,
        Row {
            number: 20,
            provoked: JUMPS,
            seen: "Ahead: whoever was signed in logs in again, devices fetch a new token. Back: sessions, links and codes hold; checks \
                   are answered all the time, and none as if it were old"
                .to_owned(),
            lost: "Nothing: work due by the clock that was ahead is done when its time has come".to_owned(),
            normal_after: NO_TIME,
        },
    );
}

fn faults_a_session_that_ends_in_a_form_loses_nothing(app: &TestApp) {
    let mut person = app.with_master().signed_in(SAKURA, MAIL);
    begin(&mut person, "照合");
    let step = person.page().path.replace("/edit/match", "/edit/count");
    person.open(&step);
    person.fill("職員数", "１２人").fill("申請台数", "3台");
    app.later(Duration::minutes(31));
    person.press("次へ進む").expect("ログイン");
    log_in_again(&mut person);
    assert_eq!(person.page().path, step);
    assert_eq!(person.page().control("職員数").value, "１２人");
    assert_eq!(person.page().control("申請台数").value, "3台");
    // And the same form goes through.
    person.press("次へ進む");
    assert_ne!(person.page().path, step);
    assert_eq!(person.open(&step).control("職員数").value, "１２人");
    app.run_jobs();
    report::note(
        app,
        Row {
            number: 25,
            provoked: ENDED,
            seen: "The login page; after it the same step with everything that was typed, and the form goes through"
                .to_owned(),
            lost: "Nothing that was typed".to_owned(),
            normal_after: NO_TIME,
        },
    );
}

fn log_in_again(person: &mut Browser) {
    person.fill("メールアドレス", MAIL).fill("パスワード", PASSWORD);
    person.press("ログインする");
}
