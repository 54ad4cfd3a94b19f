//! Uploads: whole, too large, given up, cut off.

use super::*;
use crate::storage::MAX_FILE_BYTES;

fn staging() -> (tempfile::TempDir, Staging) {
    let dir = tempfile::tempdir().unwrap();
    let staging = Staging::open(dir.path()).unwrap();
    (dir, staging)
}

fn files(dir: &tempfile::TempDir) -> usize {
    fs::read_dir(dir.path()).unwrap().count()
}

/// Writes `chunk` until `total` bytes are sent; the first error ends it.
async fn pour(upload: &mut Upload, chunk: &Bytes, total: u64) -> Result<(), StorageError> {
    let mut left = total;
    while left > 0 {
        let now = left.min(chunk.len() as u64);
        upload.write(chunk.slice(..now as usize)).await?;
        left -= now;
    }
    Ok(())
}

#[tokio::test]
async fn a_file_arrives_whole_however_it_is_cut() {
    let (dir, staging) = staging();
    let content: Vec<u8> = (0..700_001_u32).map(|n| n as u8).collect();
    let hash = hex(digest::digest(&digest::SHA256, &content).as_ref());
    for size in [7, 4096, 300_000, 700_001] {
        let mut upload = staging.upload(MAX_FILE_BYTES).await.unwrap();
        for chunk in content.chunks(size) {
            upload.write(Bytes::copy_from_slice(chunk)).await.unwrap();
        }
        assert_eq!(upload.size_bytes(), 700_001);
        let received = upload.finish().await.unwrap();
        assert_eq!((received.size_bytes(), received.sha256()), (700_001, hash.as_str()));
        assert_eq!(fs::read(received.path()).unwrap(), content, "in pieces of {size}");
    }
    assert_eq!(files(&dir), 0, "what nobody keeps goes away");
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let (_dir, staging) = staging();
    let received = staging.upload(10).await.unwrap().finish().await.unwrap();
    assert_eq!(received.size_bytes(), 0);
}

#[tokio::test]
async fn exactly_100_mb_is_taken() {
    let (_dir, staging) = staging();
    let mut upload = staging.upload(MAX_FILE_BYTES).await.unwrap();
    pour(&mut upload, &Bytes::from(vec![0; 16_384]), MAX_FILE_BYTES).await.unwrap();
    assert_eq!(upload.finish().await.unwrap().size_bytes(), 104_857_600);
}

#[tokio::test]
async fn one_byte_more_is_refused_and_leaves_nothing() {
    let (dir, staging) = staging();
    let mut upload = staging.upload(MAX_FILE_BYTES).await.unwrap();
    let refused = pour(&mut upload, &Bytes::from(vec![0; 16_384]), MAX_FILE_BYTES + 1).await;
    assert!(matches!(refused, Err(StorageError::TooLarge { limit_bytes: MAX_FILE_BYTES })));
    assert_eq!(files(&dir), 0, "removed at once, while the rest is still drained");
    assert!(upload.write(Bytes::from_static(b"x")).await.is_err());
    assert!(upload.finish().await.is_err());
}

#[tokio::test]
async fn an_upload_given_up_in_the_middle_leaves_nothing() {
    let (dir, staging) = staging();
    let mut upload = staging.upload(MAX_FILE_BYTES).await.unwrap();
    pour(&mut upload, &Bytes::from(vec![0; 16_384]), 1_000_000).await.unwrap();
    assert_eq!(files(&dir), 1);
    drop(upload);
    assert_eq!(files(&dir), 0);
}

#[tokio::test]
async fn a_failing_disk_is_told_and_the_upload_stays_failed() {
    let (dir, staging) = staging();
    let mut upload = staging.upload(MAX_FILE_BYTES).await.unwrap();
    // A file opened for reading only stands for a full disk.
    let writer = upload.writer.as_mut().unwrap();
    *writer.file.as_file_mut() = File::open(writer.file.path()).unwrap();
    let failed = pour(&mut upload, &Bytes::from(vec![0; 16_384]), 1_000_000).await;
    assert!(matches!(failed, Err(StorageError::Unavailable(_))));
    assert!(matches!(upload.finish().await, Err(StorageError::Unavailable(_))));
    assert_eq!(files(&dir), 0);
}

#[tokio::test]
async fn a_scratch_file_is_measured_like_an_upload() {
    let (dir, staging) = staging();
    let scratch = staging.scratch().await.unwrap();
    fs::write(scratch.path(), b"abc").unwrap();
    let received = scratch.finish().await.unwrap();
    assert_eq!(received.size_bytes(), 3);
    assert!(received.sha256().starts_with("ba7816bf"));
    drop(received);
    drop(staging.scratch().await.unwrap());
    assert_eq!(files(&dir), 0);
}

#[tokio::test]
async fn sweeping_removes_what_a_killed_process_left_and_spares_the_young() {
    let (dir, staging) = staging();
    let left = dir.path().join("left");
    fs::write(&left, b"half").unwrap();
    let written: DateTime<Utc> = fs::metadata(&left).unwrap().modified().unwrap().into();
    assert_eq!(staging.sweep(written).await.unwrap(), 0);
    assert_eq!(staging.sweep(written + chrono::TimeDelta::seconds(1)).await.unwrap(), 1);
    assert_eq!(files(&dir), 0);
}
