//! Access tokens: opaque to all but us, proved by a MAC, so that a check needs
//! neither signature arithmetic nor a stored token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use ring::digest;
use serde::{Deserialize, Serialize};

use crate::secret::{Keyring, Purpose};

/// Far more than any token of ours needs.
const MAX_BYTES: usize = 2 * 1024;

/// What an access token says. That it says so is all that is proved: whether it
/// is still good is for the check to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The device it was given to.
    pub client_id: String,
    /// The thumbprint of the key it is bound to (`cnf.jkt`).
    pub jkt: String,
    /// The scope, `eligibility`.
    pub scope: String,
    /// When it was given.
    #[serde(with = "ts_seconds")]
    pub iat: DateTime<Utc>,
    /// From when on it is worthless.
    #[serde(with = "ts_seconds")]
    pub exp: DateTime<Utc>,
    /// The device's generation of credentials; a higher one ends this token.
    pub generation: i64,
}

impl AccessClaims {
    /// Whether its time has not run out at `now`.
    pub fn is_current(&self, now: DateTime<Utc>) -> bool {
        now < self.exp
    }
}

/// Makes a token. Times are cut to whole seconds.
pub fn mint_access_token(keyring: &Keyring, claims: &AccessClaims) -> String {
    let json = serde_json::to_vec(claims).expect("texts and numbers always become JSON");
    let payload = URL_SAFE_NO_PAD.encode(json);
    let mac = keyring.mac(Purpose::AccessToken, payload.as_bytes());
    format!("{payload}.{mac}")
}

/// Reads a token of ours; `None` for anything else. The expiry is the caller's
/// to compare ([`AccessClaims::is_current`]).
pub fn read_access_token(keyring: &Keyring, token: &str) -> Option<AccessClaims> {
    let (payload, mac) = token.split_once('.').filter(|_| token.len() <= MAX_BYTES)?;
    keyring.verify_mac(Purpose::AccessToken, payload.as_bytes(), mac).then_some(())?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// `ath` of a DPoP proof: the token's SHA-256 in base64url (RFC 9449, 4.2).
pub fn hash_access_token(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring() -> Keyring {
        Keyring::from_master("k", &[1; 32])
    }

    fn claims() -> AccessClaims {
        let iat = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        AccessClaims {
            client_id: "device-1".to_owned(),
            jkt: "thumb".to_owned(),
            scope: "eligibility".to_owned(),
            iat,
            exp: iat + chrono::TimeDelta::minutes(10),
            generation: 3,
        }
    }

    #[test]
    fn a_token_reads_back_and_ends_on_the_second() {
        let read = read_access_token(&keyring(), &mint_access_token(&keyring(), &claims())).unwrap();
        assert_eq!(read, claims());
        assert!(read.is_current(read.exp - chrono::TimeDelta::seconds(1)));
        assert!(!read.is_current(read.exp));
    }

    #[test]
    fn a_token_of_before_a_key_rotation_still_reads() {
        let token = mint_access_token(&keyring(), &claims());
        let rotated = Keyring::from_master("k2", &[2; 32]).with_older("k", &[1; 32]);
        assert_eq!(read_access_token(&rotated, &token), Some(claims()));
    }

    #[test]
    fn anything_else_is_none() {
        let token = mint_access_token(&keyring(), &claims());
        let (payload, mac) = token.split_once('.').unwrap();
        let richer = AccessClaims { scope: "everything".to_owned(), ..claims() };
        let richer = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&richer).unwrap());
        let csrf = keyring().mac(Purpose::Csrf, payload.as_bytes());
        for forged in [
            String::new(),
            ".".to_owned(),
            payload.to_owned(),
            format!("{payload}."),
            format!("{richer}.{mac}"),
            format!("{payload}.{csrf}"),
            format!("{payload}.{mac}0"),
            format!("{payload}.{mac}."),
            format!("{payload}.{}", mac.to_uppercase()),
            mint_access_token(&Keyring::from_master("k", &[2; 32]), &claims()),
            "a".repeat(5_000),
        ] {
            assert_eq!(read_access_token(&keyring(), &forged), None, "{forged}");
        }
    }

    /// RFC 9449, 7.1: the token of the example and its hash.
    #[test]
    fn the_hash_is_that_of_the_rfc() {
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        assert_eq!(hash_access_token(token), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    }
}
