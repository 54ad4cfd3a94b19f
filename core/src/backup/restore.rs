//! Bringing a backup back into an empty place.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::{BackupError, DATABASE, FILES, INVENTORY, Inventory, SUMS};
use crate::audit;
use crate::clock::Clock;
use crate::db::{DatabaseUrl, Db};
use crate::error::Error;
use crate::secret::Keyring;
use crate::storage::{Area, Storage, StoredKey};

/// What is read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// Brings the backup in the folder `from` to where `url` and `storage` point, both of
/// which must be empty. The database is put in its place last: what breaks off before
/// can simply be done again. Answers what was brought back, compared with the inventory.
///
/// # Errors
/// [`BackupError`]; the database is then not there.
pub async fn restore(
    from: &Path,
    url: &DatabaseUrl,
    storage: &Storage,
    keyring: Arc<Keyring>,
) -> Result<Inventory, BackupError> {
    let DatabaseUrl::Sqlite(path) = url else { return Err(BackupError::NotSqlite) };
    let target = PathBuf::from(path);
    must_be_empty(&target)?;
    let inventory: Inventory = serde_json::from_slice(&fs::read(from.join(INVENTORY))?).map_err(Error::from)?;
    let half = target.with_extension("half");
    fs::copy(from.join(DATABASE), &half)?;
    let judged = judge(&half, &inventory, keyring).await;
    let brought = match judged {
        Ok(()) => bring_files(from, storage, &inventory).await,
        faulty => faulty,
    };
    if let Err(error) = brought {
        remove(&half);
        return Err(error);
    }
    fs::File::open(&half)?.sync_all()?;
    fs::rename(&half, &target)?;
    Ok(inventory)
}

fn must_be_empty(target: &Path) -> Result<(), BackupError> {
    if fs::metadata(target).is_ok_and(|file| file.len() > 0) {
        return Err(BackupError::NotEmpty);
    }
    // A log of another database would be taken for this one's.
    remove(target);
    if let Some(parent) = target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    Ok(())
}

/// Removes a database with what SQLite keeps beside it.
fn remove(database: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        let _ = fs::remove_file(name);
    }
}

/// The copy must be what the inventory says, and its audit trail whole.
async fn judge(copy: &Path, inventory: &Inventory, keyring: Arc<Keyring>) -> Result<(), BackupError> {
    let url = DatabaseUrl::Sqlite(copy.display().to_string());
    let db = Db::open(&url, 1, Clock::System, Arc::clone(&keyring))?;
    if !db.knows_schema(&inventory.schema) {
        return Err(BackupError::Newer);
    }
    let made_at = inventory.made_at;
    let mut found = db.read(move |conn| Inventory::of(conn, made_at)).await?;
    (found.files, found.file_bytes) = (inventory.files, inventory.file_bytes);
    if found != *inventory {
        return Err(BackupError::Damaged("the database does not have the rows that were counted".to_owned()));
    }
    let trail = db.read(move |conn| audit::verify(conn, &keyring, None)).await?;
    match trail.damage.first() {
        None => Ok(()),
        Some(damage) => Err(BackupError::Damaged(format!("the audit trail: {}", damage.words()))),
    }
}

async fn bring_files(from: &Path, storage: &Storage, inventory: &Inventory) -> Result<(), BackupError> {
    let sums = fs::read_to_string(from.join(SUMS))?;
    let files: Vec<(&str, StoredKey)> = sums.lines().map(line).collect::<Option<_>>().ok_or_else(unreadable)?;
    if files.len() != inventory.files {
        return Err(unreadable());
    }
    // What is there of this very backup came with an attempt that broke off.
    let ours: HashSet<&StoredKey> = files.iter().map(|(_, key)| key).collect();
    for area in Area::ALL {
        let there = storage.list(area, None, files.len() + 1).await?;
        if there.iter().any(|one| !ours.contains(&one.key)) {
            return Err(BackupError::NotEmpty);
        }
    }
    for (sum, key) in files {
        bring_file(&from.join(FILES).join(key.as_str()), storage, key, sum).await?;
    }
    Ok(())
}

fn line(line: &str) -> Option<(&str, StoredKey)> {
    let (sum, path) = line.split_once("  ")?;
    Some((sum, StoredKey::parse(path.strip_prefix(FILES)?.strip_prefix('/')?)?))
}

fn unreadable() -> BackupError {
    BackupError::Damaged(format!("{SUMS} does not list the files that were counted"))
}

async fn bring_file(path: &Path, storage: &Storage, key: StoredKey, sum: &str) -> Result<(), BackupError> {
    let (mut file, mut upload) = (fs::File::open(path)?, storage.upload_again().await?);
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        chunk.truncate(read);
        upload.write(Bytes::from(chunk)).await?;
    }
    let received = upload.finish().await?;
    if received.sha256() != sum {
        return Err(BackupError::Damaged(format!("{key} is not what was saved")));
    }
    storage.delete(&key).await?;
    storage.bring_back(key, received).await?;
    Ok(())
}
