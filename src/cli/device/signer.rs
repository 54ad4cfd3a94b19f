//! What a device signs, by a public JWT library.

use anyhow::Context;
use chrono::Utc;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use uketsuke_core::secret::PlainToken;

/// How long an assertion is good, in seconds.
const LIFE_SECONDS: i64 = 60;

/// A device's private key, and its public half.
pub struct Signer {
    key: EncodingKey,
    jwk: Jwk,
}

impl Signer {
    /// The P-256 key in this PKCS#8 text (DER).
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_pkcs8(der: &[u8]) -> anyhow::Result<Self> {
        let key = EncodingKey::from_ec_der(der);
        let jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).context("the key is no P-256 key")?;
        Ok(Self { key, jwk })
    }

    /// The public key as a set of one (RFC 7517).
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.jwk] })
    }

    /// A proof for one request (RFC 9449).
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn proof(&self, method: &str, address: &str) -> anyhow::Result<String> {
        let header =
            Header { typ: Some("dpop+jwt".into()), jwk: Some(self.jwk.clone()), ..Header::new(Algorithm::ES256) };
        let claims = json!({ "jti": jti(), "htm": method, "htu": address, "iat": Utc::now().timestamp() });
        Ok(encode(&header, &claims, &self.key)?)
    }

    /// An assertion of this client for that issuer (RFC 7523).
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn assertion(&self, client_id: &str, issuer: &str) -> anyhow::Result<String> {
        let now = Utc::now().timestamp();
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": issuer, "jti": jti(), "iat": now, "exp": now + LIFE_SECONDS,
        });
        Ok(encode(&Header::new(Algorithm::ES256), &claims, &self.key)?)
    }
}

fn jti() -> String {
    PlainToken::mint().reveal().to_owned()
}
