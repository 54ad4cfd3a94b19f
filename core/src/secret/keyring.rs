//! The keys of this installation: MACs and sealing, one derived key per purpose.
//!
//! The master key lives in the configuration, outside the database, so that a
//! stolen database alone reveals nothing. Older keys stay readable after a
//! rotation; only the current one writes.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::{hkdf, hmac};

use super::{random, token};

/// What a key is for. A value made for one purpose never passes for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// 口座番号 and birth dates, compared and never shown (MAC).
    MatchSecret,
    /// Activation codes at rest (MAC).
    ActivationCode,
    /// Device passwords at rest (MAC).
    DevicePassword,
    /// ID, password and code of a device until it is activated (sealed).
    DeviceSecrets,
    /// Access tokens of the device API (MAC).
    AccessToken,
    /// Tokens that tie a form to a session (MAC).
    Csrf,
    /// TOTP secrets of staff (sealed).
    StaffTotp,
    /// Names of throttle counters: addresses and mail addresses (MAC).
    ThrottleKey,
    /// The server's private signing key (sealed).
    SigningKey,
    /// The chain of the audit trail (MAC).
    Audit,
    /// Recovery codes of staff at rest (MAC).
    RecoveryCode,
    /// Who said whether an answer helped (MAC).
    Voter,
}

/// Every purpose with the label its keys are derived under. Labels never change.
const PURPOSES: [(Purpose, &str); 12] = [
    (Purpose::MatchSecret, "match-secret"),
    (Purpose::ActivationCode, "activation-code"),
    (Purpose::DevicePassword, "device-password"),
    (Purpose::DeviceSecrets, "device-secrets"),
    (Purpose::AccessToken, "access-token"),
    (Purpose::Csrf, "csrf"),
    (Purpose::StaffTotp, "staff-totp"),
    (Purpose::ThrottleKey, "throttle-key"),
    (Purpose::SigningKey, "signing-key"),
    (Purpose::Audit, "audit"),
    (Purpose::RecoveryCode, "recovery-code"),
    (Purpose::Voter, "voter"),
];

/// A sealed value that does not open: unknown key, other purpose, other row, or altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value cannot be opened with the configured keys")]
pub struct CannotOpen;

/// The master keys, current first, with what is derived from them.
#[derive(Clone)]
pub struct Keyring {
    keys: Vec<DerivedKeys>,
}

impl Keyring {
    /// A keyring with one master key. `key_id` names it in sealed values and
    /// must be another one for every key that was ever in use.
    pub fn from_master(key_id: &str, master: &[u8; 32]) -> Self {
        Self { keys: vec![DerivedKeys::new(key_id, master)] }
    }

    /// Adds a key of before a rotation: it still verifies and opens, never writes.
    pub fn with_older(mut self, key_id: &str, master: &[u8; 32]) -> Self {
        self.keys.push(DerivedKeys::new(key_id, master));
        self
    }

    /// HMAC-SHA-256 under the current key: 64 lower-case hex characters.
    pub fn mac(&self, purpose: Purpose, data: &[u8]) -> String {
        self.keys[0].mac(purpose, data)
    }

    /// The MACs under every key, current first: for looking a stored MAC up.
    pub fn macs(&self, purpose: Purpose, data: &[u8]) -> Vec<String> {
        self.keys.iter().map(|keys| keys.mac(purpose, data)).collect()
    }

    /// HMAC-SHA-256 under the current key with that key's id in front,
    /// `id.hex`: for what is kept so long that keys change meanwhile.
    pub fn named_mac(&self, purpose: Purpose, data: &[u8]) -> String {
        self.keys[0].named_mac(purpose, data)
    }

    /// The named MACs under every key, current first.
    pub fn named_macs(&self, purpose: Purpose, data: &[u8]) -> Vec<String> {
        self.keys.iter().map(|keys| keys.named_mac(purpose, data)).collect()
    }

    /// Whether `named` is the MAC of `data` under the key it names, in constant time.
    pub fn verify_named_mac(&self, purpose: Purpose, data: &[u8], named: &str) -> bool {
        let Some((key_id, mac_hex)) = named.rsplit_once('.') else { return false };
        let keys = self.keys.iter().find(|keys| keys.id == key_id);
        keys.zip(token::unhex(mac_hex))
            .is_some_and(|(keys, tag)| hmac::verify(keys.mac_key(purpose), data, &tag).is_ok())
    }

