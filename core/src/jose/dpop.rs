//! DPoP proofs (RFC 9449): the sender of a request holds the key.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use url::Url;

use super::jws::{Jws, NumericDate, checked_jti, not_in_future, not_over};
use super::{JoseError, Jwk, LIFETIME_SECONDS, SKEW_SECONDS};

/// A good proof. Its `jti` must be remembered until `exp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dpop {
    /// The key that made it.
    pub key: Jwk,
    /// The key's thumbprint (RFC 7638), as it stands in `cnf.jkt`.
    pub jkt: String,
    /// Its number, used once.
    pub jti: String,
    /// When it was made.
    pub iat: DateTime<Utc>,
    /// The last moment it would be taken, clock skew included.
    pub exp: DateTime<Utc>,
    /// The server's nonce, if it carries one (RFC 9449, 8).
    pub nonce: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    jti: Option<String>,
    htm: String,
    htu: String,
    iat: NumericDate,
    ath: Option<String>,
    nonce: Option<String>,
}

/// Checks the proof of one request (RFC 9449, 4.3): `htm` is the method, `htu`
/// our public address of the endpoint. With an access token, its hash
/// ([`super::hash_access_token`]) must be in the proof.
pub fn verify_dpop(
    proof: &str,
    htm: &str,
    htu: &str,
    now: DateTime<Utc>,
    access_token_hash: Option<&str>,
) -> Result<Dpop, JoseError> {
    let jws = Jws::parse(proof)?;
    if !jws.has_type(&["dpop+jwt"]) {
        return Err(JoseError::Type);
    }
    let key = Jwk::from_value(jws.header.jwk.as_ref().ok_or(JoseError::Key("no jwk in the header"))?)?;
    let claims: Claims = jws.verified(&key)?;
    if claims.htm != htm {
        return Err(JoseError::Claim("htm"));
    }
    if !is_same_target(&claims.htu, htu) {
        return Err(JoseError::Claim("htu"));
    }
    if access_token_hash.is_some() && claims.ath.as_deref() != access_token_hash {
        return Err(JoseError::Claim("ath"));
    }
    let iat = claims.iat.0;
    let exp = iat + TimeDelta::seconds(LIFETIME_SECONDS + SKEW_SECONDS);
    not_in_future(iat, now)?;
    not_over(exp, now)?;
    let jti = checked_jti(claims.jti)?;
    Ok(Dpop { key, jkt: key.thumbprint(), jti, iat, exp, nonce: claims.nonce })
}

