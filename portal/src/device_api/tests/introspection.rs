//! `POST /oauth/introspect`: the check at the card.

use std::time::Duration;

use uketsuke_core::annex;
use uketsuke_core::application::ApplicationKind;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::jose::{AccessClaims, mint_access_token};
use uketsuke_core::secret::Keyring;
use uketsuke_core::testing::NewFacility;

use super::*;

const INACTIVE: &str = r#"{"active":false}"#;

#[actix_web::test]
async fn an_active_device_is_told_with_its_facility() {
    let world = world();
    let device = world.activated().await;
    let answer = world.check(&world.token(&device).await).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_not_stored(&answer);
    let now = world.db.clock.now().timestamp();
    let user_id =
        world.db.read_blocking(|c| device::get_in_scope(c, &world.scope, &world.devices[0])).expect("a device").user_id;
    let expected = json!({
        "active": true, "client_id": device.client_id, "sub": device.client_id, "scope": "eligibility",
        "token_type": "DPoP", "iat": now, "exp": now + 600, "cnf": { "jkt": device.key.jwk().thumbprint() },
        "facility_code": testing::OFFICE.code, "facility_kind": "judo_therapy", "annex_facility_codes": [],
        "service": "qualification_only", "user_id": user_id, "role": "general", "features": [],
    });
    assert_eq!(answer.json(), expected);
}

#[actix_web::test]
async fn a_main_office_s_device_is_told_with_both_codes() {
    let world = world();
    let device = world.activated().await;
    let token = world.token(&device).await;
    let kind = FacilityKind::AcupunctureMassage;
    world.write(|tx| {
        let other = testing::add_facility(tx, NewFacility { kind, code: "1322222222", ..testing::OFFICE })?;
        let grant = testing::approved_as(tx, &world.scope, ApplicationKind::AnnexDeclaration)?;
        annex::declare(tx, &grant, &other)
    });
    assert_eq!(world.check(&token).await.json()["annex_facility_codes"], json!(["1322222222"]));
    world.write(|tx| {
        let annex = annex::find(tx.conn(), world.scope.facility())?.expect("together");
        annex::end(tx, &annex, annex::Ended::Cancelled)
    });
    assert_eq!(world.check(&token).await.json()["annex_facility_codes"], json!([]));
}

#[actix_web::test]
async fn after_a_stop_the_answer_is_inactive_and_nothing_else() {
    let world = world();
    let device = world.activated().await;
    let id = world.devices[0].clone();
    let token = world.token(&device).await;
    world.write(|tx| device::suspend(tx, &world.scope, &id));
    assert_eq!(world.check(&token).await.text, INACTIVE);
    world.write(|tx| device::resume(tx, &world.scope, &id));
    let token = world.token(&device).await;
    assert_eq!(world.check(&token).await.json()["active"], true);
    world.write(|tx| device::revoke(tx, &world.scope, &id));
    let answer = world.check(&token).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, INACTIVE));
}

#[actix_web::test]
async fn unknown_expired_forged_and_foreign_tokens_look_alike() {
    let world = world();
    let device = world.activated().await;
    let token = world.token(&device).await;
    let now = world.db.clock.now();
    let exp = now + chrono::Duration::minutes(10);
    let claims = AccessClaims::of(&device.client_id, &device.key.jwk().thumbprint(), now, exp, 2).expect("claims");
    let elsewhere = Keyring::from_master("test", &[8; 32]);
    let unsigned = format!("{}.", token.split_once('.').expect("two parts").0);
    for (what, asked) in [
        ("rubbish", "rubbish".to_owned()),
        ("an unsigned JWT", "eyJhbGciOiJub25lIn0.eyJhY3RpdmUiOnRydWV9.".to_owned()),
        ("another installation's", mint_access_token(&elsewhere, &claims)),
        ("cut", token[..token.len() - 1].to_owned()),
        ("without MAC", unsigned),
        ("unknown client", mint_access_token(&keyring(), &AccessClaims { client_id: [1; 16], ..claims })),
        ("expired", mint_access_token(&keyring(), &AccessClaims { exp: now.timestamp(), ..claims })),
        ("another key", mint_access_token(&keyring(), &AccessClaims { jkt: [1; 32], ..claims })),
        ("another generation", mint_access_token(&keyring(), &AccessClaims { generation: 9, ..claims })),
        ("endless", "a".repeat(4_000)),
    ] {
        let answer = world.check(&asked).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, INACTIVE), "{what}");
    }
    assert_eq!(world.check(&token).await.json()["active"], true);
    world.db.clock.advance(chrono::Duration::minutes(10));
    assert_eq!(world.check(&token).await.text, INACTIVE);
}

#[actix_web::test]
async fn only_the_eligibility_service_may_ask() {
    let world = world();
    let device = world.activated().await;
    let token = world.token(&device).await;
    let (id, secret) = (world.service.id.as_str(), world.service.secret.reveal());
    for request in [
        question_by(id, "wrong", &token),
        question_by("", secret, &token),
        question_by(&device.client_id, secret, &token),
        question_by("' or 1=1 --", "' or 1=1 --", &token),
        TestRequest::post().uri(INTROSPECT).set_form([("token", &token)]),
        TestRequest::post().uri(INTROSPECT).insert_header((AUTHORIZATION, format!("Bearer {token}"))),
        TestRequest::post().uri(INTROSPECT).set_form([
            ("token", token.as_str()),
            ("client_id", id),
            ("client_secret", secret),
        ]),
    ] {
        let answer = world.send(request).await;
        assert_eq!(answer.error(), (401, "invalid_client".into()));
        assert!(
            answer.headers.get("www-authenticate").expect("a challenge").to_str().is_ok_and(|c| c.starts_with("Basic"))
        );
        assert!(!answer.text.contains("active"));
    }
    let empty = world.send(question_by(id, secret, "")).await;
    assert_eq!(empty.error(), (400, "invalid_request".into()));
}

