//! The server's own signing key (ES256): published in the JWK set, used for
//! signed introspection answers (RFC 9701), kept sealed.

use std::fmt;

use serde_json::{Value, json};

use super::es256::Es256;
use crate::secret::{CannotOpen, Keyring, Purpose};

const SEALED_AS: &[u8] = b"server signing key";

/// The private key. `Debug` prints a constant.
pub struct SigningKey(Es256);

impl SigningKey {
    /// A new key.
    pub fn generate() -> Self {
        Self(Es256::generate())
    }

    /// The form in which it is stored.
    pub fn seal(&self, keyring: &Keyring) -> String {
        keyring.seal(Purpose::SigningKey, SEALED_AS, self.0.pkcs8())
    }

    /// Opens a stored key.
    pub fn open(keyring: &Keyring, sealed: &str) -> Result<Self, CannotOpen> {
        let pkcs8 = keyring.open(Purpose::SigningKey, SEALED_AS, sealed)?;
        Es256::from_pkcs8(&pkcs8).map(Self).ok_or(CannotOpen)
    }

    /// The key's name: its thumbprint (RFC 7638).
    pub fn kid(&self) -> String {
        self.0.jwk().thumbprint()
    }

    /// The public key with `kid`, `use` and `alg`, as it stands in the JWK set.
    pub fn public_jwk(&self) -> Value {
        let mut jwk = self.0.jwk().to_value();
        jwk["kid"] = self.kid().into();
        jwk["use"] = "sig".into();
        jwk["alg"] = "ES256".into();
        jwk
    }

    /// Signs claims as a JWT of the given type (`token-introspection+jwt`).
    pub fn sign_jwt(&self, typ: &str, claims: &Value) -> String {
        self.0.sign(&json!({"alg": "ES256", "typ": typ, "kid": self.kid()}), claims)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::Jwk;
    use crate::jose::jws::Jws;

    #[test]
    fn a_key_survives_being_sealed_and_opens_with_its_keyring_only() {
        let keyring = Keyring::from_master("k", &[1; 32]);
        let key = SigningKey::generate();
        let sealed = key.seal(&keyring);
        assert_eq!(SigningKey::open(&keyring, &sealed).unwrap().kid(), key.kid());
        assert!(SigningKey::open(&Keyring::from_master("k", &[2; 32]), &sealed).is_err());
    }

    #[test]
    fn what_it_signs_verifies_with_the_published_key() {
        let key = SigningKey::generate();
        let jwk = key.public_jwk();
        assert!(jwk.get("d").is_none());
        let jwt = key.sign_jwt("token-introspection+jwt", &json!({"active": true}));
        let jws = Jws::parse(&jwt).unwrap();
        assert!(jws.has_type(&["token-introspection+jwt"]));
        let claims: Value = jws.verified(&Jwk::from_value(&jwk).unwrap()).unwrap();
        assert_eq!(claims, json!({"active": true}));
    }

    #[test]
    fn debug_never_shows_the_key() {
        assert_eq!(format!("{:?}", SigningKey::generate()), "SigningKey(secret)");
    }
}
