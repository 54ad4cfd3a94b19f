//! Making a backup.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use ring::digest::{Context, SHA256};

use super::{BackupError, DATABASE, FILES, INVENTORY, Inventory, SUMS};
use crate::db::{Conn, DatabaseUrl, Db};
use crate::error::Error;
use crate::evidence::named;
use crate::secret::hex;
use crate::storage::{Area, Storage, StorageError, StoredKey};

/// Files listed in one step.
const PAGE: usize = 500;

/// Saves database and files into the new folder `to`. Answers what it holds.
///
/// # Errors
/// [`BackupError`]; then nothing is at `to`, and nothing is left beside it.
pub async fn save(db: &Db, storage: &Storage, to: &Path) -> Result<Inventory, BackupError> {
    if to.exists() {
        return Err(BackupError::Taken(to.to_owned()));
    }
    let half = half(to);
    // What an attempt left that was killed.
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    let made = match make(db, storage, &half).await {
        Ok(inventory) => fs::rename(&half, to).map(|()| inventory).map_err(BackupError::from),
        failed => failed,
    };
    if made.is_err() {
        // Half a backup helps nobody, and on a full disk it is in the way.
        let _ = fs::remove_dir_all(&half);
    }
    let inventory = made?;
    if let Some(parent) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        File::open(parent)?.sync_all()?;
    }
    Ok(inventory)
}

/// Everything, in the folder that does not have its name yet.
async fn make(db: &Db, storage: &Storage, half: &Path) -> Result<Inventory, BackupError> {
    fs::create_dir_all(half.join(FILES))?;
    let mut inventory = save_database(db, &half.join(DATABASE)).await?;
    let kept = save_files(storage, half, &mut inventory).await?;
    let copy = open(db, &half.join(DATABASE))?;
    let named = copy.read(named::all).await?;
    drop(copy);
    must_have_all(&named, &kept)?;
    let text = serde_json::to_vec_pretty(&inventory).map_err(Error::from)?;
    write_through(&half.join(INVENTORY), &text)?;
    File::open(half)?.sync_all()?;
    Ok(inventory)
}

/// Where it is made until it is whole.
fn half(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".half");
    to.with_file_name(name)
}

async fn save_database(db: &Db, to: &Path) -> Result<Inventory, BackupError> {
    let made_at = db.clock().now();
    let path = to.display().to_string().replace('\'', "''");
    let saved = db.read(move |conn| {
        let Conn::Sqlite(sqlite) = conn else { return Ok(false) };
        sqlite.batch_execute(&format!("vacuum into '{path}'"))?;
        Ok(true)
    });
    if !saved.await? {
        return Err(BackupError::NotSqlite);
    }
    File::open(to)?.sync_all()?;
    // Counted in the copy: the original goes on.
    Ok(open(db, to)?.read(move |conn| Inventory::of(conn, made_at)).await?)
}

/// The copy, as a database of its own.
fn open(db: &Db, path: &Path) -> Result<Db, Error> {
    let url = DatabaseUrl::Sqlite(path.display().to_string());
    Db::open(&url, 1, db.clock().clone(), Arc::clone(db.keyring()))
}

async fn save_files(
    storage: &Storage,
    folder: &Path,
    inventory: &mut Inventory,
) -> Result<HashSet<StoredKey>, BackupError> {
    let mut sums = BufWriter::new(File::create(folder.join(SUMS))?);
    let mut kept = HashSet::new();
    for area in Area::ALL {
        fs::create_dir_all(folder.join(FILES).join(area.as_str()))?;
        let mut after: Option<StoredKey> = None;
        loop {
            let page = storage.list(area, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for listed in page {
                let Some((sum, bytes)) = save_file(storage, &listed.key, folder).await? else { continue };
                writeln!(sums, "{sum}  {FILES}/{}", listed.key)?;
                inventory.files += 1;
                inventory.file_bytes += bytes;
                kept.insert(listed.key);
            }
        }
    }
    sums.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    Ok(kept)
}

/// One file's hash and size; `None` when it was deleted meanwhile.
async fn save_file(storage: &Storage, key: &StoredKey, folder: &Path) -> Result<Option<(String, u64)>, BackupError> {
    let mut content = match storage.read(key).await {
        Ok(content) => content,
        Err(StorageError::NotFound) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    let (mut file, mut hash) = (File::create(folder.join(FILES).join(key.as_str()))?, Context::new(&SHA256));
    while let Some(chunk) = content.next_chunk().await? {
        hash.update(&chunk);
        file.write_all(&chunk)?;
    }
    file.sync_all()?;
    Ok(Some((hex(hash.finish().as_ref()), content.size_bytes)))
}

fn must_have_all(named: &HashSet<StoredKey>, kept: &HashSet<StoredKey>) -> Result<(), BackupError> {
    let mut missing = named.difference(kept);
    match missing.next() {
        None => Ok(()),
        Some(first) => Err(BackupError::FilesMissing(1 + missing.count(), first.to_string())),
    }
}

fn write_through(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}
