//! A question being written, kept on the server under the visitor's cookie or the
//! person's account for a day. Each draft knows the inquiry it becomes, so that
//! what is sent twice is asked once.

use chrono::Duration;
use diesel::prelude::*;

use super::model::Inquiry;
use super::repo;
use super::rules::Typed;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::{AccountId, InquiryId};
use crate::schema::inquiry_drafts;
use crate::secret::TokenHash;

/// A draft nobody touched for this long is forgotten.
const LIFE: Duration = Duration::hours(24);

/// Whose draft it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A visitor's, by the hash of their cookie.
    Visitor(TokenHash),
    /// A person's, signed in.
    Account(AccountId),
}

impl Owner {
    pub(super) fn key(&self) -> String {
        match self {
            Self::Visitor(hash) => format!("visitor:{}", hash.as_str()),
            Self::Account(id) => format!("account:{id}"),
        }
    }
}

/// What is written so far, and not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The inquiry it becomes.
    pub inquiry: InquiryId,
    /// As typed.
    pub typed: Typed,
}

/// The owner's draft, if there is one that was not sent.
///
/// # Errors
/// From the database only.
pub fn find_draft(conn: &mut Conn, owner: &Owner, now: At) -> Result<Option<Draft>> {
    let row: Option<(InquiryId, String)> = inquiry_drafts::table
        .find(owner.key())
        .filter(inquiry_drafts::expires_at.gt(now))
        .filter(inquiry_drafts::sent_at.is_null())
        .select((inquiry_drafts::inquiry_id, inquiry_drafts::document))
        .first(conn)
        .optional()?;
    let Some((inquiry, document)) = row else { return Ok(None) };
    Ok(Some(Draft { inquiry, typed: serde_json::from_str(&document)? }))
}

/// What the owner sent last, for the page after sending; until the day is over.
///
/// # Errors
/// From the database only.
pub fn find_sent(conn: &mut Conn, owner: &Owner, now: At) -> Result<Option<Inquiry>> {
    let id: Option<InquiryId> = inquiry_drafts::table
        .find(owner.key())
        .filter(inquiry_drafts::expires_at.gt(now))
        .filter(inquiry_drafts::sent_at.is_not_null())
        .select(inquiry_drafts::inquiry_id)
        .first(conn)
        .optional()?;
    id.map(|id| repo::get(conn, &id)).transpose()
}

/// Keeps what is typed; what was sent before is a draft no more.
///
/// # Errors
/// From the database only.
pub fn save_draft(tx: &mut Tx<'_>, owner: &Owner, typed: &Typed) -> Result<()> {
    let (now, key) = (tx.now(), owner.key());
    let document = serde_json::to_string(typed)?;
    let over = inquiry_drafts::sent_at.is_not_null().or(inquiry_drafts::expires_at.le(now));
    diesel::delete(inquiry_drafts::table.find(&key).filter(over)).execute(tx.conn())?;
    let fresh = tx.insert_once(|c| {
        diesel::insert_into(inquiry_drafts::table)
            .values((
                inquiry_drafts::owner.eq(&key),
                inquiry_drafts::inquiry_id.eq(InquiryId::mint()),
                inquiry_drafts::document.eq(&document),
                inquiry_drafts::expires_at.eq(now + LIFE),
            ))
            .execute(c)
    })?;
    if !fresh {
        diesel::update(inquiry_drafts::table.find(&key).filter(inquiry_drafts::sent_at.is_null()))
            .set((inquiry_drafts::document.eq(&document), inquiry_drafts::expires_at.eq(now + LIFE)))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Marks a draft as sent; `false` when it was sent before.
pub(super) fn mark_sent(tx: &mut Tx<'_>, owner: &Owner, inquiry: &InquiryId) -> Result<bool> {
    let now = tx.now();
    let waiting = inquiry_drafts::table
        .find(owner.key())
        .filter(inquiry_drafts::inquiry_id.eq(inquiry))
        .filter(inquiry_drafts::sent_at.is_null());
    let marked = diesel::update(waiting)
        .set((
            inquiry_drafts::sent_at.eq(now),
            inquiry_drafts::document.eq("{}"),
            inquiry_drafts::expires_at.eq(now + LIFE),
        ))
        .execute(tx.conn())?;
    Ok(marked == 1)
}

/// Forgets drafts past their time.
///
/// # Errors
/// From the database only.
pub fn sweep_drafts(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::delete(inquiry_drafts::table.filter(inquiry_drafts::expires_at.le(now))).execute(tx.conn())?)
}
