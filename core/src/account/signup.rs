//! Registrations that wait for their mailed link: the rows, and the mails one
//! may ask for again (60 seconds apart, five a day).
//!
//! A known address gets a row and a mail like any other; only the mail's words differ.

use chrono::Duration;
use diesel::prelude::*;

use super::AccountRules;
use super::mail::{AccountKnown, Activation};
use super::person::Person;
use super::repo;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::fold::{Email, Phone};
use crate::ids::{FacilityId, SignupId};
use crate::link::{self, LinkPurpose};
use crate::refusal::Refusal;
use crate::schema::{facilities, signups};
use crate::secret::{Keyring, PasswordHash, Purpose, TokenHash};
use crate::throttle::{self, Limit, MAIL_PER_ADDRESSEE};

/// Registrations never activated are forgotten after this time (SPEC 3).
pub(super) const LIFE: Duration = Duration::days(7);
/// Two mails to one address are at least this far apart.
const MAIL_GAP: Limit = Limit { limit: 1, window: Duration::seconds(60) };

/// A registration, as the one who sent it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Sent {
    /// The row.
    pub id: SignupId,
    /// Where the mail went.
    pub email: String,
    /// When it was activated.
    pub activated_at: Option<At>,
    /// What sort of facility it is for.
    pub kind: FacilityKind,
}

/// A whole row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signups)]
pub(super) struct Signup {
    pub id: SignupId,
    pub email: Email,
    pub family_name: String,
    pub given_name: String,
    pub phone: Phone,
    pub facility_id: FacilityId,
    pub password_hash: PasswordHash,
    pub terms_version: String,
    pub privacy_version: String,
    pub activated_at: Option<At>,
}

impl Signup {
    pub fn person(&self) -> Person {
        Person {
            family_name: self.family_name.clone(),
            given_name: self.given_name.clone(),
            phone: self.phone.clone(),
            email: self.email.clone(),
        }
    }
}

/// Whether a mail was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOutcome {
    /// It is on its way.
    Sent,
    /// The last one is less than a minute old.
    TooSoon,
    /// Five were sent today.
    TooMany,
}

/// A row by id.
pub(super) fn find(conn: &mut Conn, id: &SignupId) -> Result<Option<Signup>> {
    Ok(signups::table.find(id).select(Signup::as_select()).first(conn).optional()?)
}

/// The newest registration this visitor sent.
///
/// # Errors
/// From the database only.
pub fn find_sent(conn: &mut Conn, visitor: &TokenHash) -> Result<Option<Sent>> {
    Ok(signups::table
        .inner_join(facilities::table)
        .filter(signups::visitor_hash.eq(visitor))
        .order((signups::created_at.desc(), signups::id.desc()))
        .select((signups::id, signups::email, signups::activated_at, facilities::kind))
        .first(conn)
        .optional()?)
}

/// Sends the mail of a registration again; the links of earlier mails end.
///
/// # Errors
/// `NotFound` when the visitor has no open registration.
pub fn resend(tx: &mut Tx<'_>, keyring: &Keyring, rules: AccountRules, visitor: &TokenHash) -> Result<MailOutcome> {
    let sent = find_sent(tx.conn(), visitor)?.filter(|sent| sent.activated_at.is_none()).ok_or(Error::NotFound)?;
    let signup = find(tx.conn(), &sent.id)?.ok_or(Error::NotFound)?;
    mail_again(tx, keyring, rules, &signup)
}

/// Sends the mail again for the holder of a link, dead or not.
///
/// # Errors
/// `NotFound`, or `LinkUsed` when it was activated already.
pub fn resend_by_link(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    rules: AccountRules,
    token: &TokenHash,
) -> Result<MailOutcome> {
    let now = tx.now();
    let link = link::peek(tx.conn(), LinkPurpose::Activate, token, now)?;
    let id = SignupId::parse(&link.subject_id).ok_or(Error::NotFound)?;
    let signup = find(tx.conn(), &id)?.ok_or(Error::NotFound)?;
    if signup.activated_at.is_some() {
        return Err(Refusal::LinkUsed.into());
    }
    mail_again(tx, keyring, rules, &signup)
}

