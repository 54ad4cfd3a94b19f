//! Taking up an invitation: the first password. The link logs nobody in; after
//! this the person logs in and enrols the second factor.

use super::model::StaffMember;
use super::repo;
use crate::audit::Deed;
use crate::db::{Actor, ActorKind, Conn, Db};
use crate::error::{Error, Result};
use crate::fold::{self, NewPassword};
use crate::form::FieldErrors;
use crate::ids::StaffId;
use crate::link::{self, Link, LinkPurpose};
use crate::secret::{PasswordHasher, PlainToken, TokenHash};

/// Words that must not be in a password of this site.
const CONTEXT: [&str; 2] = ["uketsuke", "ポータル"];

/// The two boxes as typed.
#[derive(Clone, Default)]
pub struct NewPasswordForm {
    /// パスワード
    pub password: String,
    /// パスワード（確認用）
    pub password_again: String,
}

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
    let password = judge(form, &member)?;
    let password_hash = hasher.hash(password.reveal()).await?;
    db.write(Actor::new(ActorKind::Staff, member.id.as_str()), move |tx| {
        link::consume(tx, LinkPurpose::StaffInvite, &hash)?;
        repo::set_password(tx, &member.id, &password_hash)?;
        tx.record(Deed::new("staff.password_set", "staff", member.id.as_str()))
    })
    .await
}

fn judge(form: &NewPasswordForm, member: &StaffMember) -> Result<NewPassword> {
    let local_part = member.email.split('@').next().unwrap_or_default();
    let context = [CONTEXT[0], CONTEXT[1], local_part];
    fold::password(&form.password, &form.password_again, &context).map_err(|faults| {
        let mut errors = FieldErrors::default();
        faults.add_to(&mut errors, ("password", "パスワード"), ("password_again", "パスワード（確認用）"));
        Error::Invalid(errors)
    })
}
