//! Counters against guessing, in the database so that all instances share
//! them. A throttle slows down; it never locks anyone out for ever.
//!
//! Keys are keyed hashes where they stand for a mail address or the like.

use chrono::Duration;
use diesel::prelude::*;

use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::schema::throttles;

/// At most `limit` events in `window`; then nothing until the window ends.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// How many are allowed.
    pub limit: i32,
    /// In which time.
    pub window: Duration,
}

/// Ten failed logins in 15 minutes for one account (SPEC 3).
pub const LOGIN_ACCOUNT: Limit = Limit { limit: 10, window: Duration::minutes(15) };
/// Failed logins from one address, over all accounts.
pub const LOGIN_ADDRESS: Limit = Limit { limit: 50, window: Duration::minutes(15) };
/// Registrations from one address.
pub const SIGNUP_ADDRESS: Limit = Limit { limit: 30, window: Duration::hours(1) };
/// Mails asked for by a visitor for one address: a new link and the like.
pub const MAIL_PER_ADDRESSEE: Limit = Limit { limit: 5, window: Duration::hours(24) };
/// Wrong activations from one network address.
pub const ACTIVATION_ADDRESS: Limit = Limit { limit: 60, window: Duration::minutes(15) };
/// Wrong activations for one facility.
pub const ACTIVATION_FACILITY: Limit = Limit { limit: 30, window: Duration::minutes(15) };
/// Match tries of one user for one facility: the sixth is refused for good (SPEC 4.1).
pub const MATCH_ACCOUNT: Limit = Limit { limit: 5, window: Duration::days(3650) };
/// Match tries for one facility over all users.
pub const MATCH_FACILITY: Limit = Limit { limit: 10, window: Duration::days(1) };

/// Inquiries from one network address: an office asks through one.
pub const INQUIRY_ADDRESS: Limit = Limit { limit: 10, window: Duration::hours(1) };
/// Inquiries that promise an answer to one mail address, whoever typed it.
pub const INQUIRY_MAIL: Limit = Limit { limit: 5, window: Duration::hours(24) };

/// What remains of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Events left in this window.
    pub left: i32,
    /// When the window ends.
    pub until: At,
}

/// What is left for `key`, without counting.
///
/// # Errors
/// From the database only.
pub fn look(conn: &mut Conn, key: &str, limit: Limit, now: At) -> Result<Allowance> {
    let row: Option<(i32, At)> =
        throttles::table.find(key).select((throttles::count, throttles::window_started_at)).first(conn).optional()?;
    Ok(match row {
        Some((count, started)) if started + limit.window > now => {
            Allowance { left: (limit.limit - count).max(0), until: started + limit.window }
        }
        _ => Allowance { left: limit.limit, until: now + limit.window },
    })
}

/// Counts one event, if the limit allows it: `None` when it is used up.
/// Exact under concurrency: the row's update is the gate.
///
/// # Errors
/// From the database only.
pub fn spend(tx: &mut Tx<'_>, key: &str, limit: Limit) -> Result<Option<Allowance>> {
    let now = tx.now();
    let fresh = tx.insert_once(|c| {
        diesel::insert_into(throttles::table)
            .values((throttles::key.eq(key), throttles::count.eq(1), throttles::window_started_at.eq(now)))
            .execute(c)
    })?;
    if !fresh && !restart(tx, key, limit)? && !count_up(tx, key, limit)? {
        return Ok(None);
    }
    look(tx.conn(), key, limit, now).map(Some)
}

fn restart(tx: &mut Tx<'_>, key: &str, limit: Limit) -> Result<bool> {
    let now = tx.now();
    let over =
        throttles::table.filter(throttles::key.eq(key)).filter(throttles::window_started_at.le(now - limit.window));
    let changed =
        diesel::update(over).set((throttles::count.eq(1), throttles::window_started_at.eq(now))).execute(tx.conn())?;
    Ok(changed == 1)
}

fn count_up(tx: &mut Tx<'_>, key: &str, limit: Limit) -> Result<bool> {
    let open = throttles::table.filter(throttles::key.eq(key)).filter(throttles::count.lt(limit.limit));
    let changed = diesel::update(open).set(throttles::count.eq(throttles::count + 1)).execute(tx.conn())?;
    Ok(changed == 1)
}

/// Forgets the count of `key`, after a success.
///
/// # Errors
/// From the database only.
pub fn clear(tx: &mut Tx<'_>, key: &str) -> Result<()> {
    diesel::delete(throttles::table.find(key)).execute(tx.conn())?;
    Ok(())
}

/// Forgets windows that ended; the for-good ones stay.
///
/// # Errors
/// From the database only.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    let before = tx.now() - Duration::days(2);
    let past = throttles::table
        .filter(throttles::window_started_at.lt(before))
        .filter(throttles::key.not_like("match:account:%"));
    Ok(diesel::delete(past).execute(tx.conn())?)
}
