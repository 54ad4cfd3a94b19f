//! Where the demo lives: one folder with database, files, mails, keys and the
//! logins it made. A half-made demo is made anew.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use uketsuke_core::secret::PlainToken;

use super::logins::Logins;

/// What the demo puts into its folder, and `--fresh` takes away.
const OWN: [&str; 6] = ["demo.db", "demo.db-wal", "demo.db-shm", "evidence", "mail", LOGINS];
const LOGINS: &str = "logins.json";
const KEY: &str = "master-key";

/// The demo's folder.
#[derive(Debug, Clone)]
pub struct Place(PathBuf);

impl Place {
    /// Opens the folder; it is made if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder.to_owned()))
    }

    /// Takes away what an earlier demo made, and nothing else.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn clear(&self) -> anyhow::Result<()> {
        for name in OWN {
            let path = self.0.join(name);
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            match removed {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The database's address.
    pub fn database_url(&self) -> String {
        format!("sqlite:{}", self.0.join("demo.db").display())
    }

    /// Where evidence lies.
    pub fn evidence(&self) -> PathBuf {
        self.0.join("evidence")
    }

    /// Where mails become files.
    pub fn mail(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// The master key, as the configuration wants it; made at the first call.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn master_key(&self) -> anyhow::Result<String> {
        let path = self.0.join(KEY);
        if !path.exists() {
            // A token is 256 random bits; its hash has the shape of a key.
            let bytes =
                PlainToken::mint().hash().as_str().as_bytes().chunks(2).map(hex_byte).collect::<Option<Vec<u8>>>();
            let bytes = bytes.context("a hash is written in hex")?;
            write_private(&path, &format!("demo:{}", STANDARD.encode(bytes)))?;
        }
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// The logins of a demo that was made to the end, if there is one.
    pub fn logins(&self) -> Option<Logins> {
        serde_json::from_str(&fs::read_to_string(self.0.join(LOGINS)).ok()?).ok()
    }

    /// Keeps the logins: the demo is made to the end.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn keep_logins(&self, logins: &Logins) -> anyhow::Result<()> {
        write_private(&self.0.join(LOGINS), &serde_json::to_string_pretty(logins)?)
    }
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(file.write_all(text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_stays_and_the_rest_is_cleared() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::open(folder.path()).expect("opens");
        let key = place.master_key().expect("a key");
        fs::write(folder.path().join("mine.txt"), "mine").expect("writable");
        fs::create_dir(place.mail()).expect("writable");
        place.keep_logins(&Logins::default()).expect("writable");
        assert!(place.logins().is_some());
        place.clear().expect("clears");
        assert!(place.logins().is_none() && !place.mail().exists());
        assert!(folder.path().join("mine.txt").exists());
        assert_eq!(place.master_key().expect("a key"), key);
    }
}
