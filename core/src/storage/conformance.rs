//! What every store must do, the same on a folder and on an object store. The
//! latter runs with `--ignored` and the server that `tests/run` starts.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use tempfile::TempDir;

use super::place::{Bucket, BucketKeys, StoragePlace};
use super::{Area, Received, Storage, StorageError, Stored, StoredKey};
use crate::secret::{hex, random};

/// Names the bucket for tests: `s3://BUCKET?endpoint=…`.
pub const S3_URL: &str = "UKETSUKE_TEST_S3_URL";
/// The keys that the server for tests was started with, both the same.
pub const S3_KEY: &str = "uketsuke-tests";

/// A store of a test's own.
pub struct Desk {
    pub storage: Storage,
    folder: TempDir,
    staging: PathBuf,
}

impl Desk {
    pub fn local() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::local(folder.path()).unwrap();
        Self { storage, staging: folder.path().join("staging"), folder }
    }

    /// In a corner of the bucket that nobody else uses.
    pub fn s3() -> Self {
        Self::on(&s3_bucket())
    }

    pub fn on(bucket: &Bucket) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = BucketKeys { access: S3_KEY.to_owned(), secret: S3_KEY.to_owned() };
        let staging = folder.path().to_owned();
        Self { storage: Storage::bucket(bucket, &keys, &staging).unwrap(), folder, staging }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// How many files lie in the staging area.
    pub fn staged(&self) -> usize {
        std::fs::read_dir(&self.staging).unwrap().count()
    }

    pub async fn receive(&self, content: &[u8]) -> Received {
        let mut upload = self.storage.upload().await.unwrap();
        upload.write(Bytes::copy_from_slice(content)).await.unwrap();
        upload.finish().await.unwrap()
    }

    pub async fn keep(&self, area: Area, content: &[u8]) -> Stored {
        self.storage.keep(area, self.receive(content).await).await.unwrap()
    }

    pub async fn content(&self, key: &StoredKey) -> Vec<u8> {
        let mut download = self.storage.read(key).await.unwrap();
        let mut content = Vec::new();
        while let Some(chunk) = download.next_chunk().await.unwrap() {
            content.extend_from_slice(&chunk);
        }
        assert_eq!(content.len() as u64, download.size_bytes);
        content
    }

    /// All keys of an area, listed in pages.
    pub async fn listed(&self, area: Area, page: usize) -> Vec<StoredKey> {
        let (mut seen, mut after): (Vec<StoredKey>, Option<StoredKey>) = (Vec::new(), None);
        loop {
            let listed = self.storage.list(area, after.as_ref(), page).await.unwrap();
            assert!(listed.len() <= page);
            let Some(last) = listed.last() else { return seen };
            after = Some(last.key.clone());
            seen.extend(listed.into_iter().map(|listed| listed.key));
        }
    }
}

/// The bucket for tests, with a prefix of a test's own.
pub fn s3_bucket() -> Bucket {
    let url = std::env::var(S3_URL).unwrap_or_else(|_| panic!("{S3_URL} is set by tests/run"));
    match StoragePlace::parse(&url) {
        Ok(StoragePlace::Bucket(bucket)) => Bucket { prefix: format!("{}/", hex(&random::bytes::<8>())), ..bucket },
        other => panic!("{S3_URL}: {other:?}"),
    }
}

macro_rules! on_each_store {
    ($($test:ident),+ $(,)?) => {
        mod local {
            $(#[tokio::test]
            async fn $test() {
                super::$test(super::Desk::local()).await;
            })+
        }
        mod s3 {
            $(#[tokio::test]
            #[ignore = "needs the object store that tests/run starts"]
            async fn $test() {
                super::$test(super::Desk::s3()).await;
            })+
        }
    };
}

on_each_store!(
    what_is_kept_reads_back_until_it_is_deleted,
    files_of_every_size_read_back_as_they_were,
    the_same_content_twice_is_two_files,
    a_listing_is_ordered_paged_and_of_one_area,
    what_was_given_up_leaves_nothing,
    a_sweep_takes_nothing_that_is_whole,
);

fn pattern(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|n| (n % 251) as u8).collect()
}

async fn what_is_kept_reads_back_until_it_is_deleted(desk: Desk) {
    let content = pattern(200_000);
    let stored = desk.keep(Area::Evidence, &content).await;
    assert_eq!(stored.size_bytes, 200_000);
    assert_eq!(desk.content(&stored.key).await, content);
    assert_eq!(desk.staged(), 0);

    let fetched = desk.storage.fetch(&stored.key).await.unwrap();
    assert_eq!((fetched.sha256(), std::fs::read(fetched.path()).unwrap()), (stored.sha256.as_str(), content));

    desk.storage.delete(&stored.key).await.unwrap();
    desk.storage.delete(&stored.key).await.unwrap();
    let gone = desk.storage.read(&stored.key).await;
    assert!(matches!(gone, Err(StorageError::NotFound)), "{gone:?}");
}

/// Around the sizes of pieces and parts of both stores.
async fn files_of_every_size_read_back_as_they_were(desk: Desk) {
    const PART: usize = 5 * 1024 * 1024;
    for size in [0, 1, 1024 * 1024, PART - 1, PART, PART + 1, 3 * PART + 7] {
        let content = pattern(size);
        let stored = desk.keep(Area::Attachment, &content).await;
        assert_eq!(stored.size_bytes, size as u64);
        assert!(desk.content(&stored.key).await == content, "{size} bytes");
    }
    assert_eq!(desk.staged(), 0);
}

async fn the_same_content_twice_is_two_files(desk: Desk) {
    let (one, other) = (desk.keep(Area::Evidence, b"a").await, desk.keep(Area::Evidence, b"a").await);
    assert_eq!(one.sha256, other.sha256);
    desk.storage.delete(&one.key).await.unwrap();
    assert_eq!(desk.content(&other.key).await, b"a");
}

async fn a_listing_is_ordered_paged_and_of_one_area(desk: Desk) {
    assert_eq!(desk.listed(Area::Evidence, 7).await, []);
    let mut keys = Vec::new();
    for _ in 0..20 {
        keys.push(desk.keep(Area::Evidence, b"abc").await.key);
    }
    desk.keep(Area::Preview, b"x").await;
    keys.sort();
    assert_eq!(desk.listed(Area::Evidence, 7).await, keys);
    let all = desk.storage.list(Area::Evidence, None, 1000).await.unwrap();
    let hour_ago = chrono::Utc::now() - chrono::Duration::hours(1);
    assert!(all.len() == 20 && all.iter().all(|one| one.size_bytes == 3 && one.kept_at > hour_ago));
}

async fn what_was_given_up_leaves_nothing(desk: Desk) {
    let mut upload = desk.storage.upload().await.unwrap();
    upload.write(Bytes::from(pattern(600_000))).await.unwrap();
    drop(upload);
    drop(desk.receive(b"a").await);
    assert_eq!((desk.staged(), desk.listed(Area::Evidence, 7).await), (0, vec![]));
}

async fn a_sweep_takes_nothing_that_is_whole(desk: Desk) {
    let key = desk.keep(Area::Evidence, &pattern(6 * 1024 * 1024)).await.key;
    desk.storage.sweep_halves(chrono::Utc::now() + chrono::Duration::days(1)).await.unwrap();
    assert_eq!(desk.listed(Area::Evidence, 7).await, [key]);
}
