//! The table against the pages: every route × every sort of visitor, with and
//! without a form's token.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use uketsuke_core::ids::FacilityId;
use uketsuke_core::staff::Stage;
use uketsuke_core::staff::role::Role;
use uketsuke_web::routes::{Route, Who};

use super::{Browser, World};
use crate::routes::routes;

/// Forms with a file.
const UPLOADS: [&str; 4] =
    ["/facilities/import", "/settings/holidays/import", "/notices/{id}/files", "/manuals/{id}/file"];

/// The address with ids that exist nowhere.
fn address(route: &Route) -> String {
    let id = FacilityId::mint();
    let words = [
        ("{verb}", "suspend"),
        ("{kind}", "usage_start"),
        ("{action}", "return"),
        ("{code}", "nobody"),
        ("{day}", "2026-11-23"),
        ("{figure}", "flow"),
        ("{step}", "publish"),
        ("{document}", "terms"),
        ("{version}", "2026-12-01"),
    ];
    let path = words.iter().fold(route.path.to_owned(), |path, (part, word)| path.replace(part, word));
    ["{id}", "{token}", "{evidence}", "{item}", "{application}", "{file}"]
        .iter()
        .fold(path, |path, part| path.replace(part, id.as_str()))
}

async fn ask(browser: &mut Browser<'_>, route: &Route) -> super::Answer {
    match route.method {
        Method::GET => browser.get(&address(route)).await,
        _ if UPLOADS.contains(&route.path) => browser.upload(&address(route), &[], ("a.csv", b"")).await,
        _ => browser.post(&address(route), &[]).await,
    }
}

#[test]
fn no_address_stands_twice_in_the_table() {
    let all = routes();
    for (n, route) in all.iter().enumerate() {
        let twin = all[n + 1..].iter().find(|other| other.path == route.path && other.method == route.method);
        assert!(twin.is_none(), "{} {}", route.method, route.path);
    }
}

#[actix_web::test]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let world = World::new();
    for role in Role::ALL {
        let (scope, mut browser) = world.staff(*role);
        for route in routes() {
            if route.path == "/logout" {
                continue;
            }
            let answer = ask(&mut browser, &route).await;
            let (status, place) = (answer.status, format!("{role}: {} {}", route.method, route.path));
            match route.who {
                Who::Staff(permission) if !scope.may(permission) => {
                    assert_eq!(status, StatusCode::FORBIDDEN, "{place}")
                }
                // A full session has nothing more to prove.
                Who::StaffEnrolling => assert_eq!(status, StatusCode::SEE_OTHER, "{place}"),
                _ => {
                    assert!(
                        status != StatusCode::FORBIDDEN && !status.is_server_error(),
                        "{place}: {status} {}",
                        answer.html
                    );
                    assert!(!answer.location.starts_with("/login"), "{place}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn without_both_factors_only_the_doors_open() {
    let world = World::new();
    let half = |stage| world.staff_at(Role::Administrator, stage).1;
    let mut visitors = [
        ("nobody", world.visitor()),
        ("password only", half(Stage::PasswordOnly)),
        ("enrolling", half(Stage::Enrolling)),
    ];
    for (name, browser) in &mut visitors {
        for route in routes() {
            if matches!(route.who, Who::Anyone) || (matches!(route.who, Who::StaffEnrolling) && *name != "nobody") {
                continue;
            }
            let answer = ask(browser, &route).await;
            let place = format!("{name}: {} {}", route.method, route.path);
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{place}");
            assert!(answer.location.starts_with("/login?next="), "{place}: {}", answer.location);
        }
    }
}

#[actix_web::test]
async fn no_form_is_taken_without_its_token_or_from_another_site() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Administrator);
    let token = browser.token().await;
    for route in routes().iter().filter(|route| route.method == Method::POST) {
        let path = address(route);
        let bare = browser.send(TestRequest::post().uri(&path).set_form([("x", "y")])).await;
        assert_eq!(bare.status, StatusCode::FORBIDDEN, "{path}");
        let foreign = TestRequest::post().uri(&path).insert_header(("sec-fetch-site", "cross-site"));
        let foreign = browser.send(foreign.set_form([(uketsuke_web::csrf::FIELD, token.as_str())])).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[actix_web::test]
async fn other_methods_and_addresses_have_their_own_answer() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Administrator);
    for route in routes() {
        let answer = browser.send(TestRequest::delete().uri(&address(&route))).await;
        assert!(matches!(answer.status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::FORBIDDEN), "{}", route.path);
    }
    browser.get("/nowhere").await.is(StatusCode::NOT_FOUND).has("ページが見つかりません");
    browser.get("/cases/1").await.is(StatusCode::NOT_FOUND);
    browser.get("/facilities/%00").await.is(StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn pages_are_not_stored_and_the_cookie_is_out_of_reach() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Administrator);
    let page = browser.get("/queue").await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    let out = browser.post("/logout", &[]).await;
    assert_eq!(out.location, "/login");
    let cookies: Vec<_> = out.headers.get_all("set-cookie").filter_map(|value| value.to_str().ok()).collect();
    let ended = cookies.iter().find(|cookie| cookie.starts_with("__Host-office=")).expect("a removal");
    for part in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=0"] {
        assert!(ended.contains(part), "{ended}");
    }
    assert!(browser.get("/queue").await.location.starts_with("/login"));
}
