//! `POST /oauth/register`.

use super::*;

#[actix_web::test]
async fn the_four_values_and_a_key_make_a_client() {
    let world = world();
    let (settings, key) = (world.settings(0), DeviceKey::generate());
    let answer = world.send(world.registration(&settings, &key)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_not_stored(&answer);
    let body = answer.json();
    let id = body["client_id"].as_str().expect("an id");
    assert_eq!(body["registration_client_uri"], format!("{ISSUER}{REGISTER}/{id}"));
    assert_eq!(body["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!(body["jwks"]["keys"][0], key.jwk().to_value());
    assert_eq!(body["device"]["platform"], "android");
    assert!(body["registration_access_token"].as_str().is_some_and(|t| t.len() == 43));
    assert!(!answer.text.contains(&settings.password) && !answer.text.contains(&settings.code));
}

#[actix_web::test]
async fn any_one_of_the_four_wrong_gets_the_same_bytes() {
    let world = world();
    let (mine, theirs, key) = (world.settings(0), world.settings(1), DeviceKey::generate());
    let wrong = [
        Settings { facility_code: "1399999999".into(), ..mine.clone() },
        Settings { user_id: theirs.user_id.clone(), ..mine.clone() },
        Settings { password: theirs.password.clone(), ..mine.clone() },
        Settings { code: theirs.code.clone(), ..mine.clone() },
    ];
    let mut seen = Vec::new();
    for settings in wrong {
        let answer = world.send(world.registration(&settings, &key)).await;
        assert_eq!(answer.error(), (401, "invalid_token".into()));
        let challenge = answer.headers.get("www-authenticate").expect("a challenge").clone();
        seen.push((answer.text, challenge));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    let right = world.send(world.registration(&mine, &key)).await;
    assert_eq!(right.status, StatusCode::CREATED, "four tries are within the five");
}

#[actix_web::test]
async fn the_same_key_gets_the_same_client_again_and_another_key_is_refused() {
    let world = world();
    let (settings, key) = (world.settings(0), DeviceKey::generate());
    let first = world.send(world.registration(&settings, &key)).await.json();
    let again = world.send(world.registration(&settings, &key)).await.json();
    assert_eq!(first["client_id"], again["client_id"]);
    assert_ne!(first["registration_access_token"], again["registration_access_token"]);
    let other = world.send(world.registration(&settings, &DeviceKey::generate())).await;
    assert_eq!(other.error(), (401, "invalid_token".into()));
}

#[actix_web::test]
async fn a_typing_slip_is_told_apart_and_costs_nothing() {
    let world = world();
    let (settings, key) = (world.settings(0), DeviceKey::generate());
    let tail = if settings.code.ends_with('0') { "1" } else { "0" };
    let slipped = Settings { code: format!("{}{tail}", &settings.code[..15]), ..settings.clone() };
    for _ in 0..6 {
        let answer = world.send(world.registration(&slipped, &key)).await;
        assert_eq!(answer.error(), (400, "invalid_request".into()));
        assert!(answer.json()["message"].as_str().is_some_and(|m| m.contains("打ち間違い")));
    }
    assert_eq!(world.send(world.registration(&settings, &key)).await.status, StatusCode::CREATED);
}

#[actix_web::test]
async fn too_many_wrong_tries_must_wait() {
    let world = world();
    let key = DeviceKey::generate();
    let guess = Settings { password: "abcdefghjkmn".into(), ..world.settings(0) };
    for _ in 0..30 {
        world.send(world.registration(&guess, &key)).await;
    }
    let answer = world.send(world.registration(&guess, &key)).await;
    assert_eq!(answer.error(), (429, "temporarily_unavailable".into()));
    assert_eq!(answer.headers.get("retry-after").expect("a time"), "900");
}

#[actix_web::test]
async fn possession_of_the_key_must_be_proved_anew_each_time() {
    let world = world();
    let (settings, key, now) = (world.settings(0), DeviceKey::generate(), world.db.clock.now());
    let (other, here) = (DeviceKey::generate(), format!("{ISSUER}{REGISTER}"));
    let minutes = chrono::Duration::minutes;
    let hs256 = json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": key.jwk().to_value()});
    let none = json!({"typ": "dpop+jwt", "alg": "none", "jwk": key.jwk().to_value()});
    let claims = json!({"jti": "a", "htm": "POST", "htu": here, "iat": now.timestamp()});
    for (what, proof) in [
        ("another key", other.dpop("POST", &here, now, None)),
        ("another address", key.dpop("POST", &format!("{ISSUER}{TOKEN}"), now, None)),
        ("another method", key.dpop("GET", &here, now, None)),
        ("old", key.dpop("POST", &here, now - minutes(5), None)),
        ("early", key.dpop("POST", &here, now + minutes(5), None)),
        ("none", key.sign(&none, &claims)),
        ("HS256", key.sign(&hs256, &claims)),
        ("rubbish", "a.b.c".to_owned()),
        ("empty", String::new()),
    ] {
        let request = world.registration_with(&settings.code, &body(&settings, &key), &proof);
        assert_eq!(world.send(request).await.error(), (400, "invalid_dpop_proof".into()), "{what}");
    }
    let twice = world.registration(&settings, &key).append_header(("DPoP", world.proof(&key, REGISTER)));
    assert_eq!(world.send(twice).await.error().0, 400, "two proofs");

    let proof = world.proof(&key, REGISTER);
    let same = || world.registration_with(&settings.code, &body(&settings, &key), &proof);
    assert_eq!(world.send(same()).await.status, StatusCode::CREATED);
    assert_eq!(world.send(same()).await.error(), (400, "invalid_dpop_proof".into()), "replayed");
}

#[actix_web::test]
async fn unusable_descriptions_and_keys_are_refused_before_any_try() {
    let world = world();
    let (settings, key) = (world.settings(0), DeviceKey::generate());
    let good = body(&settings, &key);
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).expect("a member") = value;
        body
    };
    let private = {
        let mut jwk = key.jwk().to_value();
        jwk["d"] = "AAAA".into();
        jwk
    };
    for body in [
        json!({}),
        with("/facility_code", json!(1312345678)),
        with("/password", Value::Null),
        with("/jwks", json!({"keys": []})),
        with("/jwks", json!({"keys": [key.jwk().to_value(), key.jwk().to_value()]})),
        with("/jwks/keys/0", json!({"kty": "oct", "k": "AAAA"})),
        with("/jwks/keys/0", private),
        with("/jwks/keys/0/crv", json!("P-384")),
        with("/jwks/keys/0/crv", json!("secp256k1")),
        with("/jwks/keys/0/x", json!("AAAA")),
        with("/jwks/keys/0", json!({"kty": "OKP", "crv": "X25519", "x": "A".repeat(43)})),
        // A key for which anybody can sign.
        with("/jwks/keys/0", json!({"kty": "OKP", "crv": "Ed25519", "x": "A".repeat(43)})),
        with("/client_name", json!("a\u{0}b")),
        with("/client_name", json!("番号 123456789018")),
        with("/software_version", json!("1".repeat(101))),
        with("/device/platform", json!("toaster")),
        with("/device/model", json!("a\u{202e}b")),
    ] {
        let request = world.registration_with(&settings.code, &body, &world.proof(&key, REGISTER));
        let answer = world.send(request).await;
        assert_eq!(answer.error(), (400, "invalid_client_metadata".into()), "{body}");
        assert!(!answer.text.contains("AAAA"), "nothing of a key is said back: {}", answer.text);
    }
    assert_eq!(world.send(world.registration(&settings, &key)).await.status, StatusCode::CREATED);
}

#[actix_web::test]
async fn hostile_values_are_simply_wrong() {
    let world = world();
    let (settings, key) = (world.settings(0), DeviceKey::generate());
    for value in ["", "' or 1=1 --", "<script>", "😀", "１３１２３４５６７", &"9".repeat(5_000), "\u{202e}"]
    {
        for name in ["facility_code", "user_id", "password"] {
            let mut body = body(&settings, &key);
            body[name] = value.into();
            let request = world.registration_with(&settings.code, &body, &world.proof(&key, REGISTER));
            let (status, _) = world.send(request).await.error();
            assert!(matches!(status, 401 | 429), "{name} {value:.20} {status}");
        }
    }
}

#[actix_web::test]
async fn without_a_code_there_is_no_way_in() {
    let world = world();
    let (settings, key) = (world.settings(0), DeviceKey::generate());
    let proof = world.proof(&key, REGISTER);
    let request = TestRequest::post().uri(REGISTER).insert_header(("DPoP", proof)).set_json(body(&settings, &key));
    assert_eq!(world.send(request).await.error(), (401, "invalid_token".into()));
}
