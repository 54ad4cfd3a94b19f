//! What a device keeps: its private key and what it was registered as, in one
//! JSON file that only its owner can read.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uketsuke_core::jose::device::DeviceKey;

use super::signer::Signer;

/// The file's content. `Debug` is left out: it holds a private key.
#[derive(Serialize, Deserialize)]
pub struct KeyFile {
    /// Address of the device API.
    pub api: String,
    /// The private key, PKCS#8 in base64.
    key: String,
    /// Set once the device is registered.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The token to manage the registration with.
    #[serde(default)]
    pub registration_access_token: Option<String>,
}

impl KeyFile {
    /// A new key for this server.
    pub fn generate(api: &str) -> Self {
        let key = STANDARD.encode(DeviceKey::generate().pkcs8());
        let api = api.trim_end_matches('/').to_owned();
        Self { api, key, client_id: None, registration_access_token: None }
    }

    /// The file of a device that is not registered yet, made if there is none.
    /// The key is written before it is shown to anyone, so that a lost answer
    /// can be asked for again with the same key.
    ///
    /// # Errors
    /// When the file belongs to a registered device, or cannot be used.
    pub fn open_or_make(path: &Path, api: &str) -> anyhow::Result<Self> {
        if path.exists() {
            let file = Self::read(path)?;
            if file.client_id.is_some() {
                bail!("{} belongs to a registered device; choose another --key", path.display());
            }
            return Ok(Self { api: api.trim_end_matches('/').to_owned(), ..file });
        }
        let file = Self::generate(api);
        file.write(path)?;
        Ok(file)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When there is none, or it is something else.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is no device file", path.display()))
    }

    /// Writes the file anew, mode 0600, all of it or nothing.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".part");
        let save = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            std::fs::rename(&partial, path)
        };
        save().with_context(|| format!("cannot write {}", path.display()))
    }

    /// What signs with the private key.
    ///
    /// # Errors
    /// When the file was tampered with.
    pub fn signer(&self) -> anyhow::Result<Signer> {
        Signer::from_pkcs8(&STANDARD.decode(&self.key).context("the key is no base64")?)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_survives_in_a_file_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("device.json");
        let made = KeyFile::open_or_make(&path, "http://localhost:1/").expect("made");
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!((mode & 0o777, made.api.as_str()), (0o600, "http://localhost:1"));
        let again = KeyFile::open_or_make(&path, "http://localhost:2").expect("opened");
        assert_eq!(again.signer().expect("a key").jwks(), made.signer().expect("a key").jwks());
        KeyFile { client_id: Some("x".into()), ..again }.write(&path).expect("written");
        assert!(KeyFile::open_or_make(&path, "http://localhost:1").is_err());
        std::fs::write(&path, "{}").expect("spoilt");
        assert!(KeyFile::read(&path).is_err());
    }
}
