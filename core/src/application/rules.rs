//! What administrators set about deciding: which kinds of application a second
//! person decides (SPEC 4: "reviewer, then a different approver"; the procedure
//! says so, or they ask for it), and up to how many devices a rule approves more.

use diesel::prelude::*;

use super::kind::ApplicationKind;
use super::procedure::Procedure;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::StaffId;
use crate::schema::{automatic_limits, review_rules};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// Whether a second person decides applications of this procedure.
///
/// # Errors
/// From the database only.
pub fn second_person(conn: &mut Conn, procedure: &dyn Procedure) -> Result<bool> {
    if procedure.needs_second_person() {
        return Ok(true);
    }
    Ok(review_rules::table
        .find(procedure.kind())
        .select(review_rules::second_person)
        .first(conn)
        .optional()?
        .unwrap_or(false))
}

/// Asks for a second person, or no longer. What is proposed already still waits
/// for its second person.
///
/// # Errors
/// `Forbidden` without the permission; `Conflict` when a colleague was faster.
pub fn ask_second_person(tx: &mut Tx<'_>, scope: &StaffScope, kind: ApplicationKind, wanted: bool) -> Result<()> {
    if !scope.may(Permission::ManageSettings) {
        return Err(Error::Forbidden);
    }
    let (by, now): (StaffId, At) = (scope.staff().clone(), tx.now());
    let changed = diesel::update(review_rules::table.find(kind))
        .set((
            review_rules::second_person.eq(wanted),
            review_rules::changed_by.eq(&by),
            review_rules::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    let row = (
        review_rules::kind.eq(kind),
        review_rules::second_person.eq(wanted),
        review_rules::changed_by.eq(&by),
        review_rules::changed_at.eq(now),
    );
    if changed == 0 && !tx.insert_once(|c| diesel::insert_into(review_rules::table).values(row).execute(c))? {
        return Err(Error::Conflict);
    }
    tx.record(Deed::new("review_rule.changed", "review_rules", kind.as_str()).changed("second_person", !wanted, wanted))
}

/// The limit until administrators set one: as many as one application may ask for.
const FIRST_LIMIT: u32 = 20;
/// The highest limit that can be set.
pub const HIGHEST_LIMIT: u32 = 1_000;

/// Up to how many devices of a facility a rule approves this kind.
///
/// # Errors
/// From the database only.
pub fn automatic_limit(conn: &mut Conn, kind: ApplicationKind) -> Result<u32> {
    let set: Option<i32> =
        automatic_limits::table.find(kind).select(automatic_limits::devices).first(conn).optional()?;
    Ok(set.and_then(|set| u32::try_from(set).ok()).unwrap_or(FIRST_LIMIT))
}

/// Sets the limit; 0 leaves every application to a reviewer. What was sent before
/// is not judged again.
///
/// # Errors
/// `Forbidden` without the permission; `Conflict` when a colleague was faster.
pub fn set_automatic_limit(tx: &mut Tx<'_>, scope: &StaffScope, kind: ApplicationKind, devices: u32) -> Result<()> {
    if !scope.may(Permission::ManageSettings) {
        return Err(Error::Forbidden);
    }
    let before = automatic_limit(tx.conn(), kind)?;
    let (now, limit) = (tx.now(), i32::try_from(devices.min(HIGHEST_LIMIT)).unwrap_or(i32::MAX));
    diesel::delete(automatic_limits::table.find(kind)).execute(tx.conn())?;
    let row = (
        automatic_limits::kind.eq(kind),
        automatic_limits::devices.eq(limit),
        automatic_limits::changed_by.eq(scope.staff()),
        automatic_limits::changed_at.eq(now),
    );
    if !tx.insert_once(|c| diesel::insert_into(automatic_limits::table).values(row).execute(c))? {
        return Err(Error::Conflict);
    }
    tx.record(Deed::new("automatic_limit.changed", "automatic_limits", kind.as_str()).changed("devices", before, limit))
}
