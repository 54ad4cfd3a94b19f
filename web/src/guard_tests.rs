//! The guard and the frame around every answer, tried through a small
//! application: forged forms, odd bodies, failures, panics, headers, cookies.

use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};
use uketsuke_core::error::Error;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::secret::Keyring;

use crate::errors::PageError;
use crate::extract::Form;
use crate::routes::{Route, Who, configure, get, post};
use crate::site::{Face, PORTAL_COOKIES, Site};
use crate::{PageResult, csrf, flash, page, see_other, server};

const VISITOR: &str = "0123456789012345678901234567890123456789abc";

fn site(origin: &str) -> Site {
    Site {
        name: page::SITE_OMF,
        origin: origin.into(),
        keyring: Arc::new(Keyring::from_master("a", &[1; 32])),
        trusted_proxies: vec![],
        phone: "0120-000-000".into(),
        cookies: PORTAL_COOKIES,
        face: Face::Pages,
    }
}

#[derive(serde::Deserialize)]
struct Name {
    #[serde(default)]
    name: String,
}

async fn show(request: HttpRequest) -> HttpResponse {
    let frame = crate::site::frame(&request, "x");
    let flash = frame.flash.map(|flash| flash.text).unwrap_or_default();
    HttpResponse::Ok().content_type("text/html").body(format!("{}|{flash}", frame.csrf))
}

async fn take(form: Form<Name>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html").body(form.0.name)
}

async fn done(request: HttpRequest) -> PageResult {
    Ok(flash::carry(&request, see_other("/page"), page::FlashKind::Success, "変更しました"))
}

async fn fail(kind: web::Path<String>) -> PageResult {
    Err(match kind.as_str() {
        "missing" => Error::NotFound.into(),
        "conflict" => Error::Conflict.into(),
        "refused" => Refusal::FacilityClosed.into(),
        "tries" => Refusal::TooManyTries.into(),
        "forbidden" => Error::Forbidden.into(),
        "busy" => Error::Unavailable { retry_after_seconds: 7 }.into(),
        "internal" => Error::boxed("select password_hash from accounts").into(),
        "large" => PageError::TooLarge,
        "login" => PageError::sign_in("/devices?x=1"),
        _ => panic!("secret detail of a panic"),
    })
}

fn table() -> Vec<Route> {
    vec![
        get("/page", Who::Anyone, || web::to(show)),
        post("/page", Who::Anyone, || web::to(take)),
        post("/done", Who::Anyone, || web::to(done)),
        get("/fail/{kind}", Who::Anyone, || web::to(fail)),
    ]
}

macro_rules! app {
    ($origin:expr) => {
        init_service(server::app(Data::new(site($origin).into()), |config| configure(config, table()))).await
    };
}

fn token() -> String {
    csrf::token(&site("").keyring, VISITOR)
}

fn visitor() -> Cookie<'static> {
    Cookie::new("__Host-visitor", VISITOR)
}

fn form(body: impl Into<String>) -> TestRequest {
    TestRequest::post()
        .uri("/page")
        .cookie(visitor())
        .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .set_payload(body.into())
}

