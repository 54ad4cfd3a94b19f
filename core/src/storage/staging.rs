//! Files on their way in: counted, hashed and capped while they arrive.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use ring::digest;
use tempfile::{Builder, NamedTempFile, TempPath};

use super::{StorageError, blocking};
use crate::secret::hex;

/// Chunks are gathered to this size before they are written.
const GATHER_BYTES: usize = 256 * 1024;

/// The directory of half-received files.
#[derive(Debug, Clone)]
pub struct Staging {
    dir: Arc<PathBuf>,
}

impl Staging {
    /// Opens the directory; it is made if need be.
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        Ok(Self { dir: Arc::new(dir.to_owned()) })
    }

    /// Opens an upload of at most `limit_bytes`.
    pub async fn upload(&self, limit_bytes: u64) -> Result<Upload, StorageError> {
        let writer = Writer { file: self.create().await?, hash: digest::Context::new(&digest::SHA256) };
        Ok(Upload { writer: Some(writer), gathered: Vec::new(), gathered_bytes: 0, size_bytes: 0, limit_bytes })
    }

    /// An empty file for a converter to write to.
    pub async fn scratch(&self) -> Result<Scratch, StorageError> {
        Ok(Scratch { path: self.create().await?.into_temp_path() })
    }

    /// Removes files last written before `before`. Answers how many.
    pub async fn sweep(&self, before: DateTime<Utc>) -> Result<usize, StorageError> {
        let dir = Arc::clone(&self.dir);
        blocking(move || Ok(sweep(&dir, before)?)).await
    }

    async fn create(&self) -> Result<NamedTempFile, StorageError> {
        let dir = Arc::clone(&self.dir);
        blocking(move || Ok(Builder::new().prefix("").rand_bytes(24).tempfile_in(dir.as_path())?)).await
    }
}

fn sweep(dir: &Path, before: DateTime<Utc>) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        // Another process may remove it meanwhile: gone is gone.
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        if written.is_ok_and(|written| DateTime::<Utc>::from(written) < before) && fs::remove_file(entry.path()).is_ok()
        {
            removed += 1;
        }
    }
    Ok(removed)
}

/// A file being received. Dropping it, at any moment, removes what has come.
pub struct Upload {
    writer: Option<Writer>,
    gathered: Vec<Bytes>,
    gathered_bytes: usize,
    size_bytes: u64,
    limit_bytes: u64,
}

struct Writer {
    file: NamedTempFile,
    hash: digest::Context,
}

impl Upload {
    /// Takes the next piece. After an error nothing is left on the disk, and
    /// every further call fails.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        self.size_bytes = self.size_bytes.saturating_add(chunk.len() as u64);
        if self.size_bytes > self.limit_bytes {
            self.writer = None;
            return Err(StorageError::TooLarge { limit_bytes: self.limit_bytes });
        }
        self.gathered_bytes += chunk.len();
        self.gathered.push(chunk);
        // Many tiny chunks cost memory of their own, so their number counts too.
        if self.gathered_bytes >= GATHER_BYTES || self.gathered.len() >= GATHER_BYTES / 64 {
            self.flush().await?;
        }
        Ok(())
    }

    /// How many bytes have come so far.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Ends the file: everything is on the disk (fsync) when this answers.
    pub async fn finish(mut self) -> Result<Received, StorageError> {
        self.flush().await?;
        let writer = self.writer.take().ok_or_else(broken_off)?;
        let size_bytes = self.size_bytes;
        blocking(move || {
            writer.file.as_file().sync_all()?;
            let sha256 = hex(writer.hash.finish().as_ref());
            Ok(Received { path: writer.file.into_temp_path(), size_bytes, sha256 })
        })
        .await
    }

    /// Hashes and writes what was gathered. The writer travels with the work:
    /// if that fails, or nobody waits for it any more, the file goes with it.
    async fn flush(&mut self) -> Result<(), StorageError> {
        let mut writer = self.writer.take().ok_or_else(broken_off)?;
        let gathered = std::mem::take(&mut self.gathered);
        self.gathered_bytes = 0;
        let written = blocking(move || {
            for chunk in gathered {
                writer.hash.update(&chunk);
                writer.file.write_all(&chunk)?;
            }
            Ok(writer)
        });
        self.writer = Some(written.await?);
        Ok(())
    }
}

fn broken_off() -> StorageError {
    io::Error::other("the upload has failed before").into()
}

/// An empty local file that a converter fills. Dropping it removes it.
#[derive(Debug)]
pub struct Scratch {
    path: TempPath,
}

impl Scratch {
    /// Where to write to.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Counts and hashes what was written, as if it had just been received.
    pub async fn finish(self) -> Result<Received, StorageError> {
        blocking(move || {
            let mut file = File::open(&self.path)?;
            let (size_bytes, sha256) = measure(&mut file)?;
            file.sync_all()?;
            Ok(Received { path: self.path, size_bytes, sha256 })
        })
        .await
    }
}

fn measure(file: &mut File) -> io::Result<(u64, String)> {
    let (mut hash, mut size_bytes) = (digest::Context::new(&digest::SHA256), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((size_bytes, hex(hash.finish().as_ref())));
        }
        hash.update(&buffer[..read]);
        size_bytes += read as u64;
    }
}

/// A whole file on the local disk that nobody has kept yet. Dropping it removes it.
#[derive(Debug)]
pub struct Received {
    path: TempPath,
    size_bytes: u64,
    sha256: String,
}

impl Received {
    /// Where it lies, to look inside.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its size.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Its SHA-256, as 64 lower-case hex characters.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The file, its size and hash, for a store that keeps it.
    pub(super) fn into_parts(self) -> (TempPath, u64, String) {
        (self.path, self.size_bytes, self.sha256)
    }
}

#[cfg(test)]
#[path = "staging_tests.rs"]
mod tests;
