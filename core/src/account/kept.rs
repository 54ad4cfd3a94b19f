//! What somebody had typed when the session ended: kept for a day for the owner
//! of that session, and given back once after the next login.

use chrono::Duration;
use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{AccountId, KeptFormId};
use crate::keepable::keepable;
use crate::schema::kept_forms;

/// How long a form is kept.
const LIFE: Duration = Duration::days(1);

/// Keeps a form for its owner; an earlier one for the same page is replaced.
///
/// # Errors
/// From the database only.
pub fn keep_form(tx: &mut Tx<'_>, account: &AccountId, path: &str, fields: &[(String, String)]) -> Result<()> {
    let Some(json) = keepable(fields)? else { return Ok(()) };
    diesel::delete(of(account, path)).execute(tx.conn())?;
    let expires_at = tx.now() + LIFE;
    tx.insert_once(|c| {
        diesel::insert_into(kept_forms::table)
            .values((
                kept_forms::id.eq(KeptFormId::mint()),
                kept_forms::account_id.eq(account),
                kept_forms::path.eq(path),
                kept_forms::fields.eq(json),
                kept_forms::expires_at.eq(expires_at),
            ))
            .execute(c)
    })?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn of<'a>(account: &'a AccountId, path: &'a str) -> _ {
    kept_forms::table.filter(kept_forms::account_id.eq(account)).filter(kept_forms::path.eq(path))
}

/// Whether a form is kept for this page.
///
/// # Errors
/// From the database only.
pub fn has_kept_form(conn: &mut Conn, account: &AccountId, path: &str) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(of(account, path))).get_result(conn)?)
}

/// Gives a kept form back, once; nothing if there is none.
///
/// # Errors
/// From the database only.
pub fn take_kept_form(tx: &mut Tx<'_>, account: &AccountId, path: &str) -> Result<Vec<(String, String)>> {
    let now = tx.now();
    let live = of(account, path).filter(kept_forms::expires_at.gt(now));
    let json: Option<String> = live.select(kept_forms::fields).first(tx.conn()).optional()?;
    diesel::delete(of(account, path)).execute(tx.conn())?;
    Ok(json.map(|json| serde_json::from_str(&json)).transpose()?.unwrap_or_default())
}

/// Forgets forms nobody came back for.
pub(super) fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::delete(kept_forms::table.filter(kept_forms::expires_at.le(now))).execute(tx.conn())?)
}
