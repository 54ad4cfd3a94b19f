//! Assertions as honest libraries write them, and as an attacker would.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::{Value, json};

use super::*;
use crate::jose::device::DeviceKey;

const CLIENT: &str = "device-1";
const ISSUER: &str = "https://api.example.jp";
const TOKEN: &str = "https://api.example.jp/oauth/token";
const NOW: i64 = 1_800_000_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "JWT"})
}

fn claims() -> Value {
    json!({"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "iat": NOW, "exp": NOW + 60, "jti": "a"})
}

/// `base` with the members of `change`; null takes one away.
fn with(mut base: Value, change: Value) -> Value {
    for (name, value) in change.as_object().unwrap() {
        base[name] = value.clone();
    }
    base.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    base
}

fn verify(jwt: &str, key: &DeviceKey) -> Result<Assertion, JoseError> {
    verify_client_assertion(jwt, &key.jwk(), CLIENT, &[ISSUER, TOKEN], now())
}

#[test]
fn our_own_device_passes_and_names_itself() {
    let key = DeviceKey::generate();
    let jwt = key.assertion(CLIENT, ISSUER, now());
    let assertion = verify(&jwt, &key).unwrap();
    assert_eq!(assertion.iat, Some(now()));
    assert_eq!(assertion.exp, now() + TimeDelta::seconds(120));
    assert_eq!(claimed_client_id(&jwt).as_deref(), Some(CLIENT));
    assert_ne!(assertion.jti, verify(&key.assertion(CLIENT, ISSUER, now()), &key).unwrap().jti);
}

#[test]
fn claims_decide() {
    let key = DeviceKey::generate();
    let cases = [
        ("the token endpoint as audience", json!({"aud": TOKEN}), Ok(())),
        ("a list of us", json!({"aud": [ISSUER]}), Ok(())),
        ("both our names", json!({"aud": [ISSUER, TOKEN]}), Ok(())),
        ("somebody else too", json!({"aud": [ISSUER, "https://evil.example"]}), Err(JoseError::Claim("aud"))),
        ("nobody", json!({"aud": []}), Err(JoseError::Claim("aud"))),
        ("another server", json!({"aud": "https://evil.example"}), Err(JoseError::Claim("aud"))),
        ("almost us", json!({"aud": format!("{ISSUER}/")}), Err(JoseError::Claim("aud"))),
        ("no audience", json!({"aud": null}), Err(JoseError::Malformed("JWT claims"))),
        ("another issuer", json!({"iss": "device-2"}), Err(JoseError::Claim("iss"))),
        ("another subject", json!({"sub": "device-2"}), Err(JoseError::Claim("sub"))),
        ("no jti", json!({"jti": null}), Err(JoseError::Claim("jti"))),
        ("empty jti", json!({"jti": ""}), Err(JoseError::Claim("jti"))),
        ("endless jti", json!({"jti": "a".repeat(257)}), Err(JoseError::Claim("jti"))),
        ("an hour in exp, as Authlib writes it", json!({"exp": NOW + 3600}), Ok(())),
        ("a day in exp", json!({"exp": NOW + 86_400}), Err(JoseError::TooLongLived)),
        ("no iat", json!({"iat": null}), Ok(())),
        ("no iat and long", json!({"iat": null, "exp": NOW + 301}), Err(JoseError::TooLongLived)),
        ("fractions of seconds", json!({"iat": NOW as f64 + 0.5, "exp": NOW as f64 + 59.5}), Ok(())),
        ("a clock ahead", json!({"iat": NOW + 60, "exp": NOW + 120}), Ok(())),
        ("a clock far ahead", json!({"iat": NOW + 61, "exp": NOW + 121}), Err(JoseError::Future { by_seconds: 61 })),
        ("not yet", json!({"nbf": NOW + 90}), Err(JoseError::Future { by_seconds: 90 })),
        ("a clock behind", json!({"iat": NOW - 120, "exp": NOW - 60}), Ok(())),
        ("just over", json!({"iat": NOW - 121, "exp": NOW - 61}), Err(JoseError::Expired { by_seconds: 1 })),
        (
            "old but long-lived",
            json!({"iat": NOW - 600, "exp": NOW + 600}),
            Err(JoseError::Expired { by_seconds: 480 }),
        ),
        ("text for a date", json!({"exp": "soon"}), Err(JoseError::Malformed("JWT claims"))),
        ("a date beyond dates", json!({"exp": 1e300}), Err(JoseError::Malformed("JWT claims"))),
        ("no exp", json!({"exp": null}), Err(JoseError::Malformed("JWT claims"))),
    ];
    for (name, change, expected) in cases {
        let jwt = key.sign(&header(), &with(claims(), change));
        assert_eq!(verify(&jwt, &key).map(|_| ()), expected, "{name}");
    }
}

#[test]
fn the_header_decides_nothing() {
    let key = DeviceKey::generate();
    let cases = [
        ("kid and x5t are ignored", json!({"kid": "../../etc/passwd", "x5t": "AA"}), Ok(())),
        ("the bis type", json!({"typ": "client-authentication+jwt"}), Ok(())),
        ("no type", json!({"typ": null}), Ok(())),
        ("a proof's type", json!({"typ": "dpop+jwt"}), Err(JoseError::Type)),
        ("none", json!({"alg": "none"}), Err(JoseError::Algorithm)),
        ("None", json!({"alg": "None"}), Err(JoseError::Algorithm)),
        ("HS256", json!({"alg": "HS256"}), Err(JoseError::Algorithm)),
        ("RS256", json!({"alg": "RS256"}), Err(JoseError::Algorithm)),
        ("EdDSA for a P-256 key", json!({"alg": "EdDSA"}), Err(JoseError::Algorithm)),
        ("lower case", json!({"alg": "es256"}), Err(JoseError::Algorithm)),
        ("no alg", json!({"alg": null}), Err(JoseError::Malformed("JWT header"))),
        ("a list of algs", json!({"alg": ["ES256", "none"]}), Err(JoseError::Malformed("JWT header"))),
        ("critical", json!({"crit": ["exp"]}), Err(JoseError::Critical)),
        ("unencoded payload", json!({"b64": false, "crit": ["b64"]}), Err(JoseError::Critical)),
    ];
    for (name, change, expected) in cases {
        let jwt = key.sign(&with(header(), change), &claims());
        assert_eq!(verify(&jwt, &key).map(|_| ()), expected, "{name}");
    }
}

#[test]
fn a_key_in_the_message_is_never_believed() {
    let (registered, attacker) = (DeviceKey::generate(), DeviceKey::generate());
    for change in [
        json!({"jwk": attacker.jwk().to_value()}),
        json!({"jku": "https://evil.example/jwks"}),
        json!({"x5u": "https://evil.example/cert"}),
        json!({"x5c": ["AAAA"]}),
    ] {
        let jwt = attacker.sign(&with(header(), change), &claims());
        assert_eq!(verify(&jwt, &registered), Err(JoseError::Signature));
    }
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    let key = DeviceKey::generate();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "HS256"})), part(&claims()));
    let secret = hmac::Key::new(hmac::HMAC_SHA256, key.jwk().to_json().as_bytes());
    let forged = format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&secret, message.as_bytes())));
    assert_eq!(verify(&forged, &key), Err(JoseError::Algorithm));
}

#[test]
fn what_is_no_jws_is_refused_without_a_panic() {
    let key = DeviceKey::generate();
    let good = key.assertion(CLIENT, ISSUER, now());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (head, body) = message.split_once('.').unwrap();
    let twice = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","alg":"none"}"#);
    for broken in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b".to_owned(),
        format!("{message}."),
        format!("{message}.{signature}A"),
        format!("{message}.{}", &signature[..signature.len() - 2]),
        format!("{message}.{signature}="),
        format!("{message}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        format!("{good}.x.y"),
        format!("{head}.{signature}"),
        format!(" {good}"),
        format!("{twice}.{body}.{signature}"),
        format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("[]")),
        format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode([0xff])),
        "あ.い.う".to_owned(),
        "A".repeat(9_000),
    ] {
        assert!(verify(&broken, &key).is_err(), "{broken}");
    }
    let swapped = format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims().to_string()));
    assert_eq!(verify(&swapped, &key), Err(JoseError::Signature));
    assert_eq!(claimed_client_id("a.b.c"), None);
}
