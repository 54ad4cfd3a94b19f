//! Files that users hand in: received, kept, read and deleted.
//!
//! 1. `Storage::upload` opens an [`Upload`]; chunks are written as they arrive,
//!    counted, hashed and capped, into a staging file on the local disk.
//! 2. `Upload::finish` gives a [`Received`]: look inside it, convert it.
//! 3. `Storage::keep` puts it into the [`Store`] under a random key.
//!
//! Whatever is dropped before step 3 leaves nothing behind. Names given by
//! users never become part of a path.

mod error;
mod key;
mod local;
pub mod place;
mod s3;
mod staging;

use std::fmt;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use metrics::counter;

pub use error::StorageError;
pub use key::{Area, StoredKey};
pub use local::LocalStore;
pub use s3::S3Store;
pub use staging::{Received, Scratch, Staging, Upload};

use crate::scan::{ScanState, Scanner};
use place::{Bucket, BucketKeys};

/// The largest file taken: 100 MiB (手順書: 100MB（104,857,600バイト）).
pub const MAX_FILE_BYTES: u64 = 104_857_600;

/// An answer that is waited for.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + Send + 'a>>;

/// A file that is kept for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Under which it is read and deleted.
    pub key: StoredKey,
    /// Its size.
    pub size_bytes: u64,
    /// Its SHA-256, as 64 lower-case hex characters.
    pub sha256: String,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The file's key.
    pub key: StoredKey,
    /// Its size.
    pub size_bytes: u64,
    /// When it was kept, by the store's own clock.
    pub kept_at: DateTime<Utc>,
}

/// Where files are kept for good: a directory, or an object store.
pub trait Store: Send + Sync {
    /// Keeps a received file under this key, which has none yet: whole, or not at all.
    fn keep(&self, key: StoredKey, received: Received) -> Pending<'_, Stored>;
    /// Opens a file; [`StorageError::NotFound`] if there is none.
    fn read<'a>(&'a self, key: &'a StoredKey) -> Pending<'a, Download>;
    /// Deletes a file. One that is gone already is no error.
    fn delete<'a>(&'a self, key: &'a StoredKey) -> Pending<'a, ()>;
    /// Up to `limit` files of an area in the order of their keys, after `after`.
    fn list<'a>(&'a self, area: Area, after: Option<&'a StoredKey>, limit: usize) -> Pending<'a, Vec<Listed>>;
    /// Does away with what a killed process left half-kept before `before`. Answers how much.
    fn sweep(&self, before: DateTime<Utc>) -> Pending<'_, usize>;
}

/// The pieces of a file, in order.
pub trait Chunks: Send {
    /// The next piece; `None` at the end.
    fn next(&mut self) -> Pending<'_, Option<Bytes>>;
}

/// A kept file being read, piece by piece.
pub struct Download {
    /// The whole size.
    pub size_bytes: u64,
    chunks: Box<dyn Chunks>,
}

impl Download {
    /// Wraps what a store reads.
    pub fn new(size_bytes: u64, chunks: Box<dyn Chunks>) -> Self {
        Self { size_bytes, chunks }
    }

    /// A file on the local disk that nobody keeps: gone when it is read or dropped.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn of_received(received: Received) -> Result<Self, StorageError> {
        let (path, size_bytes, _) = received.into_parts();
        let file = blocking(move || Ok(std::fs::File::open(&path)?)).await?;
        Ok(Self::new(size_bytes, Box::new(local::FileChunks::of(file))))
    }

    /// The next piece, at most a few hundred kilobytes; `None` at the end.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, StorageError> {
        self.chunks.next().await
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("size_bytes", &self.size_bytes).finish_non_exhaustive()
    }
}

/// The store together with the staging directory in front of it.
#[derive(Clone)]
pub struct Storage {
    staging: Staging,
    store: Arc<dyn Store>,
    scanner: Option<Scanner>,
}

impl Storage {
    /// Keeps files below one local directory, which is made if need be.
    pub fn local(root: &Path) -> io::Result<Self> {
        // Staged beside the store, so that keeping is a rename.
        let staging = Staging::open(&root.join("staging"))?;
        Ok(Self { staging, store: Arc::new(LocalStore::open(root)?), scanner: None })
    }

