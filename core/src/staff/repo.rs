//! Staff rows: the only SQL on `staff`.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Roles, Secrets, StaffMember, StaffState};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::fold::Email;
use crate::ids::StaffId;
use crate::schema::staff;
use crate::secret::PasswordHash;

/// One member of staff.
///
/// # Errors
/// `NotFound` when there is none.
pub fn get_staff(conn: &mut Conn, id: &StaffId) -> Result<StaffMember> {
    Ok(staff::table.find(id).select(StaffMember::as_select()).first(conn)?)
}

/// Everybody, by name: a back office has tens of people, so one page holds them.
///
/// # Errors
/// From the database only.
pub fn list_staff(conn: &mut Conn) -> Result<Vec<StaffMember>> {
    Ok(staff::table.order((staff::name, staff::id)).select(StaffMember::as_select()).load(conn)?)
}

/// The names behind these ids, for lists and timelines.
///
/// # Errors
/// From the database only.
pub fn names_of(conn: &mut Conn, ids: &[StaffId]) -> Result<HashMap<StaffId, String>> {
    let rows: Vec<(StaffId, String)> =
        staff::table.filter(staff::id.eq_any(ids)).select((staff::id, staff::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

pub(super) fn find_by_email(conn: &mut Conn, email: &Email) -> Result<Option<StaffMember>> {
    let row = staff::table.filter(staff::email_key.eq(email.key()));
    Ok(row.select(StaffMember::as_select()).first(conn).optional()?)
}

pub(super) fn secrets_by_email(conn: &mut Conn, email_key: &str) -> Result<Option<Secrets>> {
    let row = staff::table.filter(staff::email_key.eq(email_key));
    Ok(row.select(Secrets::as_select()).first(conn).optional()?)
}

pub(super) fn secrets(conn: &mut Conn, id: &StaffId) -> Result<Secrets> {
    Ok(staff::table.find(id).select(Secrets::as_select()).first(conn)?)
}

pub(super) fn insert_invited(tx: &mut Tx<'_>, email: &Email, name: &str, roles: &Roles) -> Result<Option<StaffId>> {
    let (id, now) = (StaffId::mint(), tx.now());
    let inserted = tx.insert_once(|c| {
        diesel::insert_into(staff::table)
            .values((
                staff::id.eq(&id),
                staff::email.eq(email.as_typed()),
                staff::email_key.eq(email.key()),
                staff::name.eq(name),
                staff::roles.eq(roles),
                staff::state.eq(StaffState::Invited),
                staff::revision.eq(0),
                staff::created_at.eq(now),
                staff::updated_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(inserted.then_some(id))
}

pub(super) fn update_invited(tx: &mut Tx<'_>, id: &StaffId, name: &str, roles: &Roles) -> Result<()> {
    let now = tx.now();
    let invited = staff::table.find(id).filter(staff::state.eq(StaffState::Invited));
    let changed = diesel::update(invited)
        .set((
            staff::name.eq(name),
            staff::roles.eq(roles),
            staff::revision.eq(staff::revision + 1),
            staff::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    one(changed)
}

/// Sets the first password. Only an invited person has none.
pub(super) fn set_password(tx: &mut Tx<'_>, id: &StaffId, hash: &PasswordHash) -> Result<()> {
    let now = tx.now();
    let invited = staff::table.find(id).filter(staff::state.eq(StaffState::Invited));
    let changed = diesel::update(invited)
        .set((
            staff::password_hash.eq(hash),
            staff::state.eq(StaffState::Enrolling),
            staff::revision.eq(staff::revision + 1),
            staff::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    one(changed)
}

/// Sets another password for somebody who has one.
pub(super) fn change_password(tx: &mut Tx<'_>, id: &StaffId, hash: &PasswordHash) -> Result<()> {
    let now = tx.now();
    let active = staff::table.find(id).filter(staff::state.eq(StaffState::Active));
    let changed = diesel::update(active)
        .set((staff::password_hash.eq(hash), staff::revision.eq(staff::revision + 1), staff::updated_at.eq(now)))
        .execute(tx.conn())?;
    one(changed)
}

/// Replaces a hash of before the cost was raised; nothing else changes.
pub(super) fn rehash(tx: &mut Tx<'_>, id: &StaffId, hash: &PasswordHash) -> Result<()> {
    diesel::update(staff::table.find(id)).set(staff::password_hash.eq(hash)).execute(tx.conn())?;
    Ok(())
}

/// Keeps a secret that waits to be confirmed.
pub(super) fn set_pending_totp(tx: &mut Tx<'_>, id: &StaffId, sealed: &str) -> Result<()> {
    let enrolling = staff::table.find(id).filter(staff::state.eq(StaffState::Enrolling));
    let changed = diesel::update(enrolling).set(staff::totp_sealed.eq(sealed)).execute(tx.conn())?;
    one(changed)
}

/// Ends the enrolment: from here on the second factor is asked for.
pub(super) fn activate(tx: &mut Tx<'_>, secrets: &Secrets, step: i64) -> Result<()> {
    let now = tx.now();
    let same = staff::table
        .find(&secrets.id)
        .filter(staff::state.eq(StaffState::Enrolling))
        .filter(staff::totp_sealed.eq(&secrets.totp_sealed));
    let changed = diesel::update(same)
        .set((
            staff::state.eq(StaffState::Active),
            staff::totp_last_step.eq(step),
            staff::last_login_at.eq(now),
            staff::revision.eq(staff::revision + 1),
            staff::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    one(changed)
}

/// Takes a TOTP step, unless it or a later one was taken already: two requests
/// with one code at the same moment, and one of them gets it (SECURITY line 14).
pub(super) fn take_step(tx: &mut Tx<'_>, id: &StaffId, step: i64) -> Result<bool> {
    let now = tx.now();
    let unused = staff::table
        .find(id)
        .filter(staff::state.eq(StaffState::Active))
        .filter(staff::totp_last_step.is_null().or(staff::totp_last_step.lt(step).assume_not_null()));
    let changed = diesel::update(unused)
        .set((staff::totp_last_step.eq(step), staff::last_login_at.eq(now)))
        .execute(tx.conn())?;
    Ok(changed == 1)
}

fn one(changed: usize) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}
