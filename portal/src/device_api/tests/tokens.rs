//! `POST /oauth/token`.

use super::*;

#[actix_web::test]
async fn a_device_that_proves_itself_gets_a_token_for_ten_minutes() {
    let world = world();
    let device = world.activated().await;
    let answer = world.send(world.token_request(&device)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_not_stored(&answer);
    let body = answer.json();
    assert_eq!(
        (&body["token_type"], &body["expires_in"], &body["scope"]),
        (&"DPoP".into(), &600.into(), &"eligibility".into())
    );
    let endpoint = device.key.assertion(&device.client_id, &format!("{ISSUER}{TOKEN}"), world.db.clock.now());
    let older = world.token_request_with(&endpoint, &world.proof(&device.key, TOKEN));
    assert_eq!(world.send(older).await.status, StatusCode::OK, "older libraries name the endpoint");
}

#[actix_web::test]
async fn whatever_is_wrong_with_the_assertion_the_answer_is_the_same() {
    let world = world();
    let device = world.activated().await;
    let (now, id, key) = (world.db.clock.now(), &device.client_id, &device.key);
    let (stranger, unknown) = (DeviceKey::generate(), uketsuke_core::ids::CredentialId::mint());
    let claims = |aud: Value| json!({"iss": id, "sub": id, "aud": aud, "jti": "j1", "iat": now.timestamp(), "exp": now.timestamp() + 60});
    let es256 = json!({"typ": "JWT", "alg": "ES256"});
    let unsigned = {
        let jwt = key.sign(&json!({"typ": "JWT", "alg": "none"}), &claims(json!(ISSUER)));
        format!("{}.", jwt.rsplit_once('.').expect("three parts").0)
    };
    let mut no_jti = claims(json!(ISSUER));
    no_jti.as_object_mut().expect("claims").remove("jti");
    let mut seen = Vec::new();
    for (what, assertion) in [
        ("another's key", stranger.assertion(id, ISSUER, now)),
        ("unknown client", stranger.assertion(unknown.as_str(), ISSUER, now)),
        ("no id at all", stranger.assertion("' or 1=1", ISSUER, now)),
        ("wrong aud", key.assertion(id, "https://evil.example", now)),
        ("our aud beside another", key.sign(&es256, &claims(json!([ISSUER, "https://evil.example"])))),
        ("alg none", key.sign(&json!({"typ": "JWT", "alg": "none"}), &claims(json!(ISSUER)))),
        ("alg none, unsigned", unsigned),
        ("alg HS256", key.sign(&json!({"typ": "JWT", "alg": "HS256"}), &claims(json!(ISSUER)))),
        (
            "its own jwk",
            stranger
                .sign(&json!({"typ": "JWT", "alg": "ES256", "jwk": stranger.jwk().to_value()}), &claims(json!(ISSUER))),
        ),
        ("no jti", key.sign(&es256, &no_jti)),
        ("a proof for an assertion", world.proof(key, TOKEN)),
        ("rubbish", "a.b.c".into()),
        ("nothing", String::new()),
    ] {
        let request = world.token_request_with(&assertion, &world.proof(key, TOKEN));
        let answer = world.send(request).await;
        assert_eq!(answer.error(), (401, "invalid_client".into()), "{what}");
        seen.push(answer.text);
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
}

#[actix_web::test]
async fn a_clock_that_is_off_is_told() {
    let world = world();
    let device = world.activated().await;
    for minutes in [-10, 10] {
        let at = world.db.clock.now() + chrono::Duration::minutes(minutes);
        let assertion = device.key.assertion(&device.client_id, ISSUER, at);
        let answer = world.send(world.token_request_with(&assertion, &world.proof(&device.key, TOKEN))).await;
        assert_eq!(answer.error(), (401, "invalid_client".into()));
        assert!(answer.json()["message"].as_str().is_some_and(|m| m.contains("時計")));
    }
}

#[actix_web::test]
async fn assertion_and_proof_are_used_once() {
    let world = world();
    let device = world.activated().await;
    let assertion = || device.key.assertion(&device.client_id, ISSUER, world.db.clock.now());
    let (first, proof) = (assertion(), world.proof(&device.key, TOKEN));
    assert_eq!(world.send(world.token_request_with(&first, &proof)).await.status, StatusCode::OK);
    let again = world.token_request_with(&first, &world.proof(&device.key, TOKEN));
    assert_eq!(world.send(again).await.error(), (401, "invalid_client".into()));
    let replayed = world.token_request_with(&assertion(), &proof);
    assert_eq!(world.send(replayed).await.error(), (400, "invalid_dpop_proof".into()));
}

#[actix_web::test]
async fn the_proof_must_be_made_with_the_registered_key() {
    let world = world();
    let device = world.activated().await;
    let assertion = device.key.assertion(&device.client_id, ISSUER, world.db.clock.now());
    let foreign = world.proof(&DeviceKey::generate(), TOKEN);
    let answer = world.send(world.token_request_with(&assertion, &foreign)).await;
    assert_eq!(answer.error(), (400, "invalid_dpop_proof".into()));
}

#[actix_web::test]
async fn only_this_grant_scope_and_kind_of_proof_are_known() {
    let world = world();
    let device = world.activated().await;
    let form = |changes: &[(&str, &str)]| {
        let assertion = device.key.assertion(&device.client_id, ISSUER, world.db.clock.now());
        let mut form = vec![
            ("grant_type".to_owned(), "client_credentials".to_owned()),
            ("client_assertion_type".to_owned(), ASSERTION_TYPE.to_owned()),
            ("client_assertion".to_owned(), assertion),
        ];
        for (name, value) in changes {
            form.retain(|(known, _)| known != name);
            form.push(((*name).to_owned(), (*value).to_owned()));
        }
        TestRequest::post().uri(TOKEN).insert_header(("DPoP", world.proof(&device.key, TOKEN))).set_form(form)
    };
    for (changes, expected) in [
        (vec![("grant_type", "")], (400, "invalid_request")),
        (vec![("grant_type", "password")], (400, "unsupported_grant_type")),
        (vec![("scope", "everything")], (400, "invalid_scope")),
        (vec![("client_assertion_type", "x")], (401, "invalid_client")),
        (vec![("client_id", "someone else")], (401, "invalid_client")),
    ] {
        let answer = world.send(form(&changes)).await;
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{changes:?}");
    }
    let twice = TestRequest::post().uri(TOKEN).insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"));
    let answer = world.send(twice.set_payload("grant_type=client_credentials&grant_type=client_credentials")).await;
    assert_eq!(answer.error(), (400, "invalid_request".into()));
}

#[actix_web::test]
async fn the_first_token_of_a_swapped_device_ends_the_one_before() {
    let world = world();
    let old = world.activated().await;
    let before = world.token(&old).await;
    world.write(|tx| device::reissue(tx, &keyring(), &world.scope, &world.devices[0], device::Replacement::Swap, 30));
    let new = world.activated().await;
    assert_eq!(world.check(&before).await.json()["active"], true, "set up is not used");
    assert_eq!(world.check(&world.token(&old).await).await.json()["active"], true, "and it gets new tokens");
    let after = world.token(&new).await;
    assert_eq!(world.check(&before).await.text, r#"{"active":false}"#);
    assert_eq!(world.check(&after).await.json()["active"], true);
    assert_eq!(world.send(world.token_request(&old)).await.error(), (400, "unauthorized_client".into()));
}

#[actix_web::test]
async fn a_stopped_device_gets_no_token() {
    let world = world();
    let device = world.activated().await;
    let id = world.devices[0].clone();
    world.write(|tx| device::suspend(tx, &world.scope, &id));
    assert_eq!(world.send(world.token_request(&device)).await.error(), (400, "unauthorized_client".into()));
    world.write(|tx| device::resume(tx, &world.scope, &id));
    world.token(&device).await;
    world.write(|tx| device::revoke(tx, &world.scope, &id));
    assert_eq!(world.send(world.token_request(&device)).await.error(), (400, "unauthorized_client".into()));
}
