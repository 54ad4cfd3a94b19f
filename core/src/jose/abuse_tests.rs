//! A list of what attackers send for a JWT: every line is refused, as an assertion
//! and as a proof of possession. Lines are signed by the device itself where the
//! signature is not what is wrong.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::hmac;

use super::device::DeviceKey;
use super::{verify_client_assertion, verify_dpop};

const NOW: i64 = 1_800_000_000;
const US: &str = "https://api.example.jp";
const URI: &str = "https://api.example.jp/oauth/token";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).expect("a date")
}

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// The two messages a device signs: header and claims, as JSON text.
struct Message {
    header: String,
    claims: String,
    taken: fn(&str, &DeviceKey) -> bool,
}

fn messages(key: &DeviceKey) -> [Message; 2] {
    let jwk = key.jwk().to_json();
    [
        Message {
            header: r#"{"alg":"ES256","typ":"JWT"}"#.to_owned(),
            claims: format!(r#"{{"iss":"c","sub":"c","aud":"{US}","iat":{NOW},"exp":{},"jti":"a"}}"#, NOW + 60),
            taken: |jwt, key| verify_client_assertion(jwt, &key.jwk(), "c", &[US], now()).is_ok(),
        },
        Message {
            header: format!(r#"{{"alg":"ES256","typ":"dpop+jwt","jwk":{jwk}}}"#),
            claims: format!(r#"{{"htm":"POST","htu":"{URI}","iat":{NOW},"jti":"a"}}"#),
            taken: |jwt, key| verify_dpop(jwt, "POST", URI, now(), None).is_ok_and(|proof| proof.key == key.jwk()),
        },
    ]
}

#[test]
fn the_messages_that_the_lists_spoil_are_good_themselves() {
    let key = DeviceKey::generate();
    for message in messages(&key) {
        assert!((message.taken)(&key.sign_text(&message.header, &message.claims), &key));
    }
}

#[test]
fn algorithms_of_others_are_refused_whatever_the_signature() {
    let key = DeviceKey::generate();
    let names = [
        "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS256", "PS256", "ES256K", "ES384", "ES512",
        "EdDSA", "Ed25519", "Ed448", "es256", "ES256 ", "dir", "A128KW", "RSA-OAEP", "ECDH-ES",
    ];
    for message in messages(&key) {
        for name in names {
            let header = message.header.replace(r#""ES256""#, &format!(r#""{name}""#));
            let signed = key.sign_text(&header, &message.claims);
            let (input, _) = signed.rsplit_once('.').expect("three parts");
            for signature in [signed.rsplit_once('.').expect("three parts").1, "", "AA"] {
                assert!(!(message.taken)(&format!("{input}.{signature}"), &key), "{name} {signature}");
            }
            // Public things taken for a secret.
            for secret in [key.jwk().to_json(), key.jwk().thumbprint(), String::new()] {
                let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), input.as_bytes());
                assert!(!(message.taken)(&format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac)), &key), "{name}");
            }
        }
    }
}