#[actix_web::test]
async fn only_forms_of_ours_are_taken() {
    let app = app!("https://portal.example");
    let good = format!("name=%E5%B1%B1&csrf_token={}", token());
    let other = csrf::token(&site("").keyring, "another visitor");
    let cases: Vec<(&str, TestRequest, StatusCode)> = vec![
        ("with token", form(&good), StatusCode::OK),
        ("same origin", form(&good).insert_header(("sec-fetch-site", "same-origin")), StatusCode::OK),
        ("our origin", form(&good).insert_header(("origin", "https://portal.example")), StatusCode::OK),
        (
            "origin of the host",
            form(&good).insert_header(("origin", "http://localhost:8080")).insert_header(("host", "localhost:8080")),
            StatusCode::OK,
        ),
        ("no-referrer makes the origin null", form(&good).insert_header(("origin", "null")), StatusCode::OK),
        ("same site", form(&good).insert_header(("sec-fetch-site", "same-site")), StatusCode::FORBIDDEN),
        ("cross site", form(&good).insert_header(("sec-fetch-site", "cross-site")), StatusCode::FORBIDDEN),
        ("foreign origin", form(&good).insert_header(("origin", "https://evil.example")), StatusCode::FORBIDDEN),
        ("origin that is none", form(&good).insert_header(("origin", "evil")), StatusCode::FORBIDDEN),
        ("no token", form("name=a"), StatusCode::FORBIDDEN),
        ("another's token", form(format!("name=a&csrf_token={other}")), StatusCode::FORBIDDEN),
        ("nothing at all", TestRequest::post().uri("/page"), StatusCode::FORBIDDEN),
        (
            "another visitor's cookie",
            form(&good).cookie(Cookie::new("__Host-visitor", "x".repeat(43))),
            StatusCode::FORBIDDEN,
        ),
        ("JSON", form("{}").insert_header((header::CONTENT_TYPE, "application/json")), StatusCode::BAD_REQUEST),
        ("not UTF-8", form(format!("name=%FF&csrf_token={}", token())), StatusCode::BAD_REQUEST),
        (
            "too large",
            form(format!("name={}&csrf_token={}", "a".repeat(65_537), token())),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        ("too many fields", form(format!("{}csrf_token={}", "a=1&".repeat(1001), token())), StatusCode::BAD_REQUEST),
    ];
    for (what, request, status) in cases {
        let answer = call_service(&app, request.to_request()).await;
        assert_eq!(answer.status(), status, "{what}");
    }
}

/// Two sites of one program, and a host that leads on to the second.
fn two() -> Data<crate::site::Sites> {
    let csm = Site { name: page::SITE_CSM, ..site("https://csm.example") };
    let sites = crate::site::Sites::from(site("https://omf.example")).and(csm);
    Data::new(sites.sending_on("www.csm.example", "https://csm.example"))
}

#[actix_web::test]
async fn a_form_of_one_site_is_forged_at_the_other() {
    let app = init_service(server::app(two(), |config| configure(config, table()))).await;
    for (host, origin, status) in [
        ("omf.example", "https://omf.example", StatusCode::OK),
        ("csm.example", "https://csm.example", StatusCode::OK),
        ("csm.example", "https://omf.example", StatusCode::FORBIDDEN),
        ("omf.example", "https://csm.example", StatusCode::FORBIDDEN),
        ("unknown.example", "https://csm.example", StatusCode::FORBIDDEN),
    ] {
        let request = form(format!("name=a&csrf_token={}", token()));
        let request = request.insert_header(("host", host)).insert_header(("origin", origin));
        assert_eq!(call_service(&app, request.to_request()).await.status(), status, "{origin} to {host}");
        let forwarded = form(format!("name=a&csrf_token={}", token()))
            .insert_header(("host", host))
            .insert_header(("x-forwarded-host", "csm.example"))
            .insert_header(("origin", origin));
        assert_eq!(call_service(&app, forwarded.to_request()).await.status(), status, "{origin} to {host}, forwarded");
    }
}

#[actix_web::test]
async fn failures_have_the_face_of_the_site_they_happened_at() {
    let app = init_service(server::app(two(), |config| configure(config, table()))).await;
    for (host, name, key) in
        [("omf.example", page::SITE_OMF, "data-site=\"omf\""), ("csm.example", page::SITE_CSM, "data-site=\"csm\"")]
    {
        let request = TestRequest::get().uri("/nowhere").insert_header(("host", host));
        let html = read_body(call_service(&app, request.to_request()).await).await;
        let html = String::from_utf8_lossy(&html).into_owned();
        assert!(html.contains(name.full) && html.contains(key), "{host}: {html}");
    }
}

#[actix_web::test]
async fn a_former_host_leads_on_to_the_same_page() {
    let app = init_service(server::app(two(), |config| configure(config, table()))).await;
    for (host, location) in [("www.csm.example", "https://csm.example/page?x=1"), ("csm.example", "")] {
        let request = TestRequest::get().uri("/page?x=1").insert_header(("host", host));
        let answer = call_service(&app, request.to_request()).await;
        let led = answer.headers().get(header::LOCATION).map_or("", |value| value.to_str().expect("ascii"));
        assert_eq!(led, location, "{host}");
        assert_eq!(answer.status().as_u16(), if location.is_empty() { 200 } else { 308 });
        assert!(answer.headers().contains_key("strict-transport-security"));
    }
}

#[actix_web::test]
async fn the_last_of_a_repeated_field_wins_and_a_missing_one_is_empty() {
    let app = app!("https://portal.example");
    for (fields, expected) in [("name=a&name=b", "b"), ("", "")] {
        let request = form(format!("{fields}&csrf_token={}", token())).to_request();
        assert_eq!(read_body(call_service(&app, request).await).await, expected);
    }
}

#[actix_web::test]
async fn every_failure_is_a_japanese_page_without_internals() {
    let app = app!("https://portal.example");
    let cases = [
        (Method::GET, "/fail/missing", 404, "ページが見つかりません"),
        (Method::GET, "/nowhere", 404, "ページが見つかりません"),
        (Method::GET, "/fail/conflict", 409, "別の画面で更新されました"),
        (Method::GET, "/fail/refused", 409, "この施設は廃止として登録されています"),
        (Method::GET, "/fail/tries", 429, "少し待ってから"),
        (Method::GET, "/fail/forbidden", 403, "この操作はできません"),
        (Method::GET, "/fail/busy", 503, "7秒後"),
        (Method::GET, "/fail/internal", 500, "処理できませんでした"),
        (Method::GET, "/fail/large", 413, "大きすぎます"),
        (Method::GET, "/fail/panic", 500, "処理できませんでした"),
        (Method::PUT, "/page", 403, "この操作はできません"),
        (Method::GET, "/done", 405, "この開き方はできません"),
    ];
    for (method, path, status, words) in cases {
        let request = TestRequest::default().method(method).uri(path).to_request();
        let answer = call_service(&app, request).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let id = answer.headers().get("x-request-id").expect("id").to_str().expect("ascii").to_owned();
        let html = String::from_utf8(read_body(answer).await.to_vec()).expect("UTF-8");
        assert!(html.contains(words), "{path}: {html}");
        assert!(html.contains(&id), "{path} tells the request's id");
        assert!(!html.contains("secret detail") && !html.contains("select "), "{path}");
    }
}

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let app = app!("https://portal.example");
    for path in ["/page", "/nowhere", "/fail/panic", "/fail/busy", "/fail/large", "/fail/login"] {
        let answer = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        for (name, part) in [
            ("content-security-policy", "default-src 'none'; style-src 'self'"),
            ("content-security-policy", "frame-ancestors 'none'"),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "camera=()"),
            ("cache-control", "no-store"),
        ] {
            let value = answer.headers().get(name).unwrap_or_else(|| panic!("{path}: {name}"));
            assert!(value.to_str().expect("ascii").contains(part), "{path}: {name}");
        }
        assert!(answer.headers().get("server").is_none(), "no version banner");
    }
}

