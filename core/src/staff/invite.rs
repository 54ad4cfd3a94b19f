//! Inviting somebody into the back office: by an administrator in the browser,
//! or by the operator at the command line (the only way to the first one).

use chrono::Duration;

use super::model::{Roles, StaffState};
use super::repo;
use super::role::{Permission, Role};
use crate::audit::Deed;
use crate::db::{At, Tx};
use crate::error::{Error, Result};
use crate::fold::{self, Email};
use crate::form::{FieldErrors, FieldFault};
use crate::ids::StaffId;
use crate::link::{self, LinkPurpose};
use crate::refusal::Refusal;
use crate::scope::StaffScope;
use crate::secret::PlainToken;

/// How long an invitation can be taken up.
pub const INVITE_LIFETIME: Duration = Duration::hours(72);

/// Longest mail address and name of a colleague, characters.
const MAX_EMAIL: usize = 254;
const MAX_NAME: usize = 50;

/// An invitation as typed.
#[derive(Debug, Clone, Default)]
pub struct InviteForm {
    /// メールアドレス
    pub email: String,
    /// 氏名
    pub name: String,
    /// The chosen roles' stable texts.
    pub roles: Vec<String>,
}

/// An invitation that can be made.
#[derive(Debug, Clone)]
pub struct Invitation {
    email: Email,
    name: String,
    roles: Roles,
}

impl TryFrom<&InviteForm> for Invitation {
    type Error = FieldErrors;

    fn try_from(form: &InviteForm) -> std::result::Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = errors.take("email", "メールアドレス", fold::email(&form.email, MAX_EMAIL));
        let name = errors.take("name", "氏名", fold::text(&form.name, MAX_NAME));
        let roles = errors.take("roles", "役割", read_roles(&form.roles));
        let read = email.zip(name).zip(roles).map(|((email, name), roles)| Self { email, name, roles });
        errors.into_result(read)
    }
}

fn read_roles(chosen: &[String]) -> std::result::Result<Roles, FieldFault> {
    let roles: Option<Vec<Role>> = chosen.iter().map(|text| Role::parse(text)).collect();
    match roles {
        Some(roles) if !roles.is_empty() => Ok(Roles::of(&roles)),
        _ => Err(FieldFault::NotChosen),
    }
}

/// Invites, or invites anew somebody who has not come yet (earlier links then
/// end). The link's token is given back to be shown once; until when it works
/// stands beside it. For the command line.
///
/// # Errors
/// `StaffKnown` when this address works here already.
pub fn add(tx: &mut Tx<'_>, invitation: &Invitation) -> Result<(PlainToken, At)> {
    let id = invited(tx, invitation)?;
    link::replace_all(tx, LinkPurpose::StaffInvite, id.as_str())?;
    let token = link::mint(tx, LinkPurpose::StaffInvite, id.as_str(), INVITE_LIFETIME)?;
    Ok((token, tx.now() + INVITE_LIFETIME))
}

/// Invites by mail: the link is minted while the letter is composed. For
/// administrators.
///
/// # Errors
/// `Forbidden` without the right, `StaffKnown` as [`add`].
pub fn invite(tx: &mut Tx<'_>, scope: &StaffScope, invitation: &Invitation) -> Result<StaffId> {
    if !scope.may(Permission::ManageStaff) {
        return Err(Error::Forbidden);
    }
    let id = invited(tx, invitation)?;
    link::replace_all(tx, LinkPurpose::StaffInvite, id.as_str())?;
    tx.send(&super::mail::StaffInvite { staff: id.clone() })?;
    Ok(id)
}

fn invited(tx: &mut Tx<'_>, invitation: &Invitation) -> Result<StaffId> {
    let Invitation { email, name, roles } = invitation;
    let id = match repo::insert_invited(tx, email, name, roles)? {
        Some(id) => id,
        None => invited_again(tx, invitation)?,
    };
    let roles = roles.as_slice().iter().map(|role| role.as_str()).collect::<Vec<_>>();
    tx.record(Deed::new("staff.invited", "staff", id.as_str()).with(serde_json::json!({ "roles": roles })))?;
    Ok(id)
}

fn invited_again(tx: &mut Tx<'_>, Invitation { email, name, roles }: &Invitation) -> Result<StaffId> {
    let known = repo::find_by_email(tx.conn(), email)?.ok_or(Error::Conflict)?;
    if known.state != StaffState::Invited {
        return Err(Refusal::StaffKnown.into());
    }
    repo::update_invited(tx, &known.id, name, roles)?;
    Ok(known.id)
}
