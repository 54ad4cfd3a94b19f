//! Clocks that jump, and sessions that end in the middle of a form.

use std::path::Path;

use chrono::Duration;

use super::report::{self, Row};
use crate::kill::server::Server;
use crate::kill::walk::{self, Story};
use crate::kill::world::World;
use crate::kill::{cast, check, dice};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::device::{Device, Service, reveal_nth};
use crate::support::harness::{Needs, tests};
use crate::support::people::{AOZORA, PASSWORD, SAKURA, begin, log_in, register};

tests! {
    needs Needs::Patience;
    faults_a_clock_that_jumps_loses_nothing,
    faults_the_clock_of_the_whole_process_jumps,
    faults_a_session_that_ends_in_a_form_loses_nothing,
}

const JUMPS: &str = "The server's clock jumps an hour ahead and back again while people and devices are under way";
const PROCESS: &str =
    "libfaketime sets the process's clock an hour ahead, back, an hour behind, and back, while it runs";
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

/// Debian's, at its place for this machine.
fn faketime() -> Option<String> {
    let library = format!("/usr/lib/{}-linux-gnu/faketime/libfaketime.so.1", std::env::consts::ARCH);
    let there = Path::new(&library).exists();
    if !there {
        println!("left out: {library} is not there");
    }
    there.then_some(library)
}

fn phone(stories: &[Story]) -> &Device {
    &stories[0].device.as_ref().expect("a device").device
}

fn walked(world: &World<'_>) -> Story {
    let facility = world.next().expect("there is one more");
    walk::walk(world, facility, dice::Dice::new(1, &facility.code))
}

fn faults_the_clock_of_the_whole_process_jumps(app: &TestApp) {
    let Some(library) = faketime() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let offset = folder.path().join("offset");
    let jump = |to: &str| std::fs::write(&offset, to).expect("written");
    jump("+0");
    let more = [
        ("LD_PRELOAD", library),
        ("FAKETIME_TIMESTAMP_FILE", offset.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        // Only the clock on the wall jumps in a real machine.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let server = Server::start_with(&app.place, &more);
    let world = World::open(&server, cast::facilities(3));
    let mut stories = vec![walked(&world)];
    let mut visitor = Browser::coming_from(&server.config().portal_url, "203.0.113.20");
    for there in ["+3600", "-3600"] {
        let token = phone(&stories).fresh_token();
        jump(there);
        for _ in 0..20 {
            let told = world.service.try_check(&token).expect("answered");
            assert_eq!((told.status, told.json().get("as_of").cloned()), (200, None), "{there}: {}", told.text());
            assert_eq!(visitor.visit("/").status, 200, "{there}");
        }
        // A device knows the right time: its proofs are an hour off for the server.
        let refused = phone(&stories).token();
        assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("invalid_client")), "{there}");
        jump("+0");
        assert_eq!(world.service.check(&phone(&stories).fresh_token())["active"], true, "after {there}");
        stories.push(walked(&world));
    }
    check::still_active(&world, &stories);
    // What waits for a moment of the clock that was ahead is done when it has come.
    jump("+4000");
    server.wait_until_drained(&world.parts.db);
    server.kill();
    let seen = check::everything(&world, &stories);
    report::note(
        app,
        Row {
            number: 20,
            provoked: PROCESS,
            seen:
                "Pages and checks are answered all the time, none as if it were old; devices get no new tokens until \
                   the clock is right"
                    .to_owned(),
            lost: format!("Nothing: {seen}"),
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
