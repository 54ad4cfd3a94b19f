//! The outside of the API: discovery, sizes, methods, addresses, headers.

use super::*;
use crate::device_api::routes;

#[actix_web::test]
async fn discovery_names_every_endpoint_at_the_issuer_s_address() {
    let world = world();
    let body = world.send(TestRequest::get().uri("/.well-known/oauth-authorization-server")).await.json();
    assert_eq!(body["issuer"], ISSUER);
    for (name, path) in [
        ("registration_endpoint", REGISTER),
        ("token_endpoint", TOKEN),
        ("introspection_endpoint", INTROSPECT),
        ("jwks_uri", "/oauth/jwks"),
    ] {
        assert_eq!(body[name], format!("{ISSUER}{path}"), "{name}");
    }
    assert_eq!(body["token_endpoint_auth_methods_supported"], json!(["private_key_jwt"]));
}

#[actix_web::test]
async fn a_body_of_more_than_16_kib_is_too_large() {
    let world = world();
    for (path, kind) in [(REGISTER, "application/json"), (TOKEN, "application/x-www-form-urlencoded")] {
        let request = |length: usize| {
            TestRequest::post().uri(path).insert_header((CONTENT_TYPE, kind)).set_payload("a".repeat(length))
        };
        assert_eq!(world.send(request(16 * 1024 + 1)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_ne!(world.send(request(16 * 1024)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(world.send(request(3 * 1024 * 1024)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[actix_web::test]
async fn bodies_that_are_something_else_are_refused() {
    let world = world();
    for (path, kind, payload) in [
        (REGISTER, "application/json", "[1]"),
        (REGISTER, "application/json", "{"),
        (REGISTER, "application/json", "\u{0}"),
        (REGISTER, "text/plain", "{}"),
        (TOKEN, "application/json", "{}"),
        (TOKEN, "application/x-www-form-urlencoded", "grant_type=%FF"),
    ] {
        let request = TestRequest::post().uri(path).insert_header((CONTENT_TYPE, kind)).set_payload(payload);
        assert_eq!(world.send(request).await.error(), (400, "invalid_request".into()), "{path} {payload}");
    }
}

#[actix_web::test]
async fn other_methods_and_addresses_are_refused() {
    let world = world();
    for route in routes() {
        let answer = world.send(TestRequest::patch().uri(route.path)).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{}", route.path);
        assert!(answer.headers.contains_key("allow"));
    }
    for path in ["/", "/oauth", "/oauth/register/1/2", "/devices", "/login"] {
        let answer = world.send(TestRequest::get().uri(path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            (content_type(&answer), answer.json()["code"].as_str()),
            ("application/problem+json", Some("not_found"))
        );
    }
}

#[actix_web::test]
async fn no_route_but_the_public_ones_answers_without_proof() {
    use uketsuke_web::routes::Who;
    let world = world();
    for route in routes().into_iter().filter(|route| route.who != Who::Anyone) {
        let answer = world.send(TestRequest::with_uri(route.path).method(route.method)).await;
        assert!(answer.status.is_client_error(), "{}", route.path);
        assert_not_stored(&answer);
    }
}
