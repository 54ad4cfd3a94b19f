//! What somebody of the staff had sent after the session ended: the newest form
//! is kept for a day for the owner of that session, to be sent once more.

use chrono::Duration;
use diesel::prelude::*;

use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::StaffId;
use crate::keepable::keepable;
use crate::schema::{staff_kept_forms, staff_sessions};
use crate::secret::{PlainToken, TokenHash};

/// How long a form is kept.
const LIFE: Duration = Duration::days(1);

/// A form that waits to be sent once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// Where it was sent to.
    pub path: String,
    /// Its fields, without secrets.
    pub fields: Vec<(String, String)>,
}

/// Whose session a cookie was, if it ended by itself not long ago.
///
/// # Errors
/// From the database only.
pub fn find_owner(conn: &mut Conn, token: &PlainToken) -> Result<Option<StaffId>> {
    let hash: TokenHash = token.hash();
    let row = staff_sessions::table.filter(staff_sessions::token_hash.eq(hash)).select(staff_sessions::staff_id);
    Ok(row.first(conn).optional()?)
}

/// Keeps a form for its owner in place of an earlier one; tells whether there was
/// something to keep.
///
/// # Errors
/// From the database only.
pub fn keep_form(tx: &mut Tx<'_>, staff: &StaffId, path: &str, fields: &[(String, String)]) -> Result<bool> {
    let Some(json) = keepable(fields)? else { return Ok(false) };
    drop_kept_form(tx, staff)?;
    let expires_at = tx.now() + LIFE;
    tx.insert_once(|c| {
        diesel::insert_into(staff_kept_forms::table)
            .values((
                staff_kept_forms::staff_id.eq(staff),
                staff_kept_forms::path.eq(path),
                staff_kept_forms::fields.eq(json),
                staff_kept_forms::expires_at.eq(expires_at),
            ))
            .execute(c)
    })
}

/// The form that waits for this person.
///
/// # Errors
/// From the database only.
pub fn find_kept_form(conn: &mut Conn, staff: &StaffId, now: At) -> Result<Option<KeptForm>> {
    let live = staff_kept_forms::table.find(staff).filter(staff_kept_forms::expires_at.gt(now));
    let row: Option<(String, String)> =
        live.select((staff_kept_forms::path, staff_kept_forms::fields)).first(conn).optional()?;
    row.map(|(path, json)| Ok(KeptForm { path, fields: serde_json::from_str(&json)? })).transpose()
}

/// Forgets it: sent once more, or not wanted.
///
/// # Errors
/// From the database only.
pub fn drop_kept_form(tx: &mut Tx<'_>, staff: &StaffId) -> Result<()> {
    diesel::delete(staff_kept_forms::table.find(staff)).execute(tx.conn())?;
    Ok(())
}

/// Forgets forms nobody came back for.
///
/// # Errors
/// From the database only.
pub fn sweep_kept_forms(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::delete(staff_kept_forms::table.filter(staff_kept_forms::expires_at.le(now))).execute(tx.conn())?)
}
