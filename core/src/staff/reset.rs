//! A forgotten password of staff: a mailed link of one hour leads to the two
//! boxes. It logs nobody in, leaves the second factor as it is, and asking never
//! tells whether the address is known.

use chrono::Duration;

use super::login::{ThrottleKeys, spend};
use super::mail::{PasswordChanged, StaffReset};
use super::model::{StaffMember, StaffState};
use super::{repo, session};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::fold::Email;
use crate::ids::StaffId;
use crate::link::{self, LinkPurpose};
use crate::refusal::Refusal;
use crate::secret::{Keyring, PasswordHash, Purpose, TokenHash};
use crate::throttle::{self, MAIL_PER_ADDRESSEE};

/// Life of a reset link.
pub const RESET_LIFE: Duration = Duration::hours(1);

/// Sends the owner of the address a link, if there is one. What was done is for
/// nobody to know.
///
/// # Errors
/// From the database only.
pub fn ask_for_reset(tx: &mut Tx<'_>, keyring: &Keyring, email: &Email) -> Result<()> {
    let key = format!("staff:reset:{}", keyring.mac(Purpose::ThrottleKey, email.key().as_bytes()));
    if spend(tx, &key, MAIL_PER_ADDRESSEE)?.is_err() {
        return Ok(());
    }
    let Some(secrets) = repo::secrets_by_email(tx.conn(), email.key())? else { return Ok(()) };
    if secrets.state != StaffState::Active {
        return Ok(());
    }
    link::replace_all(tx, LinkPurpose::StaffReset, secrets.id.as_str())?;
    tx.send(&StaffReset { staff: secrets.id })?;
    Ok(())
}

/// The person a reset link is about.
///
/// # Errors
/// `NotFound`, or the refusal that tells why the link no longer works.
pub fn look_at_reset(conn: &mut Conn, token: &TokenHash, now: At) -> Result<StaffMember> {
    let link = link::peek(conn, LinkPurpose::StaffReset, token, now)?;
    match link.dead {
        Some(refusal) => Err(refusal.into()),
        None => owner(conn, &link.subject_id),
    }
}

fn owner(conn: &mut Conn, subject: &str) -> Result<StaffMember> {
    let id = StaffId::parse(subject).ok_or(Error::NotFound)?;
    let member = repo::get_staff(conn, &id)?;
    if member.state == StaffState::Active { Ok(member) } else { Err(Refusal::LinkExpired.into()) }
}

/// Sets the new password, ends every session and forgives the failed logins.
///
/// # Errors
/// `NotFound`, or the refusal that tells why the link no longer works.
pub fn reset_password(tx: &mut Tx<'_>, keyring: &Keyring, token: &TokenHash, hash: &PasswordHash) -> Result<()> {
    let subject = link::consume(tx, LinkPurpose::StaffReset, token)?;
    let member = owner(tx.conn(), &subject)?;
    repo::change_password(tx, &member.id, hash)?;
    session::end_all(tx, &member.id, None)?;
    throttle::clear(tx, &ThrottleKeys::of(keyring, &super::login::email_key(&member.email), "").account)?;
    tx.record(Deed::new("staff.password_set", "staff", member.id.as_str()))?;
    tx.send(&PasswordChanged { staff: member.id })?;
    Ok(())
}
