//! Every route of the three tables × every kind of visitor. What the table says
//! must be what happens; a route that cannot be walked fails.

use actix_web::http::Method;
use uketsuke_core::staff::role::Role;
use uketsuke_web::routes::{Route, Who};

use crate::support::app::TestApp;
use crate::support::browser::{Browser, urlencoded};
use crate::support::harness::tests;
use crate::support::http::Answer;
use crate::support::people::{PASSWORD, SAKURA, log_in};
use crate::support::world::{Ids, World, fill};

tests! {
    the_portal_lets_in_whom_its_table_names,
    staff_who_look_along_see_what_the_facility_sees_and_send_nothing,
    the_back_office_lets_in_whom_its_table_names,
    the_device_api_answers_nobody_without_credentials,
    every_answer_carries_the_security_headers,
    unknown_methods_are_refused_with_the_known_ones_named,
    nothing_changes_without_the_token_of_the_page,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    ToLogin,
    Forbidden,
    LetIn,
}

fn ask(browser: &mut Browser, route: &Route, ids: &Ids) -> (Outcome, Answer) {
    let path = fill(route.path, ids);
    let answer = if route.method == Method::POST {
        let fields = urlencoded(&[("csrf_token".to_owned(), browser.token())]);
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        browser.send(Method::POST, &path, &kind, fields.as_bytes())
    } else {
        browser.send(Method::GET, &path, &[], &[])
    };
    assert!(answer.status < 500 && answer.status != 405, "{} {path}: {}", route.method, answer.status);
    let to_login = answer.status == 303 && answer.header("location").is_some_and(|to| to.starts_with("/login?"));
    let outcome = match answer.status {
        303 if to_login => Outcome::ToLogin,
        403 => Outcome::Forbidden,
        _ => Outcome::LetIn,
    };
    (outcome, answer)
}

fn the_portal_lets_in_whom_its_table_names(app: &TestApp) {
    app.with_master();
    let world = World::new(app, SAKURA, "hanako@example.jp");
    app.signed_in(SAKURA, "jiro@example.jp");
    for route in uketsuke_portal::app_routes() {
        for (visitor, email) in
            [("nobody", None), ("unverified", Some("jiro@example.jp")), ("verified", Some("hanako@example.jp"))]
        {
            let mut browser = app.portal();
            match email {
                Some(email) => log_in(&mut browser, email),
                None => drop(browser.open("/login").status),
            }
            let expected = match (route.who, visitor) {
                // It is let in by its link alone, and this one is none.
                (Who::MailProgram, _) => continue,
                (Who::Anyone, _) | (Who::SignedIn | Who::Person, "unverified") | (_, "verified") => Outcome::LetIn,
                (_, "nobody") => Outcome::ToLogin,
                (Who::Verified | Who::VerifiedPerson, "unverified") => Outcome::Forbidden,
                other => panic!("no expectation for {other:?}"),
            };
            let (outcome, answer) = ask(&mut browser, &route, &world.ids);
            assert_eq!(outcome, expected, "{visitor}: {} {} → {}", route.method, route.path, answer.status);
        }
    }
    app.run_jobs();
}

