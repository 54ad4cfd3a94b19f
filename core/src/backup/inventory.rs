//! What a backup holds, counted when it was made.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::db::Conn;
use crate::error::Result;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// When it was begun.
    pub made_at: DateTime<Utc>,
    /// The newest migration of the database.
    pub schema: String,
    /// Rows of each table.
    pub rows: BTreeMap<String, i64>,
    /// Where the audit trail ends.
    pub audit_position: i64,
    /// And with which hash.
    pub audit_chain: String,
    /// Files.
    pub files: usize,
    /// Their sizes together.
    pub file_bytes: u64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Inventory {
    /// Counts a SQLite database; its files are counted elsewhere.
    pub(super) fn of(conn: &mut Conn, made_at: DateTime<Utc>) -> Result<Self> {
        let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'";
        let mut rows = BTreeMap::new();
        for Name { name } in diesel::sql_query(tables).load(conn)? {
            let count: Count =
                diesel::sql_query(format!("select count(*) as count from \"{name}\"")).get_result(conn)?;
            rows.insert(name, count.count);
        }
        let head = audit::head(conn)?;
        Ok(Self {
            made_at,
            schema: schema(conn)?,
            rows,
            audit_position: head.position,
            audit_chain: head.chain,
            files: 0,
            file_bytes: 0,
        })
    }

    /// All rows together.
    pub fn row_count(&self) -> i64 {
        self.rows.values().sum()
    }
}

/// The newest migration that ran.
fn schema(conn: &mut Conn) -> Result<String> {
    let newest = "select coalesce(max(version), '') as name from __diesel_schema_migrations";
    Ok(diesel::sql_query(newest).get_result::<Name>(conn)?.name)
}
