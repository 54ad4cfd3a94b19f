//! Which rows name files. A file that none of these names is swept; a table that
//! comes to name files belongs here.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::db::Conn;
use crate::error::Result;
use crate::storage::StoredKey;

/// Every column that holds the key of a file.
const COLUMNS: &[(&str, &str)] = &[
    ("evidence", "storage_key"),
    ("evidence", "preview_key"),
    ("attachments", "storage_key"),
    ("facility_imports", "staged_key"),
    ("facility_imports", "details_key"),
    ("edition_files", "storage_key"),
    ("subsidy_notices", "storage_key"),
];

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    key: StoredKey,
}

/// Which of these keys a row names.
///
/// # Errors
/// From the database only.
pub fn among(conn: &mut Conn, keys: &[StoredKey]) -> Result<HashSet<StoredKey>> {
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    // Keys are of small letters and digits, whoever wrote them: see `StoredKey::parse`.
    let list = keys.iter().map(|key| format!("'{key}'")).collect::<Vec<_>>().join(",");
    read(conn, &format!("in ({list})"))
}

/// All keys that rows name.
///
/// # Errors
/// From the database only.
pub fn all(conn: &mut Conn) -> Result<HashSet<StoredKey>> {
    read(conn, "is not null")
}

fn read(conn: &mut Conn, which: &str) -> Result<HashSet<StoredKey>> {
    let mut found = HashSet::new();
    for (table, column) in COLUMNS {
        let sql = format!("select {column} as key from {table} where {column} {which}");
        let rows: Vec<Named> = diesel::sql_query(sql).load(conn)?;
        found.extend(rows.into_iter().map(|row| row.key));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test_db;

    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        name: String,
    }

    /// By the names that such columns have everywhere.
    #[test]
    fn every_column_that_holds_a_key_is_known() {
        let db = test_db();
        let columns = |c: &mut Conn| {
            let sql = match c {
                Conn::Sqlite(_) => {
                    "select t.name || '.' || c.name as name from sqlite_master t, pragma_table_info(t.name) c \
                     where t.type = 'table' and c.name in ('storage_key', 'preview_key', 'staged_key', 'details_key')"
                }
                Conn::Postgres(_) => {
                    "select table_name || '.' || column_name as name from information_schema.columns \
                     where table_schema = current_schema() \
                     and column_name in ('storage_key', 'preview_key', 'staged_key', 'details_key')"
                }
            };
            Ok(diesel::sql_query(sql).load::<Column>(c)?)
        };
        let mut there: Vec<String> = db.read_blocking(columns).unwrap().into_iter().map(|row| row.name).collect();
        let mut known: Vec<String> = COLUMNS.iter().map(|(table, column)| format!("{table}.{column}")).collect();
        there.sort();
        known.sort();
        assert_eq!(there, known);
    }
}
