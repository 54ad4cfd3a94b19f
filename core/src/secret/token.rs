//! Random tokens (sessions, mail links, credentials) and the hash that is kept.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde::{Deserialize, Serialize};

use super::random;

/// A secret in the clear: shown or sent once, then forgotten.
///
/// It has no `Display`, and `Debug` prints a constant, so that it cannot slip
/// into a log, a template or an error by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainToken(String);

impl PlainToken {
    /// A new token: 256 random bits as 43 base64url characters.
    pub fn mint() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::bytes::<32>()))
    }

    /// A token as somebody sent it, unchecked; only its hash is ever compared.
    pub fn received(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret text. Every call is a place where it leaves the program.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored and looked up instead of the token.
    ///
    /// A plain hash is enough because a minted token has 256 bits
    /// (OWASP ASVS 5.0, 6.5.2 asks for a slow hash below 112 only).
    pub fn hash(&self) -> TokenHash {
        TokenHash(hex(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref()))
    }
}

impl fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainToken(secret)")
    }
}

/// SHA-256 of a token as 64 lower-case hex characters: the shape that reaches SQL.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
#[serde(transparent)]
pub struct TokenHash(String);

impl TokenHash {
    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for TokenHash {
    /// Takes a hash read from a table.
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

impl From<TokenHash> for String {
    fn from(hash: TokenHash) -> Self {
        hash.0
    }
}

/// SHA-256 in lower-case hex: tells contents apart, hides nothing that can be guessed.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

crate::db::text_column!(TokenHash, |text| Some(TokenHash(text)), |value| value.0.as_str());

/// The bytes behind lower-case hex, and nothing else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?)).collect();
    if rest.is_empty() { bytes } else { None }
}

/// The 32 bytes behind 64 digits of lower-case hex, without memory of their own.
pub(crate) fn unhex_32(text: &[u8]) -> Option<[u8; 32]> {
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    let pairs: &[[u8; 2]; 32] = pairs.try_into().ok()?;
    let mut wrong = 0;
    // No way out in the middle: many at a time, and the same time for all.
    let bytes = pairs.map(|[high, low]| {
        let (high, low) = (VALUES[usize::from(high)], VALUES[usize::from(low)]);
        wrong |= high | low;
        high << 4 | (low & 0xf)
    });
    (wrong < 16).then_some(bytes)
}

/// The value of each digit; 16 and more for what is none.
const VALUES: [u8; 256] = {
    let mut values = [16; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    values
};

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_token_is_new_and_fits_a_url() {
        let (one, other) = (PlainToken::mint(), PlainToken::mint());
        assert_ne!(one, other);
        assert_eq!(one.reveal().len(), 43);
        assert!(one.reveal().chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)));
    }

    #[test]
    fn the_hash_is_sha_256_and_tells_tokens_apart() {
        let hash = PlainToken::received("abc").hash();
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.as_str(), known);
        assert_eq!(hash, TokenHash::from(known.to_owned()));
        assert_ne!(hash, PlainToken::received("abd").hash());
    }

    #[test]
    fn hex_reads_back_and_refuses_the_rest() {
        assert_eq!(unhex(&hex(&[0, 9, 255])), Some(vec![0, 9, 255]));
        for wrong in ["0", "0g", "AA", "あ", "+1"] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
        let bytes: [u8; 32] = std::array::from_fn(|n| (n * 9) as u8);
        assert_eq!(unhex_32(hex(&bytes).as_bytes()), Some(bytes));
        assert_eq!(unhex_32(&hex(&bytes).as_bytes()[1..]), None);
        assert_eq!(unhex_32(hex(&bytes).replace('0', "A").as_bytes()), None);
        assert_eq!(unhex_32("g".repeat(64).as_bytes()), None);
    }

    #[test]
    fn debug_never_shows_the_secret() {
        let token = PlainToken::mint();
        assert!(!format!("{token:?} {token:#?}").contains(token.reveal()));
    }
}