#[actix_web::test]
async fn signed_out_visitors_are_led_to_the_login_and_back() {
    let app = app!("https://portal.example");
    let answer = call_service(&app, TestRequest::get().uri("/fail/login").to_request()).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers().get(header::LOCATION).expect("location"), "/login?next=%2Fdevices%3Fx%3D1");
}

#[actix_web::test]
async fn a_new_visitor_is_named_once_and_cookies_are_out_of_reach() {
    let app = app!("https://portal.example");
    let answer = call_service(&app, TestRequest::get().uri("/page").to_request()).await;
    let cookie = answer.headers().get(header::SET_COOKIE).expect("a visitor").to_str().expect("ascii").to_owned();
    for part in ["__Host-visitor=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let again = call_service(&app, TestRequest::get().uri("/page").cookie(visitor()).to_request()).await;
    assert!(again.headers().get(header::SET_COOKIE).is_none());
}

#[actix_web::test]
async fn over_plain_http_cookies_have_no_host_prefix() {
    let app = app!("http://localhost:8080");
    let answer = call_service(&app, TestRequest::get().uri("/page").to_request()).await;
    let cookie = answer.headers().get(header::SET_COOKIE).expect("a visitor").to_str().expect("ascii").to_owned();
    assert!(cookie.starts_with("visitor=") && !cookie.contains("Secure"), "{cookie}");
}

#[actix_web::test]
async fn a_sentence_survives_one_redirect_and_no_more() {
    let app = app!("https://portal.example");
    let request = form(format!("csrf_token={}", token())).uri("/done").to_request();
    let answer = call_service(&app, request).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let carried = answer.response().cookies().find(|c| c.name() == "__Host-flash").expect("a flash").into_owned();

    let shown =
        call_service(&app, TestRequest::get().uri("/page").cookie(carried).cookie(visitor()).to_request()).await;
    let gone = shown.response().cookies().find(|c| c.name() == "__Host-flash").expect("taken away");
    assert_eq!(gone.value(), "");
    assert!(String::from_utf8_lossy(&read_body(shown).await).ends_with("|変更しました"));
}

#[actix_web::test]
async fn head_is_answered_like_get() {
    let app = app!("https://portal.example");
    let request = TestRequest::default().method(Method::HEAD).uri("/page").to_request();
    assert_eq!(call_service(&app, request).await.status(), StatusCode::OK);
}
