//! The compact form of a signed message (RFC 7515, 7.1), read strictly.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

use super::{JoseError, Jwk, SKEW_SECONDS};

/// Far more than any assertion or proof needs.
const MAX_BYTES: usize = 8 * 1024;
/// The longest `jti` that is remembered.
const MAX_JTI: usize = 256;

/// The header members that matter. `jku`, `x5u`, `x5c` and the like are never
/// read: where a key comes from is not for the message to say.
#[derive(Deserialize)]
pub(super) struct Header {
    pub alg: String,
    pub typ: Option<String>,
    /// The sender's key; only DPoP looks at it.
    pub jwk: Option<Value>,
    crit: Option<Value>,
}

/// A message taken apart, not yet verified.
pub(super) struct Jws<'a> {
    pub header: Header,
    signing_input: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes a compact message apart.
    pub fn parse(text: &'a str) -> Result<Self, JoseError> {
        if text.len() > MAX_BYTES {
            return Err(JoseError::TooLong);
        }
        let malformed = JoseError::Malformed("JWT");
        let (signing_input, signature) = text.rsplit_once('.').ok_or(malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(malformed)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed);
        let header: Header =
            serde_json::from_slice(&decode(header)?).map_err(|_| JoseError::Malformed("JWT header"))?;
        if header.crit.is_some() {
            return Err(JoseError::Critical);
        }
        Ok(Self { header, signing_input, payload: decode(payload)?, signature: decode(signature)? })
    }

    /// The claims, after the algorithm and the signature were checked against `key`.
    pub fn verified<C: DeserializeOwned>(&self, key: &Jwk) -> Result<C, JoseError> {
        if !key.fits(&self.header.alg) {
            return Err(JoseError::Algorithm);
        }
        key.verify(self.signing_input.as_bytes(), &self.signature)?;
        self.unverified()
    }

    /// The claims as anybody could have written them.
    pub fn unverified<C: DeserializeOwned>(&self) -> Result<C, JoseError> {
        serde_json::from_slice(&self.payload).map_err(|_| JoseError::Malformed("JWT claims"))
    }

    /// Whether `typ` is one of `names`, in any case and with or without
    /// `application/` (RFC 7515, 4.1.9).
    pub fn has_type(&self, names: &[&str]) -> bool {
        self.header.typ.as_deref().is_some_and(|typ| {
            let typ = typ.to_ascii_lowercase();
            let typ = typ.strip_prefix("application/").unwrap_or(&typ);
            names.contains(&typ)
        })
    }
}

/// Seconds since 1970, whole or not (RFC 7519, 2: NumericDate), cut to whole ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NumericDate(pub DateTime<Utc>);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        // A float beyond i64 saturates, and then is no date.
        let seconds = number.as_i64().or_else(|| number.as_f64().map(|float| float as i64));
        seconds
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not a date"))
    }
}

/// Refuses a moment that lies further ahead than clocks may differ.
pub(super) fn not_in_future(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), JoseError> {
    let ahead = (at - now).num_seconds();
    if ahead > SKEW_SECONDS { Err(JoseError::Future { by_seconds: ahead }) } else { Ok(()) }
}

/// Refuses what could be used until `until` at the latest.
pub(super) fn not_over(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), JoseError> {
    if now <= until {
        return Ok(());
    }
    Err(JoseError::Expired { by_seconds: (now - until).num_seconds() })
}

/// A `jti` of a length worth remembering.
pub(super) fn checked_jti(jti: Option<String>) -> Result<String, JoseError> {
    jti.filter(|jti| (1..=MAX_JTI).contains(&jti.len())).ok_or(JoseError::Claim("jti"))
}
