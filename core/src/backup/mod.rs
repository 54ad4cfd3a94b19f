//! A copy of a whole installation on SQLite, made while it runs, and the way back.
//!
//! 1. The database, of one moment (`VACUUM INTO`; those who write go on).
//! 2. The files. Each was kept before its row was written, so a later copy of them has
//!    all that an earlier copy of the database names.
//! 3. The inventory: how many rows each table has, where the audit trail ends, and each
//!    file with its hash. Whoever brings it back compares.
//!
//! A backup is a folder: `database.db`, `files/…`, `files.sha256` (as `sha256sum -c`
//! reads it, inside the folder), `inventory.json`. It has its name only once it is whole.
//! The master keys are not in it: without them nobody reads what is sealed.

mod inventory;
mod restore;
mod save;

pub use inventory::Inventory;
pub use restore::restore;
pub use save::save;

use std::path::PathBuf;

use crate::error::Error;

const DATABASE: &str = "database.db";
const FILES: &str = "files";
const SUMS: &str = "files.sha256";
const INVENTORY: &str = "inventory.json";

/// Why there is no backup, or why it is not brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL has tools of its own.
    #[error("this database is PostgreSQL: back it up with its own tools (docs/operations/README.md, 6)")]
    NotSqlite,
    /// Something is there already, and stays.
    #[error("{0} is there already")]
    Taken(PathBuf),
    /// The place to restore to is in use.
    #[error("the database has data, or files are kept: restore into an empty place")]
    NotEmpty,
    /// Rows name files that the store has lost.
    #[error("{0} files that the database names are missing, for example {1}")]
    FilesMissing(usize, String),
    /// The backup is not what was saved.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    /// It was made by a later version.
    #[error("the backup was made by a later version of the program")]
    Newer,
    /// The disk.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The database or the store.
    #[error(transparent)]
    Inside(#[from] Error),
}

impl From<crate::storage::StorageError> for BackupError {
    fn from(error: crate::storage::StorageError) -> Self {
        Self::Inside(error.into())
    }
}

#[cfg(test)]
mod tests;
