//! The migrations of both dialects, embedded, chosen by the connection.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Conn;
use crate::error::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Any number; every process that migrates this database takes the same lock.
const POSTGRES_LOCK: i64 = 7_113_001;

/// Brings the tables up to date, on a connection of its own: who comes second waits for
/// as long as the first takes, and so does a statement that builds an index. A table that
/// is in use is waited for a little only, since all who come later wait behind.
pub(super) fn run(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => {
            if !c.has_pending_migration(SQLITE).map_err(Error::boxed)? {
                return Ok(());
            }
            // All of them or none, with nobody else in between.
            c.batch_execute("pragma busy_timeout = 600000").map_err(Error::internal)?;
            c.immediate_transaction(|c| c.run_pending_migrations(SQLITE).map(drop)).map_err(Error::boxed)
        }
        Conn::Postgres(c) => {
            c.batch_execute("set statement_timeout = 0; set lock_timeout = 0;").map_err(Error::internal)?;
            c.batch_execute(&format!("select pg_advisory_lock({POSTGRES_LOCK})")).map_err(Error::internal)?;
            c.batch_execute("set lock_timeout = '5s'").map_err(Error::internal)?;
            let ran = c.run_pending_migrations(POSTGRES).map(drop).map_err(Error::boxed);
            c.batch_execute(&format!("select pg_advisory_unlock({POSTGRES_LOCK})")).map_err(Error::internal)?;
            ran
        }
    }
}

/// Whether one of this program's migrations has this version; SQLite alone is asked.
pub(super) fn knows(version: &str) -> bool {
    let known: diesel::migration::Result<Vec<Box<dyn Migration<Sqlite>>>> = SQLITE.migrations();
    known.is_ok_and(|known| known.iter().any(|one| one.name().version().to_string() == version))
}

/// Whether the tables are as this program wants them.
pub(super) fn is_current(conn: &mut Conn) -> Result<bool> {
    let pending = match conn {
        Conn::Sqlite(c) => c.has_pending_migration(SQLITE),
        Conn::Postgres(c) => c.has_pending_migration(POSTGRES),
    };
    pending.map(|pending| !pending).map_err(Error::boxed)
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;