fn staff_who_look_along_see_what_the_facility_sees_and_send_nothing(app: &TestApp) {
    app.with_master();
    let world = World::new(app, SAKURA, "hanako@example.jp");
    let mut office = app.staff("support@example.jp", Role::Support);
    office.open(&format!("/facilities/{}", world.ids.facility)).expect("最近のログイン");
    office.follow("この施設として見る");
    office.press("リンクを作る").expect("見る理由を選んでください");
    office.tick("施設からの問い合わせに答えるため");
    let link = office.press("リンクを作る").link("ポータルを新しいタブで開く");
    let link = link[link.find("/watch/").expect("a link into the portal")..].to_owned();
    let mut watcher = app.portal();
    watcher.open(&link).expect(SAKURA.name).expect("登録や変更はできません");
    watcher.press("見る").expect("職員として見ています").expect(SAKURA.name);
    app.portal().visit(&link).expect("使用済み");
    for route in uketsuke_portal::app_routes() {
        // These two go on: the end of the look, and the next one.
        if route.path == "/logout" || route.path == "/watch/{token}" {
            continue;
        }
        let expected = match (route.method == Method::GET, route.who) {
            (true, Who::Anyone | Who::SignedIn | Who::Verified) => Outcome::LetIn,
            (true, Who::Person | Who::VerifiedPerson) => Outcome::Forbidden,
            // A form that asks for nobody in particular is answered as to a stranger.
            (false, Who::Anyone | Who::MailProgram) => continue,
            (false, _) => Outcome::Forbidden,
            other => panic!("no expectation for {other:?}"),
        };
        let before = app.written();
        let (outcome, answer) = ask(&mut watcher, &route, &world.ids);
        assert_eq!(outcome, expected, "{} {} → {}", route.method, route.path, answer.status);
        assert!(route.method == Method::GET || app.written() == before, "{} wrote something", route.path);
    }
    let mut facility = world.person;
    facility.open("/records").expect("施設に見える画面の閲覧を始めました");
    watcher.open("/home");
    watcher.press("見るのを終える");
    assert!(watcher.visit("/home").path.starts_with("/login"));
    app.run_jobs();
}

fn the_back_office_lets_in_whom_its_table_names(app: &TestApp) {
    app.with_master();
    let world = World::new(app, SAKURA, "hanako@example.jp");
    let mut nobody = app.office();
    nobody.open("/login");
    let mut half_way = half_way(app);
    let mut staff: Vec<(Role, Browser)> =
        Role::ALL.iter().map(|role| (*role, app.staff(&format!("{role}@example.jp"), *role))).collect();
    let mut routes = uketsuke_admin::routes::routes();
    // Logging out ends the session: last.
    routes.sort_by_key(|route| route.path == "/logout");
    for route in &routes {
        let at = format!("{} {}", route.method, route.path);
        let open = route.who == Who::Anyone;
        let outcome = ask(&mut nobody, route, &world.ids).0;
        assert_eq!(outcome, if open { Outcome::LetIn } else { Outcome::ToLogin }, "nobody: {at}");
        let outcome = ask(&mut half_way, route, &world.ids).0;
        let expected = if open || route.who == Who::StaffEnrolling { Outcome::LetIn } else { Outcome::ToLogin };
        assert_eq!(outcome, expected, "half way: {at}");
        for (role, browser) in &mut staff {
            let expected = match route.who {
                Who::Anyone | Who::StaffAny => Outcome::LetIn,
                Who::StaffEnrolling => Outcome::ToLogin,
                Who::Staff(permission) if role.may(permission) => Outcome::LetIn,
                Who::Staff(_) => Outcome::Forbidden,
                other => panic!("no expectation for {other:?} in the back office"),
            };
            assert_eq!(ask(browser, route, &world.ids).0, expected, "{role}: {at}");
        }
    }
    app.run_jobs();
}

/// Somebody who has passed the password only, on the page of the second factor.
fn half_way(app: &TestApp) -> Browser {
    app.staff("half@example.jp", Role::Administrator);
    let mut browser = app.office();
    browser.open("/login");
    browser.fill("メールアドレス", "half@example.jp").fill("パスワード", PASSWORD);
    browser.press("ログイン").expect("確認コード");
    browser
}

fn the_device_api_answers_nobody_without_credentials(app: &TestApp) {
    app.run_periodic("make_edition");
    for route in uketsuke_portal::device_api::routes() {
        let mut browser = Browser::new(app.device_api());
        let path = fill(route.path, &Ids::default());
        for body in ["", "token=x", "grant_type=client_credentials&client_assertion=x.y.z", "{}", "[1,2"] {
            for kind in ["application/x-www-form-urlencoded", "application/json", "text/plain"] {
                let answer = browser.send(route.method.clone(), &path, &[("content-type", kind)], body.as_bytes());
                let told = format!("{} {path} {kind} {body}: {} {}", route.method, answer.status, answer.text());
                match route.who {
                    Who::Anyone => assert_eq!(answer.status, 200, "{told}"),
                    _ => assert!((400..500).contains(&answer.status), "{told}"),
                }
            }
            if route.method == Method::GET {
                break;
            }
        }
    }
}

