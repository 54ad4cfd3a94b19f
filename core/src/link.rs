//! Links sent by mail, or leading to another site: 256 random bits, stored as a
//! hash, used once, past after their time, and replaced when a newer one is asked for.
//!
//! A GET only looks (`peek`); what the link does happens at a POST (`consume`).

use chrono::Duration;
use diesel::prelude::*;

use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::ids::LinkId;
use crate::refusal::Refusal;
use crate::schema::link_tokens;
use crate::secret::{PlainToken, TokenHash};

text_enum! {
    /// What a link is for.
    pub enum LinkPurpose {
        /// Finishes a registration; subject: the sign-up.
        Activate = "activate",
        /// Sets a new password; subject: the account.
        ResetPassword = "reset_password",
        /// Invites a colleague to the back office; subject: the staff member.
        StaffInvite = "staff_invite",
        /// Sets a new password of staff; subject: the staff member.
        StaffReset = "staff_reset",
        /// Suspends a lost device; subject: the device.
        SuspendDevice = "suspend_device",
        /// Stops reminders; subject: the account.
        StopReminders = "stop_reminders",
        /// Opens the portal for staff as a facility sees it; subject: the watch.
        WatchFacility = "watch_facility",
        /// Takes a registration in progress to the other portal site; subject: the
        /// visitor's hash at the site it comes from.
        CarrySignup = "carry_signup",
    }
}

/// Makes a new link. Earlier ones for the same subject stay valid: a letter
/// composed twice must not kill the link of the copy that arrives first.
///
/// # Errors
/// From the database only.
pub fn mint(tx: &mut Tx<'_>, purpose: LinkPurpose, subject_id: &str, lifetime: Duration) -> Result<PlainToken> {
    let token = PlainToken::mint();
    let now = tx.now();
    diesel::insert_into(link_tokens::table)
        .values((
            link_tokens::id.eq(LinkId::mint()),
            link_tokens::purpose.eq(purpose),
            link_tokens::subject_id.eq(subject_id),
            link_tokens::token_hash.eq(token.hash()),
            link_tokens::expires_at.eq(now + lifetime),
            link_tokens::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(token)
}

/// Ends all links of a subject, because a newer mail was asked for.
///
/// # Errors
/// From the database only.
pub fn replace_all(tx: &mut Tx<'_>, purpose: LinkPurpose, subject_id: &str) -> Result<()> {
    let now = tx.now();
    diesel::update(open_links(purpose, subject_id)).set(link_tokens::replaced_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn open_links<'a>(purpose: LinkPurpose, subject_id: &'a str) -> _ {
    link_tokens::table
        .filter(link_tokens::purpose.eq(purpose))
        .filter(link_tokens::subject_id.eq(subject_id))
        .filter(link_tokens::used_at.is_null())
        .filter(link_tokens::replaced_at.is_null())
}

/// A link as found: what it is about and whether it still works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    id: LinkId,
    /// What it is about.
    pub subject_id: String,
    /// Why it no longer works, or nothing.
    pub dead: Option<Refusal>,
}

type LinkRow = (LinkId, String, At, Option<At>, Option<At>);

/// Looks at a link without using it.
///
/// # Errors
/// `NotFound` when there never was such a link, or it was swept away.
pub fn peek(conn: &mut Conn, purpose: LinkPurpose, token: &TokenHash, now: At) -> Result<Link> {
    let (id, subject_id, expires_at, used_at, replaced_at): LinkRow = link_tokens::table
        .filter(link_tokens::token_hash.eq(token))
        .filter(link_tokens::purpose.eq(purpose))
        .select((
            link_tokens::id,
            link_tokens::subject_id,
            link_tokens::expires_at,
            link_tokens::used_at,
            link_tokens::replaced_at,
        ))
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    let dead = match (used_at, replaced_at) {
        (Some(_), _) => Some(Refusal::LinkUsed),
        (None, Some(_)) => Some(Refusal::LinkReplaced),
        (None, None) if expires_at <= now => Some(Refusal::LinkExpired),
        (None, None) => None,
    };
    Ok(Link { id, subject_id, dead })
}

/// Uses a link up and tells what it was about; its siblings end with it.
///
/// # Errors
/// `NotFound`, or the refusal that tells why it no longer works.
pub fn consume(tx: &mut Tx<'_>, purpose: LinkPurpose, token: &TokenHash) -> Result<String> {
    let now = tx.now();
    let link = peek(tx.conn(), purpose, token, now)?;
    if let Some(refusal) = link.dead {
        return Err(refusal.into());
    }
    let used = diesel::update(link_tokens::table.filter(link_tokens::id.eq(&link.id)))
        .filter(link_tokens::used_at.is_null())
        .set(link_tokens::used_at.eq(now))
        .execute(tx.conn())?;
    if used == 0 {
        return Err(Refusal::LinkUsed.into());
    }
    diesel::update(open_links(purpose, &link.subject_id)).set(link_tokens::used_at.eq(now)).execute(tx.conn())?;
    Ok(link.subject_id)
}

/// Forgets links past their time for longer than `grace`.
///
/// # Errors
/// From the database only.
pub fn sweep(tx: &mut Tx<'_>, grace: Duration) -> Result<usize> {
    let before = tx.now() - grace;
    Ok(diesel::delete(link_tokens::table.filter(link_tokens::expires_at.lt(before))).execute(tx.conn())?)
}
