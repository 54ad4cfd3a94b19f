//! Sweeps up files nobody needs: objects that no row names (an upload broke off
//! between store and commit), what was taken off before anything was sent, and
//! places in files that nobody came back to.
//! Run by the workers; doing it twice does no harm.

use chrono::Duration;

use super::{bookmark, named, repo};
use crate::db::{Actor, At, Db, Tx};
use crate::error::Result;
use crate::storage::{Area, Storage, StoredKey};

/// Nothing younger is swept: its row may be under way.
pub const GRACE: Duration = Duration::hours(24);
/// Objects looked at in one step.
const PAGE: usize = 500;

/// What a sweep did away with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Rows of files that were taken off before anything was sent.
    pub rows: usize,
    /// Objects that no row names.
    pub objects: usize,
    /// Half-received and half-kept files of a process that died.
    pub halves: usize,
}

/// Sweeps everything older than [`GRACE`].
///
/// # Errors
/// From the database or the store; what was swept till then is gone.
pub async fn sweep(db: &Db, storage: &Storage) -> Result<Swept> {
    let before = At::from(db.clock().now()) - GRACE;
    let forget = move |tx: &mut Tx<'_>| {
        bookmark::forget_old(tx)?;
        repo::delete_never_sent(tx, before)
    };
    let rows = db.write(Actor::system(), forget).await?;
    let mut objects = 0;
    for area in Area::ALL {
        objects += sweep_area(db, storage, area, before).await?;
    }
    let halves = storage.sweep_halves(before.utc()).await?;
    Ok(Swept { rows, objects, halves })
}

async fn sweep_area(db: &Db, storage: &Storage, area: Area, before: At) -> Result<usize> {
    let (mut deleted, mut after): (usize, Option<StoredKey>) = (0, None);
    loop {
        let page = storage.list(area, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(deleted) };
        after = Some(last.key.clone());
        let old = page.into_iter().filter(|object| object.kept_at < before.utc()).map(|object| object.key);
        for key in orphans(db, old.collect()).await? {
            storage.delete(&key).await?;
            deleted += 1;
        }
    }
}

async fn orphans(db: &Db, keys: Vec<StoredKey>) -> Result<Vec<StoredKey>> {
    if keys.is_empty() {
        return Ok(keys);
    }
    db.read(move |conn| {
        let named = named::among(conn, &keys)?;
        Ok(keys.into_iter().filter(|key| !named.contains(key)).collect())
    })
    .await
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