fn sites(app: &TestApp) -> [(Browser, Vec<Route>); 2] {
    [(app.portal(), uketsuke_portal::app_routes()), (app.office(), uketsuke_admin::routes::routes())]
}

fn every_answer_carries_the_security_headers(app: &TestApp) {
    const WANTED: &[(&str, &str)] = &[
        ("content-security-policy", "default-src 'none'"),
        ("strict-transport-security", "max-age="),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
    ];
    let ids =
        Ids { session: uuid(), application: uuid(), device: uuid(), facility: uuid(), file: uuid(), inquiry: uuid() };
    for (mut browser, routes) in sites(app) {
        let paths = routes.iter().map(|route| fill(route.path, &ids)).chain(["/no/such/page".to_owned()]);
        for path in paths {
            let answer = browser.send(Method::GET, &path, &[], &[]);
            // The published list and the feed are for everybody to keep.
            let for_all = ["/installed.csv", "/notices.atom"].contains(&path.as_str());
            let wanted = WANTED.iter().filter(|(name, _)| !(for_all && *name == "cache-control"));
            for (name, part) in wanted {
                let value = answer.header(name).unwrap_or_default();
                assert!(value.contains(part), "{path} ({}): {name}: {value}", answer.status);
            }
            for cookie in answer.all("set-cookie") {
                assert!(
                    cookie.contains("HttpOnly") && cookie.contains("SameSite=") && cookie.contains("Path=/"),
                    "{cookie}"
                );
            }
        }
    }
}

fn uuid() -> String {
    uketsuke_core::ids::SessionId::mint().to_string()
}

fn unknown_methods_are_refused_with_the_known_ones_named(app: &TestApp) {
    let ids =
        Ids { session: uuid(), application: uuid(), device: uuid(), facility: uuid(), file: uuid(), inquiry: uuid() };
    for (mut browser, routes) in sites(app) {
        for route in &routes {
            let path = fill(route.path, &ids);
            for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
                let answer = browser.send(method.clone(), &path, &[], &[]);
                // What comes without a form's token may be refused before its method is looked at.
                assert!(matches!(answer.status, 403 | 405), "{method} {path}: {}", answer.status);
                if answer.status == 405 {
                    assert!(
                        answer.header("allow").is_some_and(|allow| allow.contains(route.method.as_str())),
                        "{path}"
                    );
                }
            }
        }
    }
}

fn nothing_changes_without_the_token_of_the_page(app: &TestApp) {
    app.with_master();
    let world = World::new(app, SAKURA, "hanako@example.jp");
    let mut person = world.person;
    let stranger = {
        let mut stranger = app.portal();
        stranger.open("/login");
        stranger.token()
    };
    let kind = ("content-type", "application/x-www-form-urlencoded");
    // A mail program has no page; what it may is its own story's to tell.
    let of_pages = |route: &&Route| route.method == Method::POST && route.who != Who::MailProgram;
    for route in uketsuke_portal::app_routes().iter().filter(of_pages) {
        let path = fill(route.path, &world.ids);
        for token in ["", "x", stranger.as_str()] {
            let body = urlencoded(&[("csrf_token".to_owned(), token.to_owned())]);
            let answer = person.send(Method::POST, &path, &[kind], body.as_bytes());
            assert_eq!(answer.status, 403, "{path} with the token {token:?}");
        }
        person.open("/home");
        let body = urlencoded(&[("csrf_token".to_owned(), person.token())]);
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let answer = person.send(Method::POST, &path, &[kind, (name, value)], body.as_bytes());
            assert_eq!(answer.status, 403, "{path} with {name}: {value}");
        }
    }
}
