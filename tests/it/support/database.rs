//! A private database per test: a SQLite file, or a schema of its own in
//! PostgreSQL. Gone when the test is over.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use uketsuke_core::clock::Clock;

/// Names the PostgreSQL server for tests: `postgres://user@host:port/name`.
pub const POSTGRES_VARIABLE: &str = "UKETSUKE_TEST_POSTGRES_URL";

/// Where databases are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Sqlite,
    Postgres(String),
}

impl Place {
    pub fn postgres_from_environment() -> Option<Self> {
        std::env::var(POSTGRES_VARIABLE).ok().filter(|url| !url.is_empty()).map(Self::Postgres)
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

/// One private database.
pub struct Database {
    pub url: String,
    schema: Option<(String, String)>,
}

impl Database {
    pub fn new(place: &Place, folder: &Path) -> Self {
        match place {
            Place::Sqlite => Self { url: format!("sqlite:{}", folder.join("test.db").display()), schema: None },
            Place::Postgres(server) => Self::schema(server),
        }
    }

    fn schema(server: &str) -> Self {
        // Unique without looking at the database: the process and the moment.
        let moment = Clock::System.now().timestamp_micros();
        let name = format!("test_{}_{moment}_{:?}", std::process::id(), std::thread::current().id());
        let name: String = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        execute(server, &format!("create schema {name}"));
        let joint = if server.contains('?') { '&' } else { '?' };
        Self { url: format!("{server}{joint}options=-csearch_path%3D{name}"), schema: Some((server.to_owned(), name)) }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.schema {
            execute(server, &format!("drop schema {name} cascade"));
        }
    }
}

/// Runs SQL on a PostgreSQL server.
pub fn execute(server: &str, sql: &str) {
    let mut conn = PgConnection::establish(server).expect("the PostgreSQL server for tests answers");
    conn.batch_execute("set client_min_messages = warning").expect("it can be set");
    // By itself: some statements are taken only outside a transaction.
    conn.batch_execute(sql).expect(sql);
}