/// Changes where the mail of a registration goes, and sends it there.
///
/// # Errors
/// `NotFound` when the visitor has no open registration.
pub fn change_signup_email(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    rules: AccountRules,
    visitor: &TokenHash,
    email: &Email,
) -> Result<MailOutcome> {
    let sent = find_sent(tx.conn(), visitor)?.filter(|sent| sent.activated_at.is_none()).ok_or(Error::NotFound)?;
    let mut signup = find(tx.conn(), &sent.id)?.ok_or(Error::NotFound)?;
    // One registration writes to few addresses, whoever they belong to.
    if throttle::spend(tx, &format!("signup:addresses:{}", sent.id), MAIL_PER_ADDRESSEE)?.is_none() {
        return Ok(MailOutcome::TooMany);
    }
    diesel::update(signups::table.find(&sent.id).filter(signups::activated_at.is_null()))
        .set((signups::email.eq(email), signups::email_key.eq(email.key())))
        .execute(tx.conn())?;
    signup.email = email.clone();
    mail_again(tx, keyring, rules, &signup)
}

fn mail_again(tx: &mut Tx<'_>, keyring: &Keyring, rules: AccountRules, signup: &Signup) -> Result<MailOutcome> {
    let outcome = may_mail(tx, keyring, signup.email.key())?;
    if outcome == MailOutcome::Sent {
        link::replace_all(tx, LinkPurpose::Activate, signup.id.as_str())?;
        send(tx, rules, signup)?;
    }
    Ok(outcome)
}

/// Counts a mail to this address, asked for by a visitor.
pub(super) fn may_mail(tx: &mut Tx<'_>, keyring: &Keyring, email_key: &str) -> Result<MailOutcome> {
    let key = keyring.mac(Purpose::ThrottleKey, email_key.as_bytes());
    let now = tx.now();
    let gap = format!("account:mail-gap:{key}");
    if throttle::look(tx.conn(), &gap, MAIL_GAP, now)?.left == 0 {
        return Ok(MailOutcome::TooSoon);
    }
    if throttle::spend(tx, &format!("account:mail:{key}"), MAIL_PER_ADDRESSEE)?.is_none() {
        return Ok(MailOutcome::TooMany);
    }
    let counted = throttle::spend(tx, &gap, MAIL_GAP)?;
    Ok(if counted.is_some() { MailOutcome::Sent } else { MailOutcome::TooSoon })
}

/// The mail of a registration: the link, or word to the owner of a known address.
pub(super) fn send(tx: &mut Tx<'_>, rules: AccountRules, signup: &Signup) -> Result<()> {
    match repo::find_by_email(tx.conn(), signup.email.key())? {
        Some(account) => tx.send(&AccountKnown { account: account.id })?,
        None => tx.send(&Activation { signup: signup.id.clone(), hours: rules.activation_link_hours })?,
    };
    Ok(())
}

/// The newest open registration for an address.
pub(super) fn find_open_by_email(conn: &mut Conn, email_key: &str) -> Result<Option<Signup>> {
    Ok(signups::table
        .filter(signups::email_key.eq(email_key))
        .filter(signups::activated_at.is_null())
        .order((signups::created_at.desc(), signups::id.desc()))
        .select(Signup::as_select())
        .first(conn)
        .optional()?)
}

/// Marks it activated and forgets its password; `false` when somebody was faster.
pub(super) fn close(tx: &mut Tx<'_>, id: &SignupId) -> Result<bool> {
    let now = tx.now();
    let changed = diesel::update(signups::table.find(id).filter(signups::activated_at.is_null()))
        .set((signups::activated_at.eq(now), signups::password_hash.eq("")))
        .execute(tx.conn())?;
    Ok(changed == 1)
}
