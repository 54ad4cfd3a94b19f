//! An ES256 key pair: what the server's key and a simulated device have in common.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::Value;

use super::Jwk;

pub(super) struct Es256 {
    pkcs8: Vec<u8>,
    pair: EcdsaKeyPair,
}

impl Es256 {
    pub fn generate() -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .expect("the operating system's random source does not fail once the machine is up");
        Self::from_pkcs8(pkcs8.as_ref()).expect("a key just generated is well formed")
    }

    pub fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
            .ok()
            .map(|pair| Self { pkcs8: pkcs8.to_vec(), pair })
    }

    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    pub fn jwk(&self) -> Jwk {
        // SEC 1, 2.3.3: 0x04, x, y.
        let point: &[u8; 65] =
            self.pair.public_key().as_ref().try_into().expect("ring gives P-256 points uncompressed");
        let coordinate = |from: usize| std::array::from_fn(|at| point[from + at]);
        Jwk::P256 { x: coordinate(1), y: coordinate(33) }
    }

    /// Signs in the compact form (RFC 7515, 7.1).
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// The same for texts, whatever they are.
    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message.as_bytes())
            .expect("the operating system's random source does not fail once the machine is up");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
