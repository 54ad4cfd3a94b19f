//! The mailed link: looking changes nothing (mail scanners open links), the
//! button opens the account. It logs nobody in.

use super::consent::{self, Document};
use super::mail::AccountActivated;
use super::signup::{self, Signup};
use super::{membership, repo};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::SignupId;
use crate::link::{self, LinkPurpose};
use crate::refusal::Refusal;
use crate::secret::TokenHash;

/// What the button did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activated {
    /// The account is open now.
    Now,
    /// It was open before: by this link or another registration.
    Before,
}

/// Why the link no longer works, or nothing.
///
/// # Errors
/// `NotFound` when there never was such a link, or it was forgotten.
pub fn look_at_activation(conn: &mut Conn, token: &TokenHash, now: At) -> Result<Option<Refusal>> {
    Ok(link::peek(conn, LinkPurpose::Activate, token, now)?.dead)
}

/// Opens the account with an unverified membership and the consents given.
///
/// # Errors
/// `NotFound`, `LinkExpired` or `LinkReplaced`.
pub fn activate(tx: &mut Tx<'_>, token: &TokenHash) -> Result<Activated> {
    let subject = match link::consume(tx, LinkPurpose::Activate, token) {
        Err(Error::Refused(Refusal::LinkUsed)) => return Ok(Activated::Before),
        other => other?,
    };
    let id = SignupId::parse(&subject).ok_or(Error::NotFound)?;
    let signup = signup::find(tx.conn(), &id)?.ok_or(Error::NotFound)?;
    if !signup::close(tx, &id)? {
        return Ok(Activated::Before);
    }
    open(tx, &signup)
}

fn open(tx: &mut Tx<'_>, signup: &Signup) -> Result<Activated> {
    let Some(account) = repo::insert(tx, &signup.person(), &signup.password_hash)? else {
        return Ok(Activated::Before);
    };
    membership::insert(tx, &account, &signup.facility_id)?;
    consent::record(tx, &account, Document::Terms, &signup.terms_version)?;
    consent::record(tx, &account, Document::Privacy, &signup.privacy_version)?;
    let deed = Deed::new("account.activated", "accounts", account.as_str());
    tx.record(deed.at_facility(&signup.facility_id))?;
    tx.send(&AccountActivated { account })?;
    Ok(Activated::Now)
}
