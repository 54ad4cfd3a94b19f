//! Files kept in an object store that speaks S3: `PREFIX/area/name`.
//!
//! 1. A small file is put at once, a larger one in parts, one after the other. Each
//!    request is signed over its content, so that what was altered on its way is refused.
//! 2. The whole is hashed again while it is sent, and completed only if it is still
//!    what was received.
//! 3. Whatever fails before is aborted here; what a killed process left is by `sweep`.
//! 4. A file is read in pieces, a request each: a slow reader holds no connection.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use ring::digest;
use s3::creds::Credentials;
use s3::error::S3Error;
use s3::serde_types::{MultipartUpload, Part};
use s3::{Bucket as Client, Region};
use tempfile::TempPath;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::place::{Bucket, BucketKeys};
use super::{Area, Chunks, Download, Listed, Pending, Received, StorageError, Store, Stored, StoredKey, blocking};
use crate::secret::hex;

/// The smallest part that S3 takes before the last. Twice this is in memory for each
/// file on its way.
const PART_BYTES: usize = 5 * 1024 * 1024;
/// What is read by one request.
const PIECE_BYTES: u64 = 1024 * 1024;
/// Files on their way to the store at one moment, per process.
const SENDERS: usize = 3;
/// How long a file waits for its turn to be sent.
const TURN: Duration = Duration::from_secs(60);
/// A request and its answer end within this time.
const REQUEST: Duration = Duration::from_secs(20);
/// Until a request that failed for now is made again.
const PAUSE: Duration = Duration::from_millis(500);
/// The most keys that S3 lists at once.
const LISTED: usize = 1000;
/// What is kept says nothing of its type: it is told where the file is shown.
const TYPE: &str = "application/octet-stream";

/// A bucket as a [`Store`]. Any number of processes share it.
#[derive(Clone)]
pub struct S3Store {
    client: Arc<Client>,
    prefix: Arc<str>,
    turns: Arc<Semaphore>,
}

impl S3Store {
    /// Files of `bucket`; nothing is asked of the store yet.
    ///
    /// # Errors
    /// When region or keys are not fit for use.
    pub fn open(bucket: &Bucket, keys: &BucketKeys) -> io::Result<Self> {
        let region = match &bucket.endpoint {
            Some(endpoint) => Region::Custom { region: bucket.region.clone(), endpoint: endpoint.clone() },
            None => bucket.region.parse().map_err(io::Error::other)?,
        };
        let credentials =
            Credentials::new(Some(&keys.access), Some(&keys.secret), None, None, None).map_err(io::Error::other)?;
        let client = Client::new(&bucket.name, region, credentials).map_err(io::Error::other)?;
        let client = client.with_request_timeout(REQUEST).map_err(io::Error::other)?;
        // Host names of buckets are Amazon's; other stores often have one name for all.
        let client = if bucket.endpoint.is_some() { client.with_path_style() } else { client };
        Ok(Self {
            client: Arc::from(client),
            prefix: bucket.prefix.as_str().into(),
            turns: Arc::new(Semaphore::new(SENDERS)),
        })
    }

    fn path(&self, key: &StoredKey) -> String {
        format!("{}{key}", self.prefix)
    }

    /// The key of an object, if it is one of ours.
    fn key(&self, path: &str) -> Option<StoredKey> {
        StoredKey::parse(path.strip_prefix(&*self.prefix)?)
    }

    async fn send(&self, key: StoredKey, received: Received) -> Result<Stored, StorageError> {
        let turn = timeout(TURN, self.turns.acquire()).await.map_err(|_| late("too many files are being sent"))?;
        let _turn = turn.map_err(io::Error::other)?;
        let path = self.path(&key);
        let (file, size_bytes, sha256) = received.into_parts();
        let mut source = Source::open(file, sha256).await?;
        if size_bytes <= PART_BYTES as u64 {
            let whole = source.next_part().await?;
            source.must_be_unaltered()?;
            self.put(&path, &whole).await?;
        } else {
            self.send_in_parts(&path, &mut source).await?;
        }
        Ok(Stored { key, size_bytes, sha256: source.sha256 })
    }

