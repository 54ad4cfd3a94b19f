//! The log of changes, as triggers write it (migration `standing_log`): which
//! transactions changed what a check reads, numbered in the order in which they
//! became visible.

use diesel::prelude::*;

use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::schema::{standing_changes, standing_heads, standing_log};

/// The only row of `standing_heads`.
const HEAD: i32 = 1;
/// Transactions per read.
const TRANSACTIONS: i64 = 500;
/// Changes per read.
const CHANGES: i64 = 1_000;
/// How long what was logged is kept; who comes later loads everything anew.
const KEPT_MINUTES: i64 = 60;

/// A place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Position {
    /// The number of the last transaction; 0 before the first.
    pub epoch: i64,
    /// Which transaction it was; empty before the first.
    pub mark: String,
}

/// One transaction of the log.
#[derive(Debug, Queryable)]
pub(super) struct Logged {
    pub batch: i64,
    epoch: Option<i64>,
    mark: String,
}

/// One change.
#[derive(Debug, Queryable)]
pub(super) struct Change {
    id: i64,
    pub kind: String,
    pub subject: String,
}

/// The number of the last transaction.
pub(super) fn head(conn: &mut Conn) -> Result<i64> {
    Ok(standing_heads::table.find(HEAD).select(standing_heads::epoch).first(conn)?)
}

/// The last transaction.
pub(super) fn end(conn: &mut Conn) -> Result<Position> {
    let last: Option<(Option<i64>, String)> = standing_log::table
        .filter(standing_log::epoch.is_not_null())
        .order(standing_log::epoch.desc())
        .select((standing_log::epoch, standing_log::mark))
        .first(conn)
        .optional()?;
    Ok(last.map_or_else(Position::default, |(epoch, mark)| Position { epoch: epoch.unwrap_or_default(), mark }))
}

/// Whether this database's history holds this place.
pub(super) fn holds(conn: &mut Conn, position: &Position) -> Result<bool> {
    if position.epoch == 0 {
        return Ok(true);
    }
    let mark: Option<String> = standing_log::table
        .filter(standing_log::epoch.eq(position.epoch))
        .select(standing_log::mark)
        .first(conn)
        .optional()?;
    Ok(mark.as_ref() == Some(&position.mark))
}

/// The next transactions after a place, in order.
pub(super) fn after(conn: &mut Conn, epoch: i64) -> Result<Vec<Logged>> {
    Ok(standing_log::table
        .filter(standing_log::epoch.gt(epoch))
        .order(standing_log::epoch)
        .limit(TRANSACTIONS)
        .select((standing_log::batch, standing_log::epoch, standing_log::mark))
        .load(conn)?)
}

/// The place after these transactions; `None` when they do not follow on `epoch`
/// without a gap.
pub(super) fn follow(epoch: i64, transactions: &[Logged]) -> Option<Position> {
    let gapless = (epoch + 1..).zip(transactions).all(|(expected, logged)| logged.epoch == Some(expected));
    let last = transactions.last().filter(|_| gapless)?;
    Some(Position { epoch: last.epoch?, mark: last.mark.clone() })
}

/// What these transactions changed, some at a time.
pub(super) fn each_change(
    conn: &mut Conn,
    transactions: &[Logged],
    mut take: impl FnMut(&mut Conn, &[Change]) -> Result<()>,
) -> Result<()> {
    let batches: Vec<i64> = transactions.iter().map(|logged| logged.batch).collect();
    let mut last = 0;
    loop {
        let changes: Vec<Change> = standing_changes::table
            .filter(standing_changes::batch.eq_any(&batches).and(standing_changes::id.gt(last)))
            .order(standing_changes::id)
            .limit(CHANGES)
            .select((standing_changes::id, standing_changes::kind, standing_changes::subject))
            .load(conn)?;
        let Some(end) = changes.last() else { return Ok(()) };
        last = end.id;
        take(conn, &changes)?;
    }
}

/// Forgets what every living instance has applied long ago; the newest transaction
/// stays, so that its mark is there.
///
/// # Errors
/// From the database only.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    // The database's own time, as the rows have it.
    let now: At = diesel::select(diesel::dsl::now).get_result(tx.conn())?;
    let newest = end(tx.conn())?.epoch;
    let old: Vec<i64> = standing_log::table
        .filter(standing_log::at.lt(now - chrono::Duration::minutes(KEPT_MINUTES)))
        .filter(standing_log::epoch.lt(newest))
        .order(standing_log::batch)
        .limit(TRANSACTIONS)
        .select(standing_log::batch)
        .load(tx.conn())?;
    diesel::delete(standing_changes::table.filter(standing_changes::batch.eq_any(&old))).execute(tx.conn())?;
    Ok(diesel::delete(standing_log::table.filter(standing_log::batch.eq_any(&old))).execute(tx.conn())?)
}
