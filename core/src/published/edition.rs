//! Weekly editions: which there are, and where their files lie. A row is never
//! changed once it is written.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::{At, Conn, text_enum};
use crate::error::Result;
use crate::schema::{edition_files, editions};
use crate::storage::StoredKey;

text_enum! {
    /// A file of an edition.
    pub enum Part {
        /// The list, for spreadsheets.
        ListCsv = "list_csv",
        /// The list, for programs.
        ListJson = "list_json",
        /// What differs from the edition before, for spreadsheets.
        ChangesCsv = "changes_csv",
        /// What differs from the edition before, for programs.
        ChangesJson = "changes_json",
    }
}

impl Part {
    /// The last part of its address, and of the file's name.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::ListCsv => "list.csv",
            Self::ListJson => "list.json",
            Self::ChangesCsv => "changes.csv",
            Self::ChangesJson => "changes.json",
        }
    }

    /// Reads it from an address.
    pub fn of_file_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|part| part.file_name() == name)
    }

    /// The type under which it is answered.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::ListCsv | Self::ChangesCsv => "text/csv; charset=utf-8",
            Self::ListJson | Self::ChangesJson => "application/json",
        }
    }
}

/// An edition.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = editions)]
pub struct Edition {
    /// The Monday of its week (Asia/Tokyo).
    pub week_on: NaiveDate,
    /// How many facilities stand in it.
    pub facilities: i64,
    /// How many the edition before lacks.
    pub added: i64,
    /// How many of the edition before it lacks.
    pub removed: i64,
    /// How many stand in both with other words.
    pub changed: i64,
    /// When it was made.
    pub made_at: At,
}

/// Where a file of an edition lies.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = edition_files)]
pub struct EditionFile {
    /// Of which edition.
    pub week_on: NaiveDate,
    /// Which of its files.
    pub part: Part,
    /// Under which it is stored.
    pub storage_key: StoredKey,
    /// Its size.
    pub size_bytes: i64,
    /// Its SHA-256, as 64 lower-case hex characters.
    pub sha256: String,
}

/// Editions, newest first, before a week if one is given.
///
/// # Errors
/// From the database only.
pub fn list(conn: &mut Conn, before: Option<NaiveDate>, limit: i64) -> Result<Vec<Edition>> {
    let mut query = editions::table.into_boxed();
    if let Some(before) = before {
        query = query.filter(editions::week_on.lt(before));
    }
    Ok(query.order(editions::week_on.desc()).limit(limit).select(Edition::as_select()).load(conn)?)
}

/// The newest edition.
///
/// # Errors
/// From the database only.
pub fn newest(conn: &mut Conn) -> Result<Option<Edition>> {
    Ok(list(conn, None, 1)?.into_iter().next())
}

/// The edition of a week.
///
/// # Errors
/// From the database only.
pub fn find(conn: &mut Conn, week_on: NaiveDate) -> Result<Option<Edition>> {
    Ok(editions::table.find(week_on).select(Edition::as_select()).first(conn).optional()?)
}

/// A file of the edition of a week.
///
/// # Errors
/// From the database only.
pub fn find_file(conn: &mut Conn, week_on: NaiveDate, part: Part) -> Result<Option<EditionFile>> {
    let row = edition_files::table.find((week_on, part));
    Ok(row.select(EditionFile::as_select()).first(conn).optional()?)
}
