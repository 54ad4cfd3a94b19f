//! Taking up an invitation: the first password. The link logs nobody in; after
//! this the person logs in and enrols the second factor.

use super::model::StaffMember;
use super::password::{NewPasswordForm, read_new_password};
use super::repo;
use crate::audit::Deed;
use crate::db::{Actor, ActorKind, Conn, Db};
use crate::error::{Error, Result};
use crate::ids::StaffId;
use crate::link::{self, Link, LinkPurpose};
use crate::secret::{PasswordHasher, PlainToken, TokenHash};

/// Whom a link invites, and whether it still works. Changes nothing.
///
/// # Errors
/// `NotFound` when there never was such a link.
pub fn look_at_invite(conn: &mut Conn, token: &TokenHash, now: crate::db::At) -> Result<(Link, StaffMember)> {
    let link = link::peek(conn, LinkPurpose::StaffInvite, token, now)?;
    let id = StaffId::parse(&link.subject_id).ok_or(Error::NotFound)?;
    let member = repo::get_staff(conn, &id)?;
    Ok((link, member))
}

/// Sets the password and uses the link up.
///
/// # Errors
/// `Invalid` when the password will not do, the refusal that tells why the link
/// is dead, `Unavailable` when too many passwords are being hashed.
pub async fn accept(db: &Db, hasher: &PasswordHasher, token: &PlainToken, form: &NewPasswordForm) -> Result<()> {
    let hash = token.hash();
    let seen = hash.clone();
    let now = db.clock().now().into();
    let (link, member) = db.read(move |c| look_at_invite(c, &seen, now)).await?;
    if let Some(refusal) = link.dead {
        return Err(refusal.into());
    }
    let password = read_new_password(form, &member).map_err(Error::Invalid)?;
    let password_hash = hasher.hash(password.reveal()).await?;
    db.write(Actor::new(ActorKind::Staff, member.id.as_str()), move |tx| {
        link::consume(tx, LinkPurpose::StaffInvite, &hash)?;
        repo::set_password(tx, &member.id, &password_hash)?;
        tx.record(Deed::new("staff.password_set", "staff", member.id.as_str()))
    })
    .await
}
