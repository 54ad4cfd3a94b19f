//! Every route of the table by everybody: who may not gets nowhere, forged
//! forms get nowhere, and every page shields itself.

use actix_web::http::Method;
use uketsuke_web::routes::Who;

use super::*;
use crate::app_routes;

/// Files for everybody: they may be asked for again, and nothing in them runs.
const PUBLIC_FILES: [(&str, &str); 2] =
    [("/installed.csv", "sandbox; default-src 'none'"), ("/notices.atom", uketsuke_web::headers::CSP)];

/// A path with something in each of its parts.
fn concrete(path: &str) -> String {
    let part = |part: &str| {
        if part.starts_with('{') { "0193a7f0-0000-7000-8000-000000000000".to_owned() } else { part.to_owned() }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[actix_web::test]
async fn no_form_is_taken_without_its_token() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    for route in app_routes().into_iter().filter(|route| route.method == Method::POST && route.who != Who::MailProgram)
    {
        let path = concrete(route.path);
        let answer = browser.send(TestRequest::post().uri(&path).set_form([("consent", "yes")])).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        let foreign = TestRequest::post().uri(&path).insert_header(("sec-fetch-site", "cross-site"));
        assert_eq!(browser.send(foreign).await.status, StatusCode::FORBIDDEN, "{path} from elsewhere");
    }
}

#[actix_web::test]
async fn who_may_not_gets_nowhere() {
    let world = World::new();
    let mut unverified = world.signed_in(EMAIL).await;
    for route in app_routes() {
        let path = concrete(route.path);
        let mut visitor = world.visitor();
        let (out, in_) = match route.method {
            Method::GET => (visitor.get(&path).await, unverified.get(&path).await),
            _ if path.starts_with("/logout") => continue,
            _ => (visitor.post(&path, &[]).await, unverified.post(&path, &[]).await),
        };
        let led_to_login = out.status == StatusCode::SEE_OTHER && out.location.starts_with("/login?next=");
        assert_eq!(led_to_login, !matches!(route.who, Who::Anyone | Who::MailProgram), "{path}: {}", out.location);
        let forbidden = in_.status == StatusCode::FORBIDDEN;
        assert_eq!(
            forbidden,
            matches!(route.who, Who::Verified | Who::VerifiedPerson),
            "{} {path}: {}",
            route.method,
            in_.status
        );
        assert!(!out.status.is_server_error() && !in_.status.is_server_error(), "{path}");
        if path.ends_with("end-others") || path.ends_with("switch") {
            unverified.log_in(EMAIL, PASSWORD).await;
        }
    }
}

#[actix_web::test]
async fn every_page_shields_itself_and_is_kept_nowhere() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    for route in app_routes().into_iter().filter(|route| route.method == Method::GET) {
        let answer = browser.get(&concrete(route.path)).await;
        let header = |name: &str| answer.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        if let Some((_, policy)) = PUBLIC_FILES.iter().find(|(path, _)| *path == route.path) {
            assert_eq!(header("content-security-policy"), *policy);
            assert_eq!(header("cache-control"), "no-cache");
            continue;
        }
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{}", route.path);
        assert_eq!(header("cache-control"), "no-store", "{}", route.path);
        assert_eq!(header("referrer-policy"), "no-referrer", "{}", route.path);
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("ascii");
            let kept =
                ["__Host-", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"].iter().all(|part| cookie.contains(part));
            assert!(kept, "{}: {cookie}", route.path);
        }
    }
}

#[actix_web::test]
async fn other_methods_are_refused() {
    let world = World::new();
    let mut browser = world.visitor();
    for path in ["/login", "/register/type", "/"] {
        let mut request = TestRequest::default().method(Method::DELETE).uri(path);
        request = request.insert_header(("sec-fetch-site", "same-origin"));
        assert!([403, 405].contains(&browser.send(request).await.status.as_u16()), "{path}");
    }
    let answer = browser.get("/register/resend").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers.get("allow").and_then(|v| v.to_str().ok()), Some("POST"));
}
