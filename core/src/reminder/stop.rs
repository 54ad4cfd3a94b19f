//! Who wants no reminders: by the link in one, without a login, or in their own
//! settings.

use chrono::Duration;
use diesel::prelude::*;

use crate::account::{self, Account};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::link::{self, LinkPurpose};
use crate::schema::reminder_stops;
use crate::secret::{PlainToken, TokenHash};

/// How long the link in a reminder works.
const LINK: Duration = Duration::days(365);

/// Whether this person wants none.
///
/// # Errors
/// From the database only.
pub fn are_stopped(conn: &mut Conn, account: &AccountId) -> Result<bool> {
    let row: Option<AccountId> =
        reminder_stops::table.find(account).select(reminder_stops::account_id).first(conn).optional()?;
    Ok(row.is_some())
}

/// Sends this person none from now on. Twice does no harm.
///
/// # Errors
/// From the database only.
pub fn stop(tx: &mut Tx<'_>, account: &AccountId) -> Result<()> {
    let now = tx.now();
    let row = (reminder_stops::account_id.eq(account), reminder_stops::stopped_at.eq(now));
    if tx.insert_once(|c| diesel::insert_into(reminder_stops::table).values(row).execute(c))? {
        tx.record(Deed::new("reminder.stopped", "accounts", account.as_str()))?;
    }
    Ok(())
}

/// Lets reminders come again.
///
/// # Errors
/// From the database only.
pub fn go_on(tx: &mut Tx<'_>, account: &AccountId) -> Result<()> {
    if diesel::delete(reminder_stops::table.find(account)).execute(tx.conn())? > 0 {
        tx.record(Deed::new("reminder.resumed", "accounts", account.as_str()))?;
    }
    Ok(())
}

/// A link for a letter.
pub(super) fn mint_link(tx: &mut Tx<'_>, account: &AccountId) -> Result<PlainToken> {
    link::mint(tx, LinkPurpose::StopReminders, account.as_str(), LINK)
}

/// Whose reminders a link stops.
///
/// # Errors
/// `NotFound`, or the refusal of a link past its time.
pub fn look_at_stop_link(conn: &mut Conn, token: &TokenHash, now: At) -> Result<Account> {
    let found = link::peek(conn, LinkPurpose::StopReminders, token, now)?;
    if let Some(refusal) = found.dead {
        return Err(refusal.into());
    }
    account::get_account(conn, &AccountId::parse(&found.subject_id).ok_or(Error::NotFound)?)
}

/// Stops them by a link, which goes on working: people press twice.
///
/// # Errors
/// As [`look_at_stop_link`].
pub fn stop_by_link(tx: &mut Tx<'_>, token: &TokenHash) -> Result<()> {
    let now = tx.now();
    let account = look_at_stop_link(tx.conn(), token, now)?;
    stop(tx, &account.id)
}
