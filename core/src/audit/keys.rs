//! Under which master key events were written.

use diesel::prelude::*;

use crate::db::{At, Conn};
use crate::error::Result;
use crate::schema::audit_events;

/// How many events have a hash of this pattern.
pub(crate) fn count_like(conn: &mut Conn, pattern: &str) -> Result<i64> {
    let hashed = audit_events::table.filter(audit_events::chain.like(pattern).escape('\\'));
    Ok(hashed.count().get_result(conn)?)
}

/// When the first event with a hash of this pattern was.
pub(crate) fn first_like(conn: &mut Conn, pattern: &str) -> Result<Option<At>> {
    let hashed = audit_events::table.filter(audit_events::chain.like(pattern).escape('\\'));
    Ok(hashed.select(diesel::dsl::min(audit_events::at)).first(conn)?)
}
