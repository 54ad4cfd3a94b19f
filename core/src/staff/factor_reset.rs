//! Resetting a colleague's second factor takes two administrators: one asks, with
//! a reason, another confirms. Neither is the colleague, who is told at each step
//! and enrols anew at the next login.

use chrono::Duration;
use diesel::prelude::*;

use super::mail::{FactorReset, FactorResetAsked};
use super::model::StaffState;
use super::role::Permission;
use super::{recovery, repo, session};
use crate::audit::Deed;
use crate::db::{Actor, At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::{FactorResetId, StaffId};
use crate::refusal::Refusal;
use crate::schema::{factor_resets, staff};
use crate::scope::StaffScope;

/// A request that nobody confirms is over after this time.
pub const RESET_LIFETIME: Duration = Duration::hours(24);

/// A request that waits for the second administrator.
#[derive(Debug, Clone, Queryable)]
pub struct PendingReset {
    /// Id.
    pub id: FactorResetId,
    /// Whose second factor.
    pub staff: StaffId,
    /// Who asked.
    pub asked_by: StaffId,
    /// Why.
    pub reason: String,
    /// When.
    pub asked_at: At,
}

/// Asks for a reset; `reason` is folded already. An older request that ran out
/// makes room.
///
/// # Errors
/// `Forbidden` without the permission; `Refused(OwnAccount)`;
/// `Refused(NotInThisState)` for who has no second factor, or when one waits.
pub fn ask_reset(tx: &mut Tx<'_>, scope: &StaffScope, id: &StaffId, reason: &str) -> Result<()> {
    may_reset(scope, id)?;
    if repo::get_staff(tx.conn(), id)?.state != StaffState::Active {
        return Err(Refusal::NotInThisState.into());
    }
    end_expired(tx)?;
    let now = tx.now();
    let asked = tx.insert_once(|c| {
        diesel::insert_into(factor_resets::table)
            .values((
                factor_resets::id.eq(FactorResetId::mint()),
                factor_resets::staff_id.eq(id),
                factor_resets::asked_by.eq(scope.staff()),
                factor_resets::reason.eq(reason),
                factor_resets::asked_at.eq(now),
            ))
            .execute(c)
    })?;
    if !asked {
        return Err(Refusal::NotInThisState.into());
    }
    tx.record(Deed::new("staff.factor_reset_asked", "staff", id.as_str()))?;
    tx.send(&FactorResetAsked { staff: id.clone() })?;
    Ok(())
}

/// Confirms a colleague's request: the second factor and the recovery codes end,
/// all sessions too.
///
/// # Errors
/// As [`ask_reset`]; `NotFound` when nothing waits; `Refused(FourEyes)` for who asked.
pub fn confirm_reset(tx: &mut Tx<'_>, scope: &StaffScope, id: &StaffId) -> Result<()> {
    may_reset(scope, id)?;
    let now = tx.now();
    let pending = find_pending(tx.conn(), id, now)?.ok_or(Error::NotFound)?;
    if pending.asked_by == *scope.staff() {
        return Err(Refusal::FourEyes.into());
    }
    let open = factor_resets::table.find(&pending.id).filter(factor_resets::ended_at.is_null());
    let taken = diesel::update(open)
        .set((factor_resets::confirmed_by.eq(scope.staff()), factor_resets::ended_at.eq(now)))
        .execute(tx.conn())?;
    if taken != 1 {
        return Err(Error::Conflict);
    }
    reset(tx, id)
}

/// Takes a request back; whoever may reset can.
///
/// # Errors
/// As [`ask_reset`]; `NotFound` when nothing waits.
pub fn drop_reset(tx: &mut Tx<'_>, scope: &StaffScope, id: &StaffId) -> Result<()> {
    may_reset(scope, id)?;
    let now = tx.now();
    let open = factor_resets::table.filter(factor_resets::staff_id.eq(id)).filter(factor_resets::ended_at.is_null());
    if diesel::update(open).set(factor_resets::ended_at.eq(now)).execute(tx.conn())? == 0 {
        return Err(Error::NotFound);
    }
    tx.record(Deed::new("staff.factor_reset_dropped", "staff", id.as_str()))
}

/// Resets without a second administrator: the operator at the command line, for
/// an installation that has one administrator left.
///
/// # Errors
/// `Forbidden` for anybody else; `NotFound`.
pub fn reset_by_operator(tx: &mut Tx<'_>, id: &StaffId) -> Result<()> {
    if tx.actor().kind != Actor::operator().kind {
        return Err(Error::Forbidden);
    }
    repo::get_staff(tx.conn(), id)?;
    reset(tx, id)
}

/// The request for this person that waits, if one does.
///
/// # Errors
/// From the database only.
pub fn find_pending(conn: &mut Conn, id: &StaffId, now: At) -> Result<Option<PendingReset>> {
    Ok(factor_resets::table
        .filter(factor_resets::staff_id.eq(id))
        .filter(factor_resets::ended_at.is_null())
        .filter(factor_resets::asked_at.gt(now - RESET_LIFETIME))
        .select((
            factor_resets::id,
            factor_resets::staff_id,
            factor_resets::asked_by,
            factor_resets::reason,
            factor_resets::asked_at,
        ))
        .first(conn)
        .optional()?)
}

fn reset(tx: &mut Tx<'_>, id: &StaffId) -> Result<()> {
    let now = tx.now();
    let row = staff::table.find(id).filter(staff::state.eq(StaffState::Active));
    let changed = diesel::update(row)
        .set((
            staff::state.eq(StaffState::Enrolling),
            staff::totp_sealed.eq(None::<String>),
            staff::totp_last_step.eq(None::<i64>),
            staff::revision.eq(staff::revision + 1),
            staff::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    if changed != 1 {
        return Err(Refusal::NotInThisState.into());
    }
    recovery::forget(tx, id)?;
    session::end_all(tx, id, None)?;
    tx.record(Deed::new("staff.factor_reset", "staff", id.as_str()))?;
    tx.send(&FactorReset { staff: id.clone() })?;
    Ok(())
}

fn may_reset(scope: &StaffScope, id: &StaffId) -> Result<()> {
    if !scope.may(Permission::ManageStaff) {
        return Err(Error::Forbidden);
    }
    if scope.staff() == id { Err(Refusal::OwnAccount.into()) } else { Ok(()) }
}

fn end_expired(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    let over = factor_resets::table
        .filter(factor_resets::ended_at.is_null())
        .filter(factor_resets::asked_at.le(now - RESET_LIFETIME));
    diesel::update(over).set(factor_resets::ended_at.eq(now)).execute(tx.conn())?;
    Ok(())
}