/// What replaces what in a header.
#[test]
fn headers_that_ask_for_more_or_say_things_twice_are_refused() {
    let key = DeviceKey::generate();
    let stranger = DeviceKey::generate().jwk().to_json();
    let spoilt = [
        (r#""alg":"ES256""#, r#""alg":"ES256","alg":"ES256""#.to_owned()),
        (r#""alg":"ES256""#, r#""alg":"none","alg":"ES256""#.to_owned()),
        (r#""alg":"ES256""#, r#""alg":["ES256"]"#.to_owned()),
        (r#""alg":"ES256""#, r#""alg":null"#.to_owned()),
        (r#""alg":"ES256""#, r#""alg":{"a":1}"#.to_owned()),
        (r#""alg":"ES256""#, r#""ALG":"ES256""#.to_owned()),
        (r#""alg":"ES256""#, r#""alg":"ES256","crit":["exp"],"exp":1"#.to_owned()),
        (r#""alg":"ES256""#, r#""alg":"ES256","crit":[]"#.to_owned()),
        (r#""alg":"ES256""#, r#""alg":"ES256","crit":["b64"],"b64":false"#.to_owned()),
        (r#""alg":"ES256""#, r#""alg":"ES256","crit":"exp""#.to_owned()),
        (r#""typ":"#, r#""typ":"JWT","typ":"#.to_owned()),
        (r#""typ":"#, r#""typ":"at+jwt","x":"#.to_owned()),
        (r#""typ":"#, r#""typ":1,"x":"#.to_owned()),
        (r#""alg":"ES256""#, format!(r#""alg":"ES256","jwk":{stranger},"jwk":{stranger}"#)),
        ("{", "[{".to_owned()),
        ("}", "".to_owned()),
        ("{", "\u{feff}{".to_owned()),
        ("{", "{\"a\":".repeat(3_000)),
    ];
    for message in messages(&key) {
        for (part, instead) in &spoilt {
            let header = message.header.replacen(part, instead, 1);
            let jwt = key.sign_text(&header, &message.claims);
            assert!(!(message.taken)(&jwt, &key), "{}", header.chars().take(200).collect::<String>());
        }
        let padded = message.header.replacen('{', &format!("{{{}", " ".repeat(8_200)), 1);
        assert!(!(message.taken)(&key.sign_text(&padded, &message.claims), &key), "larger than any honest one");
    }
}

#[test]
fn claims_twice_missing_huge_or_of_another_kind_are_refused() {
    let key = DeviceKey::generate();
    let date = NOW.to_string();
    let dates = [
        "1e400",
        "-1e400",
        "99999999999999999999999999",
        "9223372036854775807",
        "-9223372036854775808",
        "1e308",
        "-1",
        "0",
        "true",
        "\"1800000000\"",
        "[1800000000]",
        "{}",
        "NaN",
        "Infinity",
        "0x6B49D200",
        "01800000000",
    ];
    for message in messages(&key) {
        let spoil = |part: &str, instead: &str| {
            let claims = message.claims.replacen(part, instead, 1);
            assert_ne!(claims, message.claims, "{part} stands there");
            assert!(!(message.taken)(&key.sign_text(&message.header, &claims), &key), "{claims}");
        };
        for other in dates {
            spoil(&format!("\"iat\":{date}"), &format!("\"iat\":{other}"));
        }
        spoil("\"iat\":", "\"iat\":1,\"iat\":");
        spoil("\"jti\":\"a\"", "\"jti\":\"a\",\"jti\":\"b\"");
        spoil("\"jti\":\"a\"", "\"jti\":[\"a\"]");
        spoil("\"jti\":\"a\"", &format!("\"jti\":\"{}\"", "a".repeat(300)));
        spoil("{", "[");
        spoil("}", "},{}");
    }
    let [assertion, proof] = messages(&key);
    let spoil = |message: &Message, part: &str, instead: &str| {
        let claims = message.claims.replacen(part, instead, 1);
        assert_ne!(claims, message.claims, "{part} stands there");
        assert!(!(message.taken)(&key.sign_text(&message.header, &claims), &key), "{claims}");
    };
    for (part, instead) in [
        ("\"sub\":\"c\"", "\"sub\":\"d\",\"sub\":\"c\""),
        ("\"iss\":\"c\"", "\"iss\":\"c\",\"iss\":\"c\""),
        ("\"iss\":\"c\"", "\"iss\":[\"c\"]"),
        ("\"sub\":\"c\"", "\"sub\":\"c\\u0000\""),
        ("\"aud\":", "\"aud\":\"https://evil.example\",\"aud\":"),
        ("\"aud\":", "\"aud\":null,\"a\":"),
        ("\"aud\":\"https://api", "\"aud\":\"https://API"),
        ("\"aud\":\"https://api", "\"aud\":\"http://api"),
        ("\"exp\":", "\"exp\":1e400,\"e\":"),
        ("\"exp\":", "\"exp\":\"9999999999\",\"e\":"),
        ("\"exp\":", "\"exp\":9999999999,\"e\":"),
    ] {
        spoil(&assertion, part, instead);
    }
    for (part, instead) in [
        ("\"htm\":\"POST\"", "\"htm\":\"GET\",\"htm\":\"POST\""),
        ("\"htm\":\"POST\"", "\"htm\":[\"POST\"]"),
        ("oauth/token", "oauth/token/"),
        ("oauth/token", "oauth/../oauth/register"),
        ("https://api.example.jp", "https://api.example.jp@evil.example"),
        ("https://api.example.jp", "https://api.example.jp.evil.example"),
    ] {
        spoil(&proof, part, instead);
    }
}

#[test]
fn what_is_no_compact_message_is_refused() {
    let key = DeviceKey::generate();
    for message in messages(&key) {
        let good = key.sign_text(&message.header, &message.claims);
        let [head, body, signature] = good.split('.').collect::<Vec<_>>().try_into().expect("three parts");
        let raw = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        let (r, s) = raw.split_at(32);
        // SEQUENCE of two INTEGERs, as X.509 writes it.
        let der = [&[0x30, 0x46, 0x02, 0x21, 0x00][..], r, &[0x02, 0x21, 0x00], s].concat();
        // The order of P-256: as good as zero.
        let order = [
            0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
            0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
        ];
        let signatures = [
            Vec::new(),
            vec![0; 64],
            [order, order].concat(),
            [order, [0; 32]].concat(),
            [r, &[0; 32]].concat(),
            [&[0; 32], s].concat(),
            [s, r].concat(),
            der,
            raw[..63].to_vec(),
            [&raw[..], &[0]].concat(),
            [&[0], &raw[..]].concat(),
            vec![0xff; 64],
        ];
        for forged in signatures {
            let jwt = format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode(&forged));
            assert!(!(message.taken)(&jwt, &key), "{forged:02x?}");
        }
        let texts = [
            format!("{head}.{body}"),
            format!("{head}..{signature}"),
            format!(".{body}.{signature}"),
            format!("{head}.{body}.{signature}."),
            format!("{head}.{body}.{signature}.{signature}.{signature}"),
            format!("{head}.{body}.{signature}="),
            format!("{head}=.{body}.{signature}"),
            format!("{head}.{body}.{signature}\n"),
            format!("{head}. {body}.{signature}"),
            format!("{head}\u{200b}.{body}.{signature}"),
            format!("{head}.{body}.{}", signature.replace(['-', '_'], "+")) + "+",
            format!(r#"{{"protected":"{head}","payload":"{body}","signature":"{signature}"}}"#),
            format!("{}.{body}.{signature}", encoded(&message.header.replace("ES256", "none"))),
            format!("{head}.{}.{signature}", encoded(&message.claims.replace("1800000000", "1800000001"))),
        ];
        for text in texts {
            assert!(!(message.taken)(&text, &key), "{text}");
        }
    }
}
