//! `private_key_jwt`: how a device proves itself at the token endpoint
//! (RFC 7521, RFC 7523, draft-ietf-oauth-rfc7523bis).

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::jws::{Jws, NumericDate, checked_jti, not_in_future, not_over};
use super::{JoseError, Jwk, LIFETIME_SECONDS, SKEW_SECONDS};

/// Libraries write up to an hour into `exp`; only the first minute after `iat` counts.
const LONGEST_SECONDS: i64 = 3600;
/// The longest life without an `iat` to count from.
const LONGEST_WITHOUT_IAT_SECONDS: i64 = 300;

/// A good assertion. Its `jti` must be remembered until `exp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Its number, used once.
    pub jti: String,
    /// When it was made, if it says so.
    pub iat: Option<DateTime<Utc>>,
    /// The last moment it would be taken, clock skew included: the earlier of
    /// its own `exp` and a minute after its `iat`.
    pub exp: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: NumericDate,
    iat: Option<NumericDate>,
    nbf: Option<NumericDate>,
    jti: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// Everyone it is addressed to is us: an assertion also meant for another
    /// server could be replayed by that one.
    fn is_only(&self, us: &[&str]) -> bool {
        match self {
            Self::One(name) => us.contains(&name.as_str()),
            Self::Many(names) => !names.is_empty() && names.iter().all(|name| us.contains(&name.as_str())),
        }
    }
}

/// The client an assertion claims to come from, to look its key up by. Nothing
/// is proved yet.
pub fn claimed_client_id(jwt: &str) -> Option<String> {
    let claims: Claims = Jws::parse(jwt).ok()?.unverified().ok()?;
    (claims.iss == claims.sub).then_some(claims.sub)
}

/// Checks an assertion of `expected_client_id` against its registered key.
/// `audiences` are our names: the issuer, and the token endpoint for older libraries.
pub fn verify_client_assertion(
    jwt: &str,
    key: &Jwk,
    expected_client_id: &str,
    audiences: &[&str],
    now: DateTime<Utc>,
) -> Result<Assertion, JoseError> {
    let claims = proved(jwt, key, expected_client_id, audiences)?;
    let exp = usable_until(&claims, now)?;
    Ok(Assertion { jti: checked_jti(claims.jti)?, iat: claims.iat.map(|iat| iat.0), exp })
}

/// By how many seconds the clock of the signer runs ahead of ours (behind, if
/// negative), the way of the message included; `None` if it does not say when it
/// signed. Whether the assertion is still good is another question.
///
/// # Errors
/// As [`verify_client_assertion`], times aside.
pub fn clock_offset(
    jwt: &str,
    key: &Jwk,
    expected_client_id: &str,
    audiences: &[&str],
    now: DateTime<Utc>,
) -> Result<Option<i64>, JoseError> {
    let claims = proved(jwt, key, expected_client_id, audiences)?;
    Ok(claims.iat.map(|iat| (iat.0 - now).num_seconds()))
}

/// The claims, if the client signed them for us.
fn proved(jwt: &str, key: &Jwk, expected_client_id: &str, audiences: &[&str]) -> Result<Claims, JoseError> {
    let jws = Jws::parse(jwt)?;
    if jws.header.typ.is_some() && !jws.has_type(&["jwt", "client-authentication+jwt"]) {
        return Err(JoseError::Type);
    }
    let claims: Claims = jws.verified(key)?;
    if claims.iss != expected_client_id {
        return Err(JoseError::Claim("iss"));
    }
    if claims.sub != expected_client_id {
        return Err(JoseError::Claim("sub"));
    }
    if !claims.aud.is_only(audiences) {
        return Err(JoseError::Claim("aud"));
    }
    Ok(claims)
}

/// The last moment it is taken; an error if that is over, or not yet begun.
fn usable_until(claims: &Claims, now: DateTime<Utc>) -> Result<DateTime<Utc>, JoseError> {
    let exp = claims.exp.0;
    for start in [claims.iat, claims.nbf].into_iter().flatten() {
        not_in_future(start.0, now)?;
    }
    let (from, longest) = match claims.iat {
        Some(iat) => (iat.0, LONGEST_SECONDS),
        None => (now, LONGEST_WITHOUT_IAT_SECONDS),
    };
    if exp - from > TimeDelta::seconds(longest) {
        return Err(JoseError::TooLongLived);
    }
    let fresh = claims.iat.map_or(exp, |iat| exp.min(iat.0 + TimeDelta::seconds(LIFETIME_SECONDS)));
    let until = fresh + TimeDelta::seconds(SKEW_SECONDS);
    not_over(until, now).map(|()| until)
}

#[cfg(test)]
#[path = "assertion_tests.rs"]
mod tests;
