//! Scans what came while the scanner was away, or before there was one. By the
//! workers, each minute; doing it twice does no harm.

use super::{ScanState, repo};
use crate::db::{Actor, Db};
use crate::error::Result;
use crate::storage::{Storage, StorageError};

/// Files of each sort in one round: a few seconds.
const ROUND: i64 = 50;

/// Scans files that wait, oldest first, until the scanner is away. Answers how many
/// have a verdict now.
///
/// # Errors
/// From the database or the store; what has its verdict till then keeps it.
pub async fn catch_up(db: &Db, storage: &Storage) -> Result<usize> {
    let Some(scanner) = storage.scanner() else { return Ok(0) };
    let now = db.clock().now().into();
    let mut judged = 0;
    for file in db.read(move |c| repo::waiting(c, now, ROUND)).await? {
        let content = match storage.fetch(&file.key).await {
            Ok(content) => content,
            // Swept meanwhile.
            Err(StorageError::NotFound) => continue,
            Err(other) => return Err(other.into()),
        };
        let scan = scanner.scan(content.path()).await;
        drop(content);
        let is_away = scan.state == ScanState::Pending;
        if scan.state == ScanState::Infected {
            tracing::warn!(file = ?file.subject, virus = scan.note, "a virus was found in a file");
        }
        // Also when it is away: the next round begins with another file, should this one be why.
        db.write(Actor::system(), move |tx| repo::note(tx, &file.subject, &scan)).await?;
        if is_away {
            break;
        }
        judged += 1;
    }
    Ok(judged)
}