    /// Twice, where the store cannot just now: the same key with the same content is the same file.
    async fn put(&self, path: &str, whole: &[u8]) -> Result<(), StorageError> {
        let put = async || self.client.put_object_with_content_type(path, whole, TYPE).await;
        let done = match put().await {
            Err(error) if is_passing(&error) => {
                tokio::time::sleep(PAUSE).await;
                put().await
            }
            done => done,
        };
        done.map(drop).map_err(fault)
    }

    async fn send_in_parts(&self, path: &str, source: &mut Source) -> Result<(), StorageError> {
        let upload = self.client.initiate_multipart_upload(path, TYPE).await.map_err(fault)?.upload_id;
        let sent = self.parts(path, &upload, source).await;
        if sent.is_err()
            && let Err(error) = self.client.abort_upload(path, &upload).await
        {
            tracing::warn!(error = %brief(&error), "a file that broke off is left to the sweep");
        }
        sent
    }

    async fn parts(&self, path: &str, upload: &str, source: &mut Source) -> Result<(), StorageError> {
        let mut parts: Vec<Part> = Vec::new();
        loop {
            let content = source.next_part().await?;
            if content.is_empty() {
                break;
            }
            let number = u32::try_from(parts.len() + 1).map_err(io::Error::other)?;
            let sent = self.client.put_multipart_chunk(content, path, number, upload, TYPE);
            parts.push(sent.await.map_err(fault)?);
        }
        source.must_be_unaltered()?;
        self.client.complete_multipart_upload(path, upload, parts).await.map(drop).map_err(fault)
    }

    async fn list(&self, area: Area, after: Option<&StoredKey>, limit: usize) -> Result<Vec<Listed>, StorageError> {
        let prefix = format!("{}{}/", self.prefix, area.as_str());
        let (mut listed, mut last) = (Vec::new(), after.map(|key| self.path(key)));
        loop {
            let wanted = (limit - listed.len()).min(LISTED);
            let asked = self.client.list_page(prefix.clone(), None, None, last.clone(), Some(wanted));
            let (page, _) = asked.await.map_err(fault)?;
            last = page.contents.last().map(|object| object.key.clone());
            for object in &page.contents {
                let Some(key) = self.key(&object.key) else { continue };
                listed.push(Listed { key, size_bytes: object.size, kept_at: moment(&object.last_modified)? });
            }
            if !page.is_truncated || last.is_none() || listed.len() >= limit {
                return Ok(listed);
            }
        }
    }

    async fn abort_old(&self, before: DateTime<Utc>) -> Result<usize, StorageError> {
        let pages = match self.client.list_multiparts_uploads(Some(&self.prefix), None).await {
            Err(S3Error::HttpFailWithBody(501, _)) => {
                tracing::debug!("the object store does not list uploads that broke off: it must end them by itself");
                return Ok(0);
            }
            pages => pages.map_err(fault)?,
        };
        let mut aborted = 0;
        for upload in pages.iter().flat_map(|page| &page.uploads).filter(|upload| self.key(&upload.key).is_some()) {
            aborted += usize::from(self.abort_if_old(upload, before).await?);
        }
        Ok(aborted)
    }

    async fn abort_if_old(&self, upload: &MultipartUpload, before: DateTime<Utc>) -> Result<bool, StorageError> {
        if moment(&upload.initiated)? >= before {
            return Ok(false);
        }
        match self.client.abort_upload(&upload.key, &upload.id).await.map_err(fault) {
            Ok(()) => Ok(true),
            // Completed or aborted by somebody else meanwhile.
            Err(StorageError::NotFound) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

impl Store for S3Store {
    /// Goes on when nobody waits any more, so that it ends properly.
    fn keep(&self, key: StoredKey, received: Received) -> Pending<'_, Stored> {
        let store = self.clone();
        Box::pin(async move {
            let sending = tokio::spawn(async move { store.send(key, received).await });
            sending.await.map_err(io::Error::other)?
        })
    }

    fn read<'a>(&'a self, key: &'a StoredKey) -> Pending<'a, Download> {
        Box::pin(async move {
            let path = self.path(key);
            let (head, _) = self.client.head_object(&path).await.map_err(fault)?;
            let size_bytes = head.content_length.and_then(|size| u64::try_from(size).ok());
            let size_bytes = size_bytes.ok_or_else(|| io::Error::other("the object store tells no size"))?;
            let pieces = Pieces { client: Arc::clone(&self.client), path, at: 0, size_bytes };
            Ok(Download::new(size_bytes, Box::new(pieces)))
        })
    }

    fn delete<'a>(&'a self, key: &'a StoredKey) -> Pending<'a, ()> {
        Box::pin(async move {
            match self.client.delete_object(self.path(key)).await.map(drop).map_err(fault) {
                Err(StorageError::NotFound) => Ok(()),
                done => done,
            }
        })
    }

    fn list<'a>(&'a self, area: Area, after: Option<&'a StoredKey>, limit: usize) -> Pending<'a, Vec<Listed>> {
        Box::pin(self.list(area, after, limit))
    }

    fn sweep(&self, before: DateTime<Utc>) -> Pending<'_, usize> {
        Box::pin(self.abort_old(before))
    }
}

/// A received file on its way: read part by part, and hashed once more.
struct Source {
    reading: Option<(File, digest::Context)>,
    sha256: String,
    // Removes the file when it is sent or given up.
    _path: TempPath,
}

impl Source {
    async fn open(path: TempPath, sha256: String) -> Result<Self, StorageError> {
        blocking(move || {
            let reading = Some((File::open(&path)?, digest::Context::new(&digest::SHA256)));
            Ok(Self { reading, sha256, _path: path })
        })
        .await
    }

