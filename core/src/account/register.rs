//! 「この内容で登録する」: the draft becomes a registration, and a mail goes out.

use diesel::prelude::*;

use super::AccountRules;
use super::draft::{self, Step};
use super::person::{Person, consent_missing};
use super::signup::{self, MailOutcome};
use crate::clock::tokyo_date;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility;
use crate::form::FieldErrors;
use crate::ids::{FacilityId, SignupId};
use crate::legal::{self, Document};
use crate::refusal::Refusal;
use crate::schema::signups;
use crate::secret::{Keyring, PasswordHash, Purpose, TokenHash};
use crate::throttle::{self, SIGNUP_ADDRESS};

/// What became of a registration. It is the same for known and unknown addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// A mail is on its way, unless that address got too many already.
    Sent,
    /// The draft lacks something: lead to that step.
    Incomplete(Step),
}

/// Sends the visitor's draft as a registration.
///
/// # Errors
/// `Invalid` without consent, `FacilityClosed`, `TooManyTries` from one network address.
pub fn register(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    rules: AccountRules,
    visitor: &TokenHash,
    consented: bool,
) -> Result<Registered> {
    let now = tx.now();
    let draft = draft::find_draft(tx.conn(), visitor, now)?;
    let password = draft::password_of(tx.conn(), visitor, now)?;
    let (Some(facility), Some(person), Some(password)) = (draft.facility.clone(), draft.person.clone(), password)
    else {
        return Ok(Registered::Incomplete(draft.next_step()));
    };
    require_consent(consented)?;
    require_open(tx, &facility)?;
    // Sent twice at the same moment: who finds the draft gone was the second.
    if !draft::discard_draft(tx, visitor)? {
        return Ok(Registered::Sent);
    }
    count_registration(tx, keyring)?;

    let id = insert(tx, visitor, &facility, &person, &password)?;
    let row = signup::find(tx.conn(), &id)?.ok_or(Error::NotFound)?;
    if signup::may_mail(tx, keyring, person.email.key())? == MailOutcome::Sent {
        signup::send(tx, rules, &row)?;
    }
    Ok(Registered::Sent)
}

fn require_consent(consented: bool) -> Result<()> {
    let mut errors = FieldErrors::default();
    if !consented {
        errors.add("consent", "同意", consent_missing());
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// A facility may have closed while the draft lay there.
fn require_open(tx: &mut Tx<'_>, id: &FacilityId) -> Result<()> {
    let today = tokyo_date(tx.now().utc());
    match facility::repo::get(tx.conn(), id)?.is_closed(today) {
        true => Err(Refusal::FacilityClosed.into()),
        false => Ok(()),
    }
}

fn count_registration(tx: &mut Tx<'_>, keyring: &Keyring) -> Result<()> {
    let Some(address) = tx.actor().address.clone() else { return Ok(()) };
    let key = format!("signup:address:{}", keyring.mac(Purpose::ThrottleKey, address.as_bytes()));
    match throttle::spend(tx, &key, SIGNUP_ADDRESS)? {
        Some(_) => Ok(()),
        None => Err(Refusal::TooManyTries.into()),
    }
}

fn insert(
    tx: &mut Tx<'_>,
    visitor: &TokenHash,
    facility: &FacilityId,
    person: &Person,
    password: &PasswordHash,
) -> Result<SignupId> {
    let (id, now) = (SignupId::mint(), tx.now());
    let versions = legal::versions_in_force(tx.conn(), now)?;
    let version = |document: Document| {
        let found = versions.iter().find(|(one, _)| *one == document);
        found.map(|(_, version)| version.clone()).unwrap_or_default()
    };
    diesel::insert_into(signups::table)
        .values((
            signups::id.eq(&id),
            signups::email.eq(&person.email),
            signups::email_key.eq(person.email.key()),
            signups::family_name.eq(&person.family_name),
            signups::given_name.eq(&person.given_name),
            signups::phone.eq(&person.phone),
            signups::facility_id.eq(facility),
            signups::password_hash.eq(password),
            signups::terms_version.eq(version(Document::Terms)),
            signups::privacy_version.eq(version(Document::Privacy)),
            signups::visitor_hash.eq(visitor),
            signups::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}
