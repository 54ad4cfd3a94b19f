//! From a received file to what is kept: examined, drawn anew if it is a photo,
//! with a small picture for the reviewers.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::sniff::{EvidenceKind, sniff};
use super::{EvidenceError, EvidenceFault, convert};
use crate::scan::{Scan, ScanState};
use crate::storage::{Received, Storage};

/// One file at a time in this process: each may take hundreds of megabytes.
static TURN: std::sync::LazyLock<Arc<Semaphore>> = std::sync::LazyLock::new(|| Arc::new(Semaphore::new(1)));

/// A file that may be kept. Dropping it removes it.
#[derive(Debug)]
pub struct Prepared {
    /// What it is now; never [`EvidenceKind::Jpeg`].
    pub kind: EvidenceKind,
    /// The file to keep.
    pub file: Received,
    /// A small PNG of it, where it is a picture.
    pub preview: Option<Received>,
    /// What the virus scanner said of what was received.
    pub scan: Scan,
}

/// Examines a received file and makes it fit to be kept. `file_name` is used
/// for the wording of a fault only.
pub async fn prepare(storage: &Storage, received: Received, file_name: &str) -> Result<Prepared, EvidenceError> {
    // Before anything else opens it.
    let scan = match storage.scanner() {
        Some(scanner) => scanner.scan(received.path()).await,
        None => Scan::PENDING,
    };
    if scan.state == ScanState::Infected {
        tracing::warn!(virus = scan.note, "a file with a virus was refused");
        return Err(EvidenceFault::Infected.into());
    }
    let name = file_name.to_owned();
    let (received, kind) = in_turn(move || {
        let kind = sniff(received.path(), &name)?;
        Ok((received, kind))
    })
    .await?;
    match kind {
        EvidenceKind::Jpeg => {
            let file = redrawn(storage, received, convert::jpeg_to_png).await?.1;
            with_preview(storage, file, scan).await
        }
        EvidenceKind::Png => with_preview(storage, received, scan).await,
        kind => Ok(Prepared { kind, file: received, preview: None, scan }),
    }
}

async fn with_preview(storage: &Storage, file: Received, scan: Scan) -> Result<Prepared, EvidenceError> {
    let (file, preview) = redrawn(storage, file, convert::png_preview).await?;
    Ok(Prepared { kind: EvidenceKind::Png, file, preview: Some(preview), scan })
}

/// Draws `from` into a new file; gives back both.
async fn redrawn(
    storage: &Storage,
    from: Received,
    draw: fn(&std::path::Path, &std::path::Path) -> Result<(), EvidenceError>,
) -> Result<(Received, Received), EvidenceError> {
    let scratch = storage.scratch().await?;
    let (from, scratch) = in_turn(move || {
        draw(from.path(), scratch.path())?;
        Ok((from, scratch))
    })
    .await?;
    Ok((from, scratch.finish().await?))
}

/// Runs `work` on the blocking pool when its turn comes. The turn goes with the
/// work: a request given up does not let the next one in early. A decoder that
/// panics means a broken file, not a broken server.
async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EvidenceError> + Send + 'static,
) -> Result<T, EvidenceError> {
    let turn = Arc::clone(&TURN).acquire_owned().await.map_err(std::io::Error::other)?;
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(turn);
        result
    });
    done.await.unwrap_or_else(|_| Err(EvidenceFault::Broken.into()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::evidence::sniff::fixtures;

    async fn receive(storage: &Storage, content: &[u8]) -> Received {
        let mut upload = storage.upload().await.unwrap();
        upload.write(Bytes::copy_from_slice(content)).await.unwrap();
        upload.finish().await.unwrap()
    }

    #[tokio::test]
    async fn each_kind_is_kept_as_it_should_be() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage::local(dir.path()).unwrap();
        let cases = [
            (fixtures::jpeg(40, 20, 1), EvidenceKind::Png, true),
            (fixtures::png(40, 20), EvidenceKind::Png, true),
            (fixtures::pdf(""), EvidenceKind::Pdf, false),
            (fixtures::xlsx(&[]), EvidenceKind::Xlsx, false),
        ];
        for (content, kind, has_preview) in cases {
            let received = receive(&storage, &content).await;
            let prepared = prepare(&storage, received, "a").await.unwrap();
            assert_eq!((prepared.kind, prepared.preview.is_some()), (kind, has_preview));
            assert_eq!(sniff(prepared.file.path(), "a").unwrap(), kind);
        }
        let left = std::fs::read_dir(dir.path().join("staging")).unwrap().count();
        assert_eq!(left, 0, "what nobody kept is gone");
    }

    #[tokio::test]
    async fn a_fault_is_told_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage::local(dir.path()).unwrap();
        let received = receive(&storage, b"<html>").await;
        let told = prepare(&storage, received, "a.html").await;
        assert!(matches!(told, Err(EvidenceError::Fault(EvidenceFault::Kind { .. }))), "{told:?}");
        assert_eq!(std::fs::read_dir(dir.path().join("staging")).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_panicking_decoder_is_a_broken_file() {
        let told = in_turn(|| -> Result<(), EvidenceError> { panic!("poisoned file") }).await;
        assert!(matches!(told, Err(EvidenceError::Fault(EvidenceFault::Broken))));
        assert!(in_turn(|| Ok(())).await.is_ok(), "the next one has its turn");
    }
}