    /// The ids of the keys, current first.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|keys| keys.id.as_str())
    }

    /// Whether `mac_hex` is the MAC of `data` under any key, in constant time.
    pub fn verify_mac(&self, purpose: Purpose, data: &[u8], mac_hex: impl AsRef<[u8]>) -> bool {
        let Some(tag) = token::unhex_32(mac_hex.as_ref()) else {
            return false;
        };
        self.keys.iter().any(|keys| hmac::verify(keys.mac_key(purpose), data, &tag).is_ok())
    }

    /// Encrypts under the current key (AES-256-GCM, random nonce). The same
    /// `associated_data` (the row's id) must be given to open it, so that a
    /// value moved to another row does not open.
    pub fn seal(&self, purpose: Purpose, associated_data: &[u8], plaintext: &[u8]) -> String {
        let keys = &self.keys[0];
        let nonce: [u8; aead::NONCE_LEN] = random::bytes();
        let mut body = plaintext.to_vec();
        keys.sealing(purpose)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated_data), &mut body)
            .expect("AES-GCM seals everything shorter than 64 GiB");
        let body = [&nonce[..], &body].concat();
        format!("{}.{}", keys.id, URL_SAFE_NO_PAD.encode(body))
    }

    /// Decrypts what [`Keyring::seal`] made, with whichever key it names.
    pub fn open(&self, purpose: Purpose, associated_data: &[u8], sealed: &str) -> Result<Vec<u8>, CannotOpen> {
        let (key_id, body) = sealed.rsplit_once('.').ok_or(CannotOpen)?;
        let keys = self.keys.iter().find(|keys| keys.id == key_id).ok_or(CannotOpen)?;
        let mut body = URL_SAFE_NO_PAD.decode(body).map_err(|_| CannotOpen)?;
        let (nonce, body) = body.split_at_mut_checked(aead::NONCE_LEN).ok_or(CannotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CannotOpen)?;
        keys.sealing(purpose)
            .open_in_place(nonce, Aad::from(associated_data), body)
            .map(|plaintext| plaintext.to_vec())
            .map_err(|_| CannotOpen)
    }

    /// Whether a sealed value or a named MAC was made with the current key; if
    /// not, make it anew.
    pub fn is_current(&self, named: &str) -> bool {
        named.rsplit_once('.').is_some_and(|(key_id, _)| key_id == self.keys[0].id)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(secret)")
    }
}

/// One master key's sub-keys, by purpose; the master itself is not kept.
#[derive(Clone)]
struct DerivedKeys {
    id: String,
    macs: Vec<hmac::Key>,
    seals: Vec<LessSafeKey>,
}

impl DerivedKeys {
    fn new(key_id: &str, master: &[u8; 32]) -> Self {
        let master = hkdf::Salt::new(hkdf::HKDF_SHA256, b"uketsuke keyring 1").extract(master);
        let labels = || PURPOSES.iter().map(|(_, label)| *label);
        Self {
            id: key_id.to_owned(),
            macs: labels().map(|label| hmac::Key::new(hmac::HMAC_SHA256, &derive(&master, "mac", label))).collect(),
            seals: labels().map(|label| sealing_key(&derive(&master, "seal", label))).collect(),
        }
    }

    fn mac(&self, purpose: Purpose, data: &[u8]) -> String {
        token::hex(hmac::sign(self.mac_key(purpose), data).as_ref())
    }

    fn named_mac(&self, purpose: Purpose, data: &[u8]) -> String {
        format!("{}.{}", self.id, self.mac(purpose, data))
    }

    fn mac_key(&self, purpose: Purpose) -> &hmac::Key {
        &self.macs[position(purpose)]
    }

    fn sealing(&self, purpose: Purpose) -> &LessSafeKey {
        &self.seals[position(purpose)]
    }
}

fn position(purpose: Purpose) -> usize {
    purpose as usize
}

/// HKDF-Expand (RFC 5869) to 256 bits, bound to the use and the purpose.
fn derive(master: &hkdf::Prk, usage: &str, label: &str) -> [u8; 32] {
    let mut key = [0; 32];
    master
        .expand(&[usage.as_bytes(), b" ", label.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut key))
        .expect("one block of HKDF-SHA-256 is always available");
    key
}

fn sealing_key(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&aead::AES_256_GCM, key).expect("an AES-256 key has 32 bytes"))
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