/// Whether two addresses name the same target, query and fragment aside, after
/// the usual normalisation of scheme, host and port (RFC 9449, 4.3; RFC 3986, 6.2).
fn is_same_target(claimed: &str, ours: &str) -> bool {
    let target = |text: &str| -> Option<Url> {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    target(claimed).is_some_and(|claimed| target(ours) == Some(claimed))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::jose::device::DeviceKey;
    use crate::jose::hash_access_token;

    const URI: &str = "https://api.example.jp/oauth/token";
    const NOW: i64 = 1_800_000_000;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn proof(key: &DeviceKey, header: Value, claims: Value) -> String {
        let mut full_header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk().to_value()});
        let mut full_claims = json!({"jti": "a", "htm": "POST", "htu": URI, "iat": NOW});
        for (full, change) in [(&mut full_header, header), (&mut full_claims, claims)] {
            for (name, value) in change.as_object().unwrap() {
                full[name] = value.clone();
            }
        }
        key.sign(&full_header, &full_claims)
    }

    /// The proof of RFC 9449, 4.1, and its key's thumbprint of 6.1.
    #[test]
    fn the_proof_of_the_rfc_passes() {
        let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        let checked = verify_dpop(proof, "POST", "https://server.example.com/token", at(1_562_262_620), None).unwrap();
        assert_eq!(checked.jkt, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(checked.jti, "-BwC3ESc6acc2lTc");
    }

    #[test]
    fn our_own_device_passes_with_and_without_a_token() {
        let key = DeviceKey::generate();
        let hash = hash_access_token("token");
        let bound = key.dpop("POST", URI, at(NOW), Some("token"));
        let checked = verify_dpop(&bound, "POST", URI, at(NOW), Some(&hash)).unwrap();
        assert_eq!((checked.key, checked.jkt), (key.jwk(), key.jwk().thumbprint()));
        assert_eq!(checked.exp, at(NOW + 120));

        let free = key.dpop("POST", URI, at(NOW), None);
        assert!(verify_dpop(&free, "POST", URI, at(NOW), None).is_ok());
        assert_eq!(verify_dpop(&free, "POST", URI, at(NOW), Some(&hash)), Err(JoseError::Claim("ath")));
        let other = hash_access_token("other");
        assert_eq!(verify_dpop(&bound, "POST", URI, at(NOW), Some(&other)), Err(JoseError::Claim("ath")));
    }

    #[test]
    fn the_proof_holds_for_its_request_and_its_minute_only() {
        let key = DeviceKey::generate();
        let cases = [
            ("upper-case host, port and query", json!({"htu": "HTTPS://API.example.jp:443/oauth/token?a=b#c"}), Ok(())),
            ("another path", json!({"htu": "https://api.example.jp/oauth/revoke"}), Err(JoseError::Claim("htu"))),
            ("another host", json!({"htu": "https://evil.example/oauth/token"}), Err(JoseError::Claim("htu"))),
            ("another scheme", json!({"htu": "http://api.example.jp/oauth/token"}), Err(JoseError::Claim("htu"))),
            (
                "a user in the address",
                json!({"htu": "https://x@api.example.jp/oauth/token"}),
                Err(JoseError::Claim("htu")),
            ),
            ("no address", json!({"htu": "token"}), Err(JoseError::Claim("htu"))),
            ("another method", json!({"htm": "GET"}), Err(JoseError::Claim("htm"))),
            ("lower-case method", json!({"htm": "post"}), Err(JoseError::Claim("htm"))),
            ("no jti", json!({"jti": null}), Err(JoseError::Claim("jti"))),
            ("no iat", json!({"iat": null}), Err(JoseError::Malformed("JWT claims"))),
            ("two minutes old", json!({"iat": NOW - 120}), Ok(())),
            ("older", json!({"iat": NOW - 130}), Err(JoseError::Expired { by_seconds: 10 })),
            ("a minute ahead", json!({"iat": NOW + 60}), Ok(())),
            ("further ahead", json!({"iat": NOW + 70}), Err(JoseError::Future { by_seconds: 70 })),
        ];
        for (name, claims, expected) in cases {
            let checked = verify_dpop(&proof(&key, json!({}), claims), "POST", URI, at(NOW), None);
            assert_eq!(checked.map(|_| ()), expected, "{name}");
        }
    }

    #[test]
    fn hostile_headers_are_refused() {
        let (key, other) = (DeviceKey::generate(), DeviceKey::generate());
        let mut private = key.jwk().to_value();
        private["d"] = "AAAA".into();
        let cases = [
            ("an assertion's type", json!({"typ": "JWT"}), JoseError::Type),
            ("no type", json!({"typ": null}), JoseError::Type),
            ("none", json!({"alg": "none"}), JoseError::Algorithm),
            ("HS256", json!({"alg": "HS256"}), JoseError::Algorithm),
            ("ES384", json!({"alg": "ES384"}), JoseError::Algorithm),
            ("no key", json!({"jwk": null}), JoseError::Key("no jwk in the header")),
            ("a private key", json!({"jwk": private}), JoseError::Key("it holds private members")),
            ("somebody else's key", json!({"jwk": other.jwk().to_value()}), JoseError::Signature),
            (
                "a point off the curve",
                json!({"jwk": Jwk::P256 { x: [1; 32], y: [1; 32] }.to_value()}),
                JoseError::Signature,
            ),
            (
                "a symmetric key",
                json!({"jwk": {"kty": "oct", "k": "AAAA"}, "alg": "HS256"}),
                JoseError::Key("it holds private members"),
            ),
            (
                "a key by address",
                json!({"jwk": null, "jku": "https://evil.example"}),
                JoseError::Key("no jwk in the header"),
            ),
            ("critical", json!({"crit": ["nonce"]}), JoseError::Critical),
        ];
        for (name, header, expected) in cases {
            let checked = verify_dpop(&proof(&key, header, json!({})), "POST", URI, at(NOW), None);
            assert_eq!(checked, Err(expected), "{name}");
        }
    }
}
