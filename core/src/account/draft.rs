//! A registration in progress, kept on the server from step to step under the
//! visitor's cookie. The password is in it only as a hash.

use chrono::Duration;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::person::Person;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::facility::kind::FacilityKind;
use crate::ids::FacilityId;
use crate::schema::signup_drafts;
use crate::secret::{PasswordHash, TokenHash};

/// A draft nobody touched for this long is forgotten.
pub(super) const LIFE: Duration = Duration::days(7);

/// What a visitor has filled in so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// 所属機関.
    pub kind: Option<FacilityKind>,
    /// The picked prefecture as typed, to be shown again.
    pub prefecture: String,
    /// The code as typed, to be shown again.
    pub code: String,
    /// The facility found by the code; not yet agreed to be the right one.
    pub found: Option<FacilityId>,
    /// The facility the visitor said yes to.
    pub facility: Option<FacilityId>,
    /// Who registers.
    pub person: Option<Person>,
    /// Whether a password was given (not part of the document).
    #[serde(skip)]
    pub has_password: bool,
}

/// The steps of the registration, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// 施設の種類
    Kind,
    /// 施設
    Facility,
    /// 担当者
    Person,
    /// 確認
    Check,
}

impl Draft {
    /// The first step that still lacks something; `Check` when nothing is missing.
    pub fn next_step(&self) -> Step {
        match (self.kind, &self.facility, &self.person) {
            (None, _, _) => Step::Kind,
            (_, None, _) => Step::Facility,
            (_, _, Some(_)) if self.has_password => Step::Check,
            _ => Step::Person,
        }
    }
}

/// The visitor's draft; an empty one if there is none.
///
/// # Errors
/// From the database only.
pub fn find_draft(conn: &mut Conn, visitor: &TokenHash, now: At) -> Result<Draft> {
    let row: Option<(String, Option<PasswordHash>)> =
        live(visitor, now).select((signup_drafts::document, signup_drafts::password_hash)).first(conn).optional()?;
    let Some((document, password)) = row else { return Ok(Draft::default()) };
    let draft: Draft = serde_json::from_str(&document)?;
    Ok(Draft { has_password: password.is_some(), ..draft })
}

/// The password's hash, once it was given.
pub(super) fn password_of(conn: &mut Conn, visitor: &TokenHash, now: At) -> Result<Option<PasswordHash>> {
    let found = live(visitor, now).select(signup_drafts::password_hash).first::<Option<PasswordHash>>(conn);
    Ok(found.optional()?.flatten())
}

#[diesel::dsl::auto_type]
fn live<'a>(visitor: &'a TokenHash, now: At) -> _ {
    signup_drafts::table.filter(signup_drafts::visitor_hash.eq(visitor)).filter(signup_drafts::expires_at.gt(now))
}

/// Keeps the draft as it now stands.
///
/// # Errors
/// From the database only.
pub fn save_draft(tx: &mut Tx<'_>, visitor: &TokenHash, draft: &Draft) -> Result<()> {
    ensure(tx, visitor)?;
    let expires_at = tx.now() + LIFE;
    diesel::update(signup_drafts::table.find(visitor))
        .set((signup_drafts::document.eq(serde_json::to_string(draft)?), signup_drafts::expires_at.eq(expires_at)))
        .execute(tx.conn())?;
    Ok(())
}

/// Keeps the password's hash beside the draft.
///
/// # Errors
/// From the database only.
pub fn save_password(tx: &mut Tx<'_>, visitor: &TokenHash, password: &PasswordHash) -> Result<()> {
    ensure(tx, visitor)?;
    diesel::update(signup_drafts::table.find(visitor))
        .set(signup_drafts::password_hash.eq(password))
        .execute(tx.conn())?;
    Ok(())
}

/// Makes the visitor's row, or replaces one past its time.
fn ensure(tx: &mut Tx<'_>, visitor: &TokenHash) -> Result<()> {
    let now = tx.now();
    let past = signup_drafts::table.find(visitor).filter(signup_drafts::expires_at.le(now));
    diesel::delete(past).execute(tx.conn())?;
    tx.insert_once(|c| {
        diesel::insert_into(signup_drafts::table)
            .values((
                signup_drafts::visitor_hash.eq(visitor),
                signup_drafts::document.eq("{}"),
                signup_drafts::expires_at.eq(now + LIFE),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Forgets the draft; whether there was one.
///
/// # Errors
/// From the database only.
pub fn discard_draft(tx: &mut Tx<'_>, visitor: &TokenHash) -> Result<bool> {
    Ok(diesel::delete(signup_drafts::table.find(visitor)).execute(tx.conn())? > 0)
}
