//! Files kept in a local directory: `area/ab/ab12…`, by random name.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::{Area, Chunks, Download, Listed, Pending, Received, StorageError, Store, Stored, StoredKey, blocking};

const CHUNK_BYTES: usize = 64 * 1024;
/// Files are spread over directories by the first characters of their names.
const SHARD_CHARACTERS: usize = 2;

/// A directory as a [`Store`]. Several processes may share it.
#[derive(Debug, Clone)]
pub struct LocalStore {
    root: Arc<PathBuf>,
}

impl LocalStore {
    /// Opens the directory; it is made if need be.
    pub fn open(root: &Path) -> io::Result<Self> {
        for area in Area::ALL {
            fs::create_dir_all(root.join(area.as_str()))?;
        }
        Ok(Self { root: Arc::new(root.to_owned()) })
    }

    fn path(&self, key: &StoredKey) -> PathBuf {
        let name = key.name();
        self.root.join(key.area()).join(&name[..SHARD_CHARACTERS]).join(name)
    }
}

impl Store for LocalStore {
    fn keep(&self, key: StoredKey, received: Received) -> Pending<'_, Stored> {
        let target = self.path(&key);
        Box::pin(blocking(move || {
            let (staged, size_bytes, sha256) = received.into_parts();
            let shard = target.parent().unwrap_or(&target);
            make_shard(shard)?;
            staged.persist(&target).map_err(|failed| failed.error)?;
            sync_dir(shard)?;
            Ok(Stored { key, size_bytes, sha256 })
        }))
    }

    fn read<'a>(&'a self, key: &'a StoredKey) -> Pending<'a, Download> {
        let path = self.path(key);
        Box::pin(blocking(move || {
            let file = File::open(path).map_err(absent_is_not_found)?;
            let size_bytes = file.metadata()?.len();
            Ok(Download::new(size_bytes, Box::new(FileChunks { file: Some(file) })))
        }))
    }

    fn delete<'a>(&'a self, key: &'a StoredKey) -> Pending<'a, ()> {
        let path = self.path(key);
        Box::pin(blocking(move || match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }))
    }

    fn list<'a>(&'a self, area: Area, after: Option<&'a StoredKey>, limit: usize) -> Pending<'a, Vec<Listed>> {
        let (root, after) = (Arc::clone(&self.root), after.cloned());
        Box::pin(blocking(move || Ok(list(&root, area, after.as_ref(), limit)?)))
    }

    /// Nothing is ever half-kept: a file gets its place by being renamed.
    fn sweep(&self, _: DateTime<Utc>) -> Pending<'_, usize> {
        Box::pin(async { Ok(0) })
    }
}

fn absent_is_not_found(error: io::Error) -> StorageError {
    match error.kind() {
        ErrorKind::NotFound => StorageError::NotFound,
        _ => error.into(),
    }
}

/// Makes a shard's directory so that it survives a power cut.
fn make_shard(shard: &Path) -> io::Result<()> {
    match fs::create_dir(shard) {
        Ok(()) => shard.parent().map_or(Ok(()), sync_dir),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Walks the shards in order, from the one `after` lies in.
fn list(root: &Path, area: Area, after: Option<&StoredKey>, limit: usize) -> io::Result<Vec<Listed>> {
    let dir = root.join(area.as_str());
    let first = after.map_or("", |key| &key.name()[..SHARD_CHARACTERS]);
    let mut listed = Vec::new();
    for shard in sorted_names(&dir)?.into_iter().filter(|shard| shard.as_str() >= first) {
        for name in sorted_names(&dir.join(&shard))? {
            if listed.len() >= limit {
                return Ok(listed);
            }
            let key = StoredKey::parse(&format!("{}/{name}", area.as_str()));
            let Some(key) = key.filter(|key| after.is_none_or(|after| key > after)) else {
                continue;
            };
            // A file deleted meanwhile is left out.
            if let Ok(metadata) = fs::metadata(dir.join(&shard).join(&name)) {
                listed.push(Listed { key, size_bytes: metadata.len(), kept_at: metadata.modified()?.into() });
            }
        }
    }
    Ok(listed)
}

fn sorted_names(dir: &Path) -> io::Result<Vec<String>> {
    let mut names = fs::read_dir(dir)?
        .filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose())
        .collect::<io::Result<Vec<String>>>()?;
    names.sort_unstable();
    Ok(names)
}

/// A file read piece by piece on the blocking pool.
pub(super) struct FileChunks {
    file: Option<File>,
}

impl FileChunks {
    pub(super) fn of(file: File) -> Self {
        Self { file: Some(file) }
    }
}

impl Chunks for FileChunks {
    fn next(&mut self) -> Pending<'_, Option<Bytes>> {
        Box::pin(async move {
            let Some(mut file) = self.file.take() else {
                return Ok(None);
            };
            let (file, chunk) = blocking(move || {
                let mut chunk = vec![0; CHUNK_BYTES];
                let read = file.read(&mut chunk)?;
                chunk.truncate(read);
                Ok((file, chunk))
            })
            .await?;
            if chunk.is_empty() {
                return Ok(None);
            }
            self.file = Some(file);
            Ok(Some(Bytes::from(chunk)))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::storage::conformance::Desk;
    use crate::storage::{Area, StorageError};

    #[tokio::test]
    async fn a_store_that_is_gone_is_unavailable_and_leaves_nothing() {
        let desk = Desk::local();
        let received = desk.receive(b"a").await;
        std::fs::remove_dir_all(desk.folder().join("evidence")).unwrap();
        let kept = desk.storage.keep(Area::Evidence, received).await;
        assert!(matches!(kept, Err(StorageError::Unavailable(_))), "{kept:?}");
        assert_eq!(desk.staged(), 0);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn kept_files_are_readable_by_the_server_alone() {
        use std::os::unix::fs::PermissionsExt;
        let desk = Desk::local();
        let key = desk.keep(Area::Evidence, b"a").await.key;
        let path = desk.folder().join("evidence").join(&key.name()[..2]).join(key.name());
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn what_others_left_there_is_not_listed() {
        let desk = Desk::local();
        let key = desk.keep(Area::Evidence, b"a").await.key;
        std::fs::write(desk.folder().join("evidence").join(&key.name()[..2]).join("README"), b"x").unwrap();
        assert_eq!(desk.listed(Area::Evidence, 7).await, [key]);
    }
}
