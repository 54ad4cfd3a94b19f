//! A device's public key (RFC 7517): EC P-256 or OKP Ed25519, public members only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{digest, signature};
use serde_json::{Value, json};

use super::JoseError;
use super::weak::is_small_order;

/// Members only a private or symmetric key has (RFC 7518, 6.2.2, 6.3.2, 6.4.1).
const PRIVATE_MEMBERS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// A public key. The kind of key fixes the one algorithm that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jwk {
    /// EC P-256, for ES256.
    P256 {
        /// The point's x coordinate.
        x: [u8; 32],
        /// The point's y coordinate.
        y: [u8; 32],
    },
    /// OKP Ed25519, for EdDSA.
    Ed25519 {
        /// The encoded public key (RFC 8037).
        x: [u8; 32],
    },
}

impl Jwk {
    /// Reads a public key; refuses private members, other kinds and other uses.
    pub fn from_value(value: &Value) -> Result<Self, JoseError> {
        let member = |name: &str| value.get(name).and_then(Value::as_str);
        if PRIVATE_MEMBERS.iter().any(|name| value.get(name).is_some()) {
            return Err(JoseError::Key("it holds private members"));
        }
        let key = match (member("kty"), member("crv")) {
            (Some("EC"), Some("P-256")) => Self::P256 { x: coordinate(member("x"))?, y: coordinate(member("y"))? },
            (Some("OKP"), Some("Ed25519")) => match coordinate(member("x"))? {
                x if is_small_order(&x) => return Err(JoseError::Key("it is a weak key")),
                x => Self::Ed25519 { x },
            },
            _ => {
                return Err(JoseError::Key("only EC P-256 and OKP Ed25519 are supported"));
            }
        };
        key.check_use(value).map(|()| key)
    }

    /// Reads a key from JSON text, as [`Jwk::to_json`] stored it.
    pub fn from_json(text: &str) -> Result<Self, JoseError> {
        let value = serde_json::from_str(text).map_err(|_| JoseError::Malformed("JWK"))?;
        Self::from_value(&value)
    }

    /// Reads the one key of a JWK Set (`{"keys": [..]}`, RFC 7517, 5).
    pub fn from_set(value: &Value) -> Result<Self, JoseError> {
        match value.get("keys").and_then(Value::as_array).map(Vec::as_slice) {
            Some([key]) => Self::from_value(key),
            _ => Err(JoseError::Key("a key set must hold exactly one key")),
        }
    }

    /// The public members, nothing else.
    pub fn to_value(&self) -> Value {
        let text = |bytes: &[u8; 32]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::P256 { x, y } => json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)}),
            Self::Ed25519 { x } => json!({"kty": "OKP", "crv": "Ed25519", "x": text(x)}),
        }
    }

    /// The public members as JSON text, for storing.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// The SHA-256 thumbprint in base64url (RFC 7638, RFC 8037 appendix A.3): `jkt`.
    pub fn thumbprint(&self) -> String {
        let text = |bytes: &[u8; 32]| URL_SAFE_NO_PAD.encode(bytes);
        // Members in lexicographic order, no blanks: the RFC's canonical form.
        let canonical = match self {
            Self::P256 { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y))
            }
            Self::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x)),
        };
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
    }

    /// Whether `alg` is this key's algorithm. `Ed25519` is the newer name of
    /// EdDSA with this curve (RFC 9864).
    pub(super) fn fits(&self, alg: &str) -> bool {
        match self {
            Self::P256 { .. } => alg == "ES256",
            Self::Ed25519 { .. } => alg == "EdDSA" || alg == "Ed25519",
        }
    }

    pub(super) fn verify(&self, message: &[u8], signed: &[u8]) -> Result<(), JoseError> {
        let (algorithm, key): (&dyn signature::VerificationAlgorithm, Vec<u8>) = match self {
            Self::P256 { x, y } => (&signature::ECDSA_P256_SHA256_FIXED, [&[4][..], &x[..], &y[..]].concat()),
            Self::Ed25519 { x } => (&signature::ED25519, x.to_vec()),
        };
        signature::UnparsedPublicKey::new(algorithm, key).verify(message, signed).map_err(|_| JoseError::Signature)
    }

    /// The optional members that would forbid verifying signatures with it.
    fn check_use(&self, value: &Value) -> Result<(), JoseError> {
        let wrong_use = value.get("use").is_some_and(|usage| usage != "sig");
        let wrong_ops = value
            .get("key_ops")
            .is_some_and(|ops| !ops.as_array().is_some_and(|ops| ops.iter().any(|op| op == "verify")));
        let wrong_alg = value.get("alg").is_some_and(|alg| !alg.as_str().is_some_and(|alg| self.fits(alg)));
        if wrong_use || wrong_ops {
            return Err(JoseError::Key("it is not meant for signatures"));
        }
        if wrong_alg { Err(JoseError::Algorithm) } else { Ok(()) }
    }
}