#[actix_web::test]
async fn asked_for_a_signed_answer_it_is_signed_with_the_published_key() {
    let world = world();
    let device = world.activated().await;
    let token = world.token(&device).await;
    let request = world.question(&token).insert_header(("Accept", "application/token-introspection+jwt"));
    let answer = world.send(request).await;
    assert_eq!(content_type(&answer), "application/token-introspection+jwt");
    let keys = world.send(TestRequest::get().uri("/oauth/jwks")).await.json();
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));
    assert!(keys["keys"][0].get("d").is_none());
    let parts: Vec<&str> = answer.text.split('.').collect();
    let decode = |part: &str| -> Value {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    assert_eq!(decode(parts[0])["kid"], keys["keys"][0]["kid"]);
    let claims = decode(parts[1]);
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(ISSUER), Some(world.service.id.as_str())));
    assert_eq!(claims["token_introspection"]["facility_code"], testing::OFFICE.code);
}

#[actix_web::test]
async fn a_rotated_key_signs_within_a_minute_and_the_earlier_one_still_verifies() {
    let world = world();
    let kid = async || {
        let request = world.question("x").insert_header(("Accept", "application/token-introspection+jwt"));
        let jwt = world.send(request).await.text;
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(jwt.split('.').next().unwrap_or_default());
        let header: Value = serde_json::from_slice(&header.expect("base64url")).expect("JSON");
        header["kid"].as_str().expect("a name").to_owned()
    };
    let first = kid().await;
    world.db.clock.advance(chrono::Duration::seconds(1));
    let second = world.write(|tx| eligibility::rotate_signing_key(tx, &keyring(), chrono::Duration::hours(1)));
    assert_eq!(kid().await, first, "held for a minute");
    world.db.clock.advance(chrono::Duration::seconds(60));
    assert_eq!(kid().await, second);
    let keys = world.send(TestRequest::get().uri("/oauth/jwks")).await.json();
    let published: Vec<&str> =
        keys["keys"].as_array().expect("keys").iter().filter_map(|k| k["kid"].as_str()).collect();
    assert_eq!(published, [second.as_str(), first.as_str()]);
}

#[actix_web::test]
async fn a_credential_bound_to_an_address_range_is_good_from_there_only() {
    let world = world();
    let ask = async |ranges: &str| {
        world.write(|tx| eligibility::set_ranges(tx, &world.service.id, ranges));
        let request = world.question("x").peer_addr("192.0.2.7:1".parse().expect("an address"));
        world.send(request).await.status.as_u16()
    };
    assert_eq!(ask("").await, 200);
    assert_eq!(ask("192.0.2.0/24").await, 200);
    assert_eq!(ask("2001:db8::/32\n192.0.2.7").await, 200);
    assert_eq!(ask("192.0.3.0/24　2001:db8::1").await, 401);
    let refused = world.check("x").await;
    let wrong = world.send(question_by(world.service.id.as_str(), "wrong", "x")).await;
    assert_eq!(refused.text, wrong.text, "as a wrong secret");
}

#[actix_web::test]
async fn a_check_writes_nothing_and_last_use_comes_in_a_batch() {
    let world = world();
    let device = world.activated().await;
    let token = world.token(&device).await;
    let last_used = || {
        let read = world.db.read_blocking(|c| device::get_in_scope(c, &world.scope, &world.devices[0]));
        read.expect("a device").last_used_at
    };
    world.check(&token).await;
    world.check("rubbish").await;
    assert_eq!(last_used(), None);
    world.api.write_last_used().await.expect("written");
    assert_eq!(last_used(), Some(world.db.clock.now().into()));
    assert!(world.api.checks.take_uses(1_000).is_empty());
}

#[actix_web::test]
async fn without_the_database_checks_go_on_for_a_while_and_say_so_then_they_end() {
    let world = world();
    let device = world.activated().await;
    let token = world.token(&device).await;
    assert!(world.check(&token).await.json().get("as_of").is_none());
    world.api.checks.age(Duration::from_secs(20));
    let answer = world.check(&token).await.json();
    assert_eq!(answer["active"], true);
    let age = world.db.clock.now().timestamp() - answer["as_of"].as_i64().expect("a time");
    assert!((20..25).contains(&age), "{age}");
    assert_eq!(world.check("rubbish").await.text, INACTIVE);
    world.api.checks.age(Duration::from_secs(31));
    for token in [token.as_str(), "rubbish"] {
        let answer = world.check(token).await;
        assert_eq!(answer.error(), (503, "temporarily_unavailable".into()));
        assert!(answer.headers.contains_key("retry-after") && !answer.text.contains("active"));
    }
    world.api.checks.age(Duration::ZERO);
    assert_eq!(world.check(&token).await.json()["active"], true);
}

#[actix_web::test]
async fn a_check_asks_the_database_nothing() {
    let world = world();
    let device = world.activated().await;
    let token = world.token(&device).await;
    let before = world.db.queries();
    for asked in [token.as_str(), "rubbish"] {
        world.check(asked).await;
    }
    world.send(question_by("x", "y", &token)).await;
    assert_eq!(world.db.queries(), before);
}

#[actix_web::test]
async fn a_question_of_more_than_4_kib_is_read_and_refused() {
    let world = world();
    let (id, secret) = (world.service.id.as_str(), world.service.secret.reveal());
    for length in [4 * 1024, 200_000, 3 * 1024 * 1024] {
        let answer = world.send(question_by(id, secret, &"a".repeat(length))).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{length}");
    }
}
