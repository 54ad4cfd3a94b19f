//! Access tokens: opaque to all but us, proved by a MAC, so that a check needs
//! neither signature arithmetic nor a stored token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::digest;

use super::jwk::thumbprint_bytes;
use crate::ids::bytes_of;
use crate::secret::{Keyring, Purpose};

/// Far more than any token of ours needs.
const MAX_BYTES: usize = 2 * 1024;
/// What stands first: the shape of what follows, and the one scope there is.
const VERSION: u8 = 1;
/// Version, client, thumbprint, and three numbers.
const LENGTH: usize = 1 + 16 + 32 + 3 * 8;

/// What an access token says. That it says so is all that is proved: whether it
/// is still good is for the check to decide.
///
/// Bytes and seconds, as a check compares them: at every card, and texts would be
/// most of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessClaims {
    /// The device it was given to: the bytes of its OAuth client id.
    pub client_id: [u8; 16],
    /// The thumbprint of the key it is bound to (`cnf.jkt`).
    pub jkt: [u8; 32],
    /// When it was given, seconds since 1970.
    pub iat: i64,
    /// From when on it is worthless, seconds since 1970.
    pub exp: i64,
    /// The device's generation of credentials; a higher one ends this token.
    pub generation: i64,
}

impl AccessClaims {
    /// The claims for a client and the thumbprint of its key, as texts; `None` when
    /// they are none.
    pub fn of(client_id: &str, jkt: &str, iat: DateTime<Utc>, exp: DateTime<Utc>, generation: i64) -> Option<Self> {
        let (client_id, jkt) = (bytes_of(client_id)?, thumbprint_bytes(jkt)?);
        Some(Self { client_id, jkt, iat: iat.timestamp(), exp: exp.timestamp(), generation })
    }

    /// Whether its time has not run out at `now`.
    pub fn is_current(&self, now: DateTime<Utc>) -> bool {
        now.timestamp() < self.exp
    }

    /// Adds the thumbprint as text.
    pub fn push_jkt(&self, out: &mut String) {
        URL_SAFE_NO_PAD.encode_string(self.jkt, out);
    }

    fn to_bytes(self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[0] = VERSION;
        bytes[1..17].copy_from_slice(&self.client_id);
        bytes[17..49].copy_from_slice(&self.jkt);
        for (place, number) in bytes[49..].chunks_exact_mut(8).zip([self.iat, self.exp, self.generation]) {
            place.copy_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; LENGTH] = bytes.try_into().ok().filter(|bytes: &&[u8; LENGTH]| bytes[0] == VERSION)?;
        let number = |at: usize| Some(i64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        Some(Self {
            client_id: bytes[1..17].try_into().ok()?,
            jkt: bytes[17..49].try_into().ok()?,
            iat: number(49)?,
            exp: number(57)?,
            generation: number(65)?,
        })
    }
}

/// Makes a token.
pub fn mint_access_token(keyring: &Keyring, claims: &AccessClaims) -> String {
    let payload = URL_SAFE_NO_PAD.encode(claims.to_bytes());
    let mac = keyring.mac(Purpose::AccessToken, payload.as_bytes());
    format!("{payload}.{mac}")
}

/// Reads a token of ours; `None` for anything else. The expiry is the caller's
/// to compare ([`AccessClaims::is_current`]).
pub fn read_access_token(keyring: &Keyring, token: &[u8]) -> Option<AccessClaims> {
    let dot = token.iter().position(|byte| *byte == b'.').filter(|_| token.len() <= MAX_BYTES)?;
    let (payload, mac) = (&token[..dot], &token[dot + 1..]);
    keyring.verify_mac(Purpose::AccessToken, payload, mac).then_some(())?;
    // Room for what the decoder guesses at most.
    let mut bytes = [0; LENGTH + 3];
    let length = URL_SAFE_NO_PAD.decode_slice(payload, &mut bytes).ok()?;
    AccessClaims::from_bytes(&bytes[..length])
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
        AccessClaims { client_id: [7; 16], jkt: [9; 32], iat: 1_800_000_000, exp: 1_800_000_600, generation: 3 }
    }

    fn read(keyring: &Keyring, token: &str) -> Option<AccessClaims> {
        read_access_token(keyring, token.as_bytes())
    }

    #[test]
    fn a_token_reads_back_and_ends_on_the_second() {
        let read = read(&keyring(), &mint_access_token(&keyring(), &claims())).unwrap();
        assert_eq!(read, claims());
        let end = DateTime::from_timestamp(read.exp, 0).unwrap();
        assert!(read.is_current(end - chrono::TimeDelta::nanoseconds(1)));
        assert!(!read.is_current(end));
    }

    #[test]
    fn a_token_of_before_a_key_rotation_still_reads() {
        let token = mint_access_token(&keyring(), &claims());
        let rotated = Keyring::from_master("k2", &[2; 32]).with_older("k", &[1; 32]);
        assert_eq!(read(&rotated, &token), Some(claims()));
    }

    #[test]
    fn anything_else_is_none() {
        let token = mint_access_token(&keyring(), &claims());
        let (payload, mac) = token.split_once('.').unwrap();
        let richer = URL_SAFE_NO_PAD.encode(AccessClaims { exp: i64::MAX, ..claims() }.to_bytes());
        let own = |bytes: &[u8]| {
            let payload = URL_SAFE_NO_PAD.encode(bytes);
            format!("{payload}.{}", keyring().mac(Purpose::AccessToken, payload.as_bytes()))
        };
        let mut other_shape = claims().to_bytes();
        other_shape[0] = 2;
        let csrf = keyring().mac(Purpose::Csrf, payload.as_bytes());
        for forged in [
            String::new(),
            ".".to_owned(),
            payload.to_owned(),
            format!("{payload}."),
            format!("{richer}.{mac}"),
            format!("{payload}.{csrf}"),
            own(&other_shape),
            own(&claims().to_bytes()[1..]),
            own(&[1; LENGTH + 1]),
            own(&[]),
            format!("{payload}.{mac}0"),
            format!("{payload}.{mac}."),
            format!("{payload}.{}", mac.to_uppercase()),
            mint_access_token(&Keyring::from_master("k", &[2; 32]), &claims()),
            "a".repeat(5_000),
        ] {
            assert_eq!(read(&keyring(), &forged), None, "{forged}");
        }
    }

    /// RFC 9449, 7.1: the token of the example and its hash.
    #[test]
    fn the_hash_is_that_of_the_rfc() {
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        assert_eq!(hash_access_token(token), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    }
}
