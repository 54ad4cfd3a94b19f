//! Which kinds of application a second person decides (SPEC 4: "reviewer, then a
//! different approver"). The procedure says so, or administrators ask for it.

use diesel::prelude::*;

use super::procedure::Procedure;
use super::state::ApplicationKind;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::StaffId;
use crate::schema::review_rules;
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