    /// Keeps files in an object store, staging them in a local directory first.
    pub fn bucket(bucket: &Bucket, keys: &BucketKeys, staging: &Path) -> io::Result<Self> {
        Ok(Self { staging: Staging::open(staging)?, store: Arc::new(S3Store::open(bucket, keys)?), scanner: None })
    }

    /// The same, with a scanner between what is handed in and whoever opens it.
    #[must_use]
    pub fn scanned_by(self, scanner: Option<Scanner>) -> Self {
        Self { scanner, ..self }
    }

    /// What files are scanned by, if by anything.
    pub fn scanner(&self) -> Option<&Scanner> {
        self.scanner.as_ref()
    }

    /// Whether a file that somebody handed in may be opened.
    pub fn may_open(&self, scan: ScanState) -> bool {
        match scan {
            ScanState::Clean => true,
            ScanState::Pending => self.scanner.is_none(),
            ScanState::Infected | ScanState::Unscannable => false,
        }
    }

    /// Opens a file that somebody handed in, by what the scanner says of it.
    ///
    /// # Errors
    /// [`StorageError::HeldBack`], or as [`Storage::read`].
    pub async fn open(&self, key: &StoredKey, scan: ScanState) -> Result<Download, StorageError> {
        if !self.may_open(scan) {
            return Err(StorageError::HeldBack(scan));
        }
        self.read(key).await
    }

    /// Opens an upload of at most [`MAX_FILE_BYTES`].
    pub async fn upload(&self) -> Result<Upload, StorageError> {
        self.staging.upload(MAX_FILE_BYTES).await
    }

    /// An empty local file for a converter to write to.
    pub async fn scratch(&self) -> Result<Scratch, StorageError> {
        self.staging.scratch().await
    }

    /// Keeps a received file under a new random key.
    pub async fn keep(&self, area: Area, received: Received) -> Result<Stored, StorageError> {
        self.bring_back(StoredKey::mint(area), received).await
    }

    /// Keeps a file under the key that it had before: from a backup.
    pub async fn bring_back(&self, key: StoredKey, received: Received) -> Result<Stored, StorageError> {
        counted("keep", self.store.keep(key, received).await)
    }

    /// Opens an upload without a limit, of what was kept once.
    pub async fn upload_again(&self) -> Result<Upload, StorageError> {
        self.staging.upload(u64::MAX).await
    }

    /// Opens a kept file of our own making; what people handed in opens by [`Storage::open`].
    pub async fn read(&self, key: &StoredKey) -> Result<Download, StorageError> {
        counted("read", self.store.read(key).await)
    }

    /// Copies a kept file to the local disk, for what needs a whole file.
    pub async fn fetch(&self, key: &StoredKey) -> Result<Received, StorageError> {
        let mut download = self.store.read(key).await?;
        let mut copy = self.upload_again().await?;
        while let Some(chunk) = download.next_chunk().await? {
            copy.write(chunk).await?;
        }
        copy.finish().await
    }

    /// Deletes a kept file. One that is gone already is no error.
    pub async fn delete(&self, key: &StoredKey) -> Result<(), StorageError> {
        counted("delete", self.store.delete(key).await)
    }

    /// Lists kept files; see [`Store::list`].
    pub async fn list(&self, area: Area, after: Option<&StoredKey>, limit: usize) -> Result<Vec<Listed>, StorageError> {
        self.store.list(area, after, limit).await
    }

    /// Removes what a killed process left half-received or half-kept before
    /// `before`. Answers how much.
    pub async fn sweep_halves(&self, before: DateTime<Utc>) -> Result<usize, StorageError> {
        Ok(self.staging.sweep(before).await? + self.store.sweep(before).await?)
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Storage")
    }
}

/// Counts what the store could not do.
fn counted<T>(operation: &'static str, done: Result<T, StorageError>) -> Result<T, StorageError> {
    if matches!(done, Err(StorageError::Unavailable(_))) {
        counter!("uketsuke_storage_faults_total", "operation" => operation).increment(1);
    }
    done
}

/// Runs file work on the blocking pool.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod conformance;
