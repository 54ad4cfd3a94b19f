//! Another facility's ids: whatever a person asks for, GET or POST, it is 404
//! and looks like any other 404; and the other facility is as it was.

use actix_web::http::Method;
use uketsuke_web::routes::Who;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, urlencoded};
use crate::support::harness::tests;
use crate::support::people::{AOZORA, SAKURA};
use crate::support::world::{Ids, World, fill};

tests! {
    ids_of_another_facility_are_not_found,
    the_same_facilitys_unverified_person_sees_nothing_of_it,
}

/// Addresses that name something owned, by the table.
fn owned() -> Vec<(Method, &'static str)> {
    uketsuke_portal::app_routes()
        .into_iter()
        .filter(|route| matches!(route.who, Who::SignedIn | Who::Verified) && route.path.contains("{id}"))
        .map(|route| (route.method, route.path))
        .collect()
}

fn ask(browser: &mut Browser, method: &Method, path: &str) -> u16 {
    let token = browser.token();
    let fields = [("csrf_token", token.as_str()), ("seen", "1"), ("label", "mine"), ("reason", "lost")];
    let fields = urlencoded(&fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let body = if *method == Method::POST { fields.as_bytes() } else { &[] };
    browser.send(method.clone(), path, &kind, body).status
}

/// What the owner sees of all that is owned, for comparing before and after.
fn seen_by_owner(owner: &mut Browser, ids: &Ids) -> Vec<String> {
    [format!("/applications/{}", ids.application), format!("/devices/{}", ids.device), "/devices".to_owned()]
        .iter()
        .map(|path| owner.open(path).text())
        .collect()
}

fn ids_of_another_facility_are_not_found(app: &TestApp) {
    app.with_master();
    let mut theirs = World::new(app, AOZORA, "aozora@example.jp");
    let mut mine = World::new(app, SAKURA, "hanako@example.jp");
    let before = seen_by_owner(&mut theirs.person, &theirs.ids);
    let routes = owned();
    assert!(routes.len() > 20, "the walk found only {} routes", routes.len());
    for (method, pattern) in routes {
        mine.person.open("/home");
        let path = fill(pattern, &theirs.ids);
        assert_eq!(ask(&mut mine.person, &method, &path), 404, "{method} {path}");
    }
    // A file of theirs below an application of mine.
    let mixed = Ids { application: mine.ids.application.clone(), ..theirs.ids.clone() };
    for pattern in ["/applications/{id}/evidence/{file}", "/applications/{id}/evidence/{file}/preview"] {
        assert_eq!(ask(&mut mine.person, &Method::GET, &fill(pattern, &mixed)), 404, "{pattern}");
    }
    assert_eq!(seen_by_owner(&mut theirs.person, &theirs.ids), before);
    app.run_jobs();
}

fn the_same_facilitys_unverified_person_sees_nothing_of_it(app: &TestApp) {
    app.with_master();
    let mut theirs = World::new(app, SAKURA, "hanako@example.jp");
    let before = seen_by_owner(&mut theirs.person, &theirs.ids);
    let mut stranger = app.signed_in(SAKURA, "jiro@example.jp");
    let mut asked = 0;
    for (method, pattern) in owned().iter().filter(|(_, pattern)| !pattern.starts_with("/facilities")) {
        stranger.open("/home");
        let status = ask(&mut stranger, method, &fill(pattern, &theirs.ids));
        assert!(matches!(status, 403 | 404), "{method} {pattern}: {status}");
        asked += 1;
    }
    assert!(asked > 20);
    stranger.open("/applications").expect("申請はまだありません");
    stranger.open("/devices").expect_not("W");
    assert_eq!(seen_by_owner(&mut theirs.person, &theirs.ids), before);
    app.run_jobs();
}
