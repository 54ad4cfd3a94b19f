//! A registration that was begun at the wrong portal site goes on at the other:
//! with a second address that site knows the visitor by another cookie, so a link
//! that works once within minutes carries the draft over. The password stays behind.

use chrono::Duration;

use super::draft::{Draft, discard_draft, find_draft, save_draft};
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::link::{self, LinkPurpose};
use crate::secret::{PlainToken, TokenHash};

/// The link to the other site works so long.
pub const OPEN_WITHIN: Duration = Duration::minutes(10);

/// Makes the link for the visitor's draft; earlier ones end.
///
/// # Errors
/// From the database only.
pub fn hand_over(tx: &mut Tx<'_>, visitor: &TokenHash) -> Result<PlainToken> {
    link::replace_all(tx, LinkPurpose::CarrySignup, visitor.as_str())?;
    link::mint(tx, LinkPurpose::CarrySignup, visitor.as_str(), OPEN_WITHIN)
}

/// The draft that a link would bring, without using it.
///
/// # Errors
/// `NotFound`, or the refusal that tells why it no longer works.
pub fn look_at_handover(conn: &mut Conn, token: &TokenHash, now: At) -> Result<Draft> {
    let link = link::peek(conn, LinkPurpose::CarrySignup, token, now)?;
    match link.dead {
        Some(refusal) => Err(refusal.into()),
        None => brought(conn, &link.subject_id, now),
    }
}

/// Uses the link: the draft is now that of this visitor, in place of any other.
///
/// # Errors
/// As [`look_at_handover`].
pub fn take_over(tx: &mut Tx<'_>, token: &TokenHash, visitor: &TokenHash) -> Result<Draft> {
    let from = link::consume(tx, LinkPurpose::CarrySignup, token)?;
    let now = tx.now();
    let draft = brought(tx.conn(), &from, now)?;
    discard_draft(tx, &TokenHash::from(from))?;
    discard_draft(tx, visitor)?;
    save_draft(tx, visitor, &draft)?;
    Ok(Draft { has_password: false, ..draft })
}

/// What lies under the name of the visitor it comes from.
fn brought(conn: &mut Conn, from: &str, now: At) -> Result<Draft> {
    let draft = find_draft(conn, &TokenHash::from(from.to_owned()), now)?;
    if draft.kind.is_none() { Err(Error::NotFound) } else { Ok(draft) }
}
