//! What is forgotten by itself: registrations never activated (7 days), drafts,
//! sessions that ended, looks of staff, kept forms. A periodic job calls it.

use diesel::prelude::*;

use super::{kept, session, signup, watch};
use crate::db::Tx;
use crate::error::Result;
use crate::schema::{signup_drafts, signups};

/// Forgets what is past its time; tells how many rows.
///
/// # Errors
/// From the database only.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    let old = signups::table.filter(signups::created_at.le(now - signup::LIFE));
    let registrations = diesel::delete(old).execute(tx.conn())?;
    let past = signup_drafts::table.filter(signup_drafts::expires_at.le(now));
    let drafts = diesel::delete(past).execute(tx.conn())?;
    Ok(registrations + drafts + session::sweep(tx)? + kept::sweep(tx)? + watch::sweep(tx)?)
}
