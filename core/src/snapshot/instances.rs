//! The instances that answer checks over one PostgreSQL database: each says how
//! far it has come, so that the one that stops a device can tell whether it is
//! stopped everywhere. All times are the database's.
//!
//! An instance answers only while it was heard (`feed.rs`), so whoever has been
//! silent for longer than it may answer is gone and forgotten.

use chrono::Duration;
use diesel::prelude::*;

use crate::db::{At, Conn};
use crate::error::Result;
use crate::schema::standing_instances;

/// After this silence an instance is not waited for: it is down, or cut off.
const SILENT_SECONDS: i64 = 3;
/// Beyond the time it may answer, so that nobody is forgotten too early.
const MARGIN_SECONDS: i64 = 10;

/// One instance's row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = standing_instances)]
pub(super) struct Instance {
    /// New at each start.
    pub id: String,
    /// Host and address, for people.
    pub name: String,
    /// The last transaction it has applied.
    pub seen: i64,
    /// How long it answers without a word from the database, seconds.
    pub answers_seconds: i32,
    /// When it was last heard.
    pub beat_at: At,
}

impl Instance {
    /// Whether it may still answer.
    pub fn may_answer(&self, now: At) -> bool {
        now - self.beat_at < Duration::seconds(i64::from(self.answers_seconds) + MARGIN_SECONDS)
    }

    /// Whether it is worth waiting for.
    pub fn is_heard(&self, now: At) -> bool {
        now - self.beat_at < Duration::seconds(SILENT_SECONDS)
    }
}

/// The database's time. (The start of the transaction, which here is the query.)
pub(super) fn now(conn: &mut Conn) -> Result<At> {
    Ok(diesel::select(diesel::dsl::now).get_result(conn)?)
}

/// Says that an instance lives and how far it has come.
pub(super) fn beat(conn: &mut Conn, instance: &Instance) -> Result<()> {
    let row = standing_instances::table.find(&instance.id);
    let known = diesel::update(row)
        .set((standing_instances::seen.eq(instance.seen), standing_instances::beat_at.eq(diesel::dsl::now)))
        .execute(conn)?;
    if known == 0 {
        let row = Instance { beat_at: now(conn)?, ..instance.clone() };
        diesel::insert_into(standing_instances::table).values(&row).execute(conn)?;
    }
    Ok(())
}

/// Takes an instance out that stops answering.
pub(super) fn leave(conn: &mut Conn, id: &str) -> Result<()> {
    diesel::delete(standing_instances::table.find(id)).execute(conn)?;
    Ok(())
}

/// Forgets instances that can answer no more.
pub(super) fn forget_gone(conn: &mut Conn) -> Result<()> {
    let now = now(conn)?;
    for gone in all(conn)?.iter().filter(|instance| !instance.may_answer(now)) {
        let row = standing_instances::table.find(&gone.id).filter(standing_instances::beat_at.eq(gone.beat_at));
        diesel::delete(row).execute(conn)?;
    }
    Ok(())
}

/// Those that may still answer and have not come as far as `epoch`, by name.
pub(super) fn behind(conn: &mut Conn, epoch: i64) -> Result<(Vec<Instance>, At)> {
    let now = now(conn)?;
    let mut behind = all(conn)?;
    behind.retain(|instance| instance.seen < epoch && instance.may_answer(now));
    Ok((behind, now))
}

fn all(conn: &mut Conn) -> Result<Vec<Instance>> {
    Ok(standing_instances::table.order((standing_instances::name, standing_instances::id)).load(conn)?)
}