/// A coordinate: exactly 32 bytes in base64url without padding (RFC 7518, 6.2.1.2).
fn coordinate(text: Option<&str>) -> Result<[u8; 32], JoseError> {
    text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(JoseError::Key("a coordinate is missing or has not 32 bytes"))
}

/// The 32 bytes of a thumbprint; `None` when it is none.
pub fn thumbprint_bytes(jkt: &str) -> Option<[u8; 32]> {
    // Room for what the decoder guesses at most.
    let mut bytes = [0; 36];
    let length = URL_SAFE_NO_PAD.decode_slice(jkt, &mut bytes).ok()?;
    bytes.get(..length)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: &str = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs";
    const Y: &str = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA";

    fn p256() -> Value {
        json!({"kty": "EC", "crv": "P-256", "x": X, "y": Y})
    }

    /// The keys of RFC 9449 (4.2, 6.1) and RFC 8037 (A.2, A.3).
    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        let ed25519 = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        for (key, thumbprint) in [
            (p256(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
            (ed25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        ] {
            let key = Jwk::from_value(&key).unwrap();
            assert_eq!(key.thumbprint(), thumbprint);
            let bytes = thumbprint_bytes(thumbprint).unwrap();
            assert_eq!(URL_SAFE_NO_PAD.encode(bytes), thumbprint);
            assert_eq!(thumbprint_bytes(&thumbprint[1..]), None);
            assert_eq!(thumbprint_bytes(&thumbprint.repeat(2)), None);
            assert_eq!(Jwk::from_json(&key.to_json()), Ok(key));
            assert_eq!(Jwk::from_set(&json!({"keys": [key.to_value()]})), Ok(key));
        }
    }

    #[test]
    fn only_public_signature_keys_of_two_kinds_are_taken() {
        let with = |name: &str, value: Value| {
            let mut key = p256();
            key[name] = value;
            key
        };
        let cases = [
            ("kid is nobody's business", with("kid", json!("a")), true),
            ("use sig", with("use", json!("sig")), true),
            ("use enc", with("use", json!("enc")), false),
            ("own alg", with("alg", json!("ES256")), true),
            ("other alg", with("alg", json!("HS256")), false),
            ("alg no text", with("alg", json!(1)), false),
            ("verify", with("key_ops", json!(["verify"])), true),
            ("sign", with("key_ops", json!(["sign"])), false),
            ("private", with("d", json!("AA")), false),
            ("symmetric", json!({"kty": "oct", "k": "AAAA"}), false),
            ("symmetric in disguise", with("k", json!("AAAA")), false),
            ("RSA", json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"}), false),
            ("P-384", with("crv", json!("P-384")), false),
            ("secp256k1", with("crv", json!("secp256k1")), false),
            ("mixed", with("kty", json!("OKP")), false),
            ("short x", with("x", json!("AAAA")), false),
            ("33 bytes", with("x", json!(URL_SAFE_NO_PAD.encode([1; 33]))), false),
            ("padded", with("x", json!(format!("{X}="))), false),
            ("no y", with("y", Value::Null), false),
            ("no object", json!([]), false),
            ("a weak key", json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([0; 32])}), false),
        ];
        for (name, key, taken) in cases {
            assert_eq!(Jwk::from_value(&key).is_ok(), taken, "{name}");
        }
    }

    #[test]
    fn a_set_holds_exactly_one_key() {
        for set in [json!({}), json!({"keys": []}), json!({"keys": [p256(), p256()]}), json!({"keys": p256()}), p256()]
        {
            assert!(Jwk::from_set(&set).is_err(), "{set}");
        }
    }
}
