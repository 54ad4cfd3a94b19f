//! A forgotten password: a mailed link of one hour leads to the two boxes. It
//! logs nobody in, and asking never tells whether the address is known.

use chrono::Duration;

use super::mail::PasswordReset;
use super::model::AccountState;
use super::{Account, AccountRules, password, repo, session, signup};
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::facility::kind::Site;
use crate::fold::Email;
use crate::ids::AccountId;
use crate::link::{self, Link, LinkPurpose};
use crate::refusal::Refusal;
use crate::secret::{Keyring, PasswordHash, TokenHash};

/// Life of a reset link.
pub const RESET_LIFE: Duration = Duration::hours(1);

/// Sends the owner of the address a link to the site asked at (`None` where one
/// address serves both sites); a registration that still waits for
/// its first mail gets that again. What was done is for nobody to know.
///
/// # Errors
/// From the database only.
pub fn ask_for_reset(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    rules: AccountRules,
    email: &Email,
    site: Option<Site>,
) -> Result<()> {
    if signup::may_mail(tx, keyring, email.key())? != signup::MailOutcome::Sent {
        return Ok(());
    }
    match repo::find_by_email(tx.conn(), email.key())? {
        Some(account) if account.state == AccountState::Active => {
            link::replace_all(tx, LinkPurpose::ResetPassword, account.id.as_str())?;
            tx.send(&PasswordReset { account: account.id, site })?;
        }
        Some(_) => {}
        None => {
            if let Some(waiting) = signup::find_open_by_email(tx.conn(), email.key())? {
                signup::send(tx, rules, &waiting)?;
            }
        }
    }
    Ok(())
}

/// The account a reset link is about.
///
/// # Errors
/// `NotFound`, or the refusal that tells why the link no longer works.
pub fn look_at_reset(conn: &mut Conn, token: &TokenHash, now: At) -> Result<Account> {
    let Link { subject_id, dead, .. } = link::peek(conn, LinkPurpose::ResetPassword, token, now)?;
    match dead {
        Some(refusal) => Err(refusal.into()),
        None => owner(conn, &subject_id),
    }
}

fn owner(conn: &mut Conn, subject_id: &str) -> Result<Account> {
    let id = AccountId::parse(subject_id).ok_or(Error::NotFound)?;
    let account = repo::get(conn, &id)?;
    if account.state == AccountState::Active { Ok(account) } else { Err(Refusal::LinkExpired.into()) }
}

/// Sets the new password, ends every session and forgives the failed logins.
///
/// # Errors
/// `NotFound`, or the refusal that tells why the link no longer works.
pub fn reset_password(tx: &mut Tx<'_>, keyring: &Keyring, token: &TokenHash, hash: &PasswordHash) -> Result<()> {
    let subject = link::consume(tx, LinkPurpose::ResetPassword, token)?;
    let account = owner(tx.conn(), &subject)?;
    password::set(tx, &account.id, hash)?;
    session::end_all(tx, &account.id, None)?;
    password::counters(tx.conn(), keyring, &account.id)?.forget(tx)
}
