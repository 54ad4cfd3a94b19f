//! The device's side: a key pair, assertions and DPoP proofs, as an app makes
//! them. Used by the simulator (`uketsuke device`) and by tests.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::es256::Es256;
use super::{Jwk, LIFETIME_SECONDS, hash_access_token};
use crate::secret::random;

/// A P-256 key that stays on its device. `Debug` prints a constant.
pub struct DeviceKey(Es256);

impl DeviceKey {
    /// A new key.
    pub fn generate() -> Self {
        Self(Es256::generate())
    }

    /// A key as [`DeviceKey::pkcs8`] gave it; `None` if it is anything else.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        Es256::from_pkcs8(pkcs8).map(Self)
    }

    /// The private key in PKCS#8 (DER).
    pub fn pkcs8(&self) -> &[u8] {
        self.0.pkcs8()
    }

    /// The public key.
    pub fn jwk(&self) -> Jwk {
        self.0.jwk()
    }

    /// A `private_key_jwt` assertion (RFC 7523), good for a minute.
    pub fn assertion(&self, client_id: &str, audience: &str, now: DateTime<Utc>) -> String {
        self.sign(
            &json!({"typ": "JWT", "alg": "ES256"}),
            &json!({
                "iss": client_id, "sub": client_id, "aud": audience, "jti": jti(),
                "iat": now.timestamp(), "exp": now.timestamp() + LIFETIME_SECONDS,
            }),
        )
    }

    /// A DPoP proof (RFC 9449, 4.2) for one request, bound to the access token
    /// where the request carries one.
    pub fn dpop(&self, htm: &str, htu: &str, now: DateTime<Utc>, access_token: Option<&str>) -> String {
        let mut claims = json!({"jti": jti(), "htm": htm, "htu": htu, "iat": now.timestamp()});
        if let Some(token) = access_token {
            claims["ath"] = hash_access_token(token).into();
        }
        self.sign(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk().to_value()}), &claims)
    }

    /// Signs any header and claims: for requests signed by the device, and for
    /// tests that send what no honest device would.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.0.sign(header, claims)
    }

    /// The same for texts that need not be JSON.
    #[cfg(test)]
    pub(super) fn sign_text(&self, header: &str, claims: &str) -> String {
        self.0.sign_text(header, claims)
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(secret)")
    }
}

fn jti() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<16>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_stored() {
        let key = DeviceKey::generate();
        let again = DeviceKey::from_pkcs8(key.pkcs8()).unwrap();
        assert_eq!(again.jwk(), key.jwk());
        assert!(DeviceKey::from_pkcs8(&key.pkcs8()[1..]).is_none());
        assert_eq!(format!("{key:?}"), "DeviceKey(secret)");
    }
}
