//! What administrators do with colleagues: change roles, stop and let in again.
//! Nobody changes themselves, and the last administrator stays.

use diesel::prelude::*;

use super::model::{Roles, StaffMember, StaffState};
use super::role::{Permission, Role};
use super::{repo, session};
use crate::audit::Deed;
use crate::db::{Conn, Tx, containing};
use crate::error::{Error, Result};
use crate::ids::StaffId;
use crate::refusal::Refusal;
use crate::schema::staff;
use crate::scope::StaffScope;

/// Gives a colleague these roles. Their sessions end: rights are read anew.
///
/// # Errors
/// `Forbidden` without the permission; `Refused(OwnAccount)`,
/// `Refused(LastAdministrator)`; `Conflict` when a colleague was faster.
pub fn change_roles(tx: &mut Tx<'_>, scope: &StaffScope, id: &StaffId, seen: i64, roles: &Roles) -> Result<()> {
    let member = manageable(tx, scope, id)?;
    if !roles.as_slice().contains(&Role::Administrator) {
        an_administrator_remains(tx, &member)?;
    }
    let now = tx.now();
    let same = staff::table.find(id).filter(staff::revision.eq(seen));
    let changed = diesel::update(same)
        .set((staff::roles.eq(roles), staff::revision.eq(seen + 1), staff::updated_at.eq(now)))
        .execute(tx.conn())?;
    if changed != 1 {
        return Err(Error::Conflict);
    }
    session::end_all(tx, id, None)?;
    let deed = Deed::new("staff.roles_changed", "staff", id.as_str());
    tx.record(deed.changed("roles", member.roles.labels(), roles.labels()))
}

/// Stops a colleague: sessions end at once, the applications in their hands go
/// back to the queue. Answers how many those were.
///
/// # Errors
/// As [`change_roles`].
pub fn disable(tx: &mut Tx<'_>, scope: &StaffScope, id: &StaffId) -> Result<usize> {
    let member = manageable(tx, scope, id)?;
    if member.state == StaffState::Disabled {
        return Ok(0);
    }
    an_administrator_remains(tx, &member)?;
    set_state(tx, &member, StaffState::Disabled)?;
    session::end_all(tx, id, None)?;
    tx.record(Deed::new("staff.disabled", "staff", id.as_str()).changed("state", member.state, StaffState::Disabled))?;
    crate::inquiry::release_all(tx, id)?;
    crate::application::claim::release_all(tx, id)
}

/// Lets a colleague in again, with the factors they had.
///
/// # Errors
/// As [`change_roles`]; `Refused(NotInThisState)` for who is not stopped, or was erased.
pub fn enable(tx: &mut Tx<'_>, scope: &StaffScope, id: &StaffId) -> Result<()> {
    let member = manageable(tx, scope, id)?;
    // Without an address nobody is invited again: they are new here.
    if member.state != StaffState::Disabled || member.erased_at.is_some() {
        return Err(Refusal::NotInThisState.into());
    }
    let secrets = repo::secrets(tx.conn(), id)?;
    let state = match (&secrets.password_hash, secrets.totp_last_step) {
        (None, _) => StaffState::Invited,
        (Some(_), None) => StaffState::Enrolling,
        (Some(_), Some(_)) => StaffState::Active,
    };
    set_state(tx, &member, state)?;
    tx.record(Deed::new("staff.enabled", "staff", id.as_str()).changed("state", member.state, state))
}

fn manageable(tx: &mut Tx<'_>, scope: &StaffScope, id: &StaffId) -> Result<StaffMember> {
    if !scope.may(Permission::ManageStaff) {
        return Err(Error::Forbidden);
    }
    if scope.staff() == id {
        return Err(Refusal::OwnAccount.into());
    }
    hold_administrators(tx)?;
    repo::get_staff(tx.conn(), id)
}

/// Holds every administrator's row until the transaction ends: of two who stop
/// each other at the same moment, the second sees what the first did.
fn hold_administrators(tx: &mut Tx<'_>) -> Result<()> {
    diesel::update(administrators()).set(staff::updated_at.eq(staff::updated_at)).execute(tx.conn())?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn administrators() -> _ {
    let (pattern, active): (String, StaffState) = (containing(Role::Administrator.as_str()), StaffState::Active);
    staff::table.filter(staff::state.eq(active)).filter(staff::roles.like(pattern))
}

fn an_administrator_remains(tx: &mut Tx<'_>, without: &StaffMember) -> Result<()> {
    if others(tx.conn(), &without.id)? == 0 && without.roles.as_slice().contains(&Role::Administrator) {
        return Err(Refusal::LastAdministrator.into());
    }
    Ok(())
}

fn others(conn: &mut Conn, but: &StaffId) -> Result<i64> {
    Ok(administrators().filter(staff::id.ne(but.clone())).count().get_result(conn)?)
}

fn set_state(tx: &mut Tx<'_>, member: &StaffMember, state: StaffState) -> Result<()> {
    let now = tx.now();
    let same = staff::table.find(&member.id).filter(staff::revision.eq(member.revision));
    let changed = diesel::update(same)
        .set((staff::state.eq(state), staff::revision.eq(member.revision + 1), staff::updated_at.eq(now)))
        .execute(tx.conn())?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}