    /// The next part; empty at the end.
    async fn next_part(&mut self) -> Result<Vec<u8>, StorageError> {
        let (mut file, mut hash) = self.reading.take().ok_or_else(|| io::Error::other("reading has failed before"))?;
        // Made here and not on the blocking pool: each of its many threads would go on
        // holding what it once gave out for a part.
        let mut part = Vec::with_capacity(PART_BYTES);
        let (reading, part) = blocking(move || {
            Read::by_ref(&mut file).take(PART_BYTES as u64).read_to_end(&mut part)?;
            hash.update(&part);
            Ok(((file, hash), part))
        })
        .await?;
        self.reading = Some(reading);
        Ok(part)
    }

    fn must_be_unaltered(&self) -> Result<(), StorageError> {
        let read = self.reading.as_ref().map(|(_, hash)| hex(hash.clone().finish().as_ref()));
        if read.as_ref() == Some(&self.sha256) {
            return Ok(());
        }
        Err(io::Error::other("the file is not what was received: the disk has altered it").into())
    }
}

/// A kept file being read.
struct Pieces {
    client: Arc<Client>,
    path: String,
    at: u64,
    size_bytes: u64,
}

impl Chunks for Pieces {
    fn next(&mut self) -> Pending<'_, Option<Bytes>> {
        Box::pin(async move {
            if self.at >= self.size_bytes {
                return Ok(None);
            }
            let end = self.size_bytes.min(self.at + PIECE_BYTES);
            let asked = self.client.get_object_range(&self.path, self.at, Some(end - 1));
            let piece = asked.await.map_err(fault)?.into_bytes();
            if piece.len() as u64 != end - self.at {
                return Err(io::Error::other("the object store sent less than was asked for").into());
            }
            self.at = end;
            Ok(Some(piece))
        })
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, StorageError> {
    let moment = DateTime::parse_from_rfc3339(text).map_err(io::Error::other)?;
    Ok(moment.to_utc())
}

fn late(what: &str) -> StorageError {
    io::Error::new(io::ErrorKind::TimedOut, what.to_owned()).into()
}

/// Whether the same request may go well a little later.
fn is_passing(error: &S3Error) -> bool {
    match error {
        S3Error::HttpFailWithBody(status, _) => matches!(status, 408 | 429 | 500..=599),
        S3Error::Reqwest(_) | S3Error::Io(_) => true,
        _ => false,
    }
}

fn fault(error: S3Error) -> StorageError {
    match error {
        S3Error::HttpFailWithBody(404, ref told) if !told.contains("NoSuchBucket") => StorageError::NotFound,
        other => io::Error::other(brief(&other)).into(),
    }
}

/// An error in one line; stores answer with whole pages.
fn brief(error: &S3Error) -> String {
    let mut line: String = error.to_string().chars().filter(|c| !c.is_control()).take(300).collect();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        line.push_str(&format!(": {deeper}"));
        cause = deeper.source();
    }
    line
}

#[cfg(test)]
#[path = "s3_tests.rs"]
mod tests;
