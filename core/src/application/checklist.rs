//! What the reviewer makes sure of: ticks on the procedure's list, kept for one
//! filed version. A correction starts with an empty list.

use std::collections::HashMap;

use diesel::prelude::*;

use super::claim::held;
use super::procedure::Procedures;
use super::repo;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::{ApplicationId, StaffId};
use crate::schema::{checklist_ticks, staff};
use crate::scope::StaffScope;

/// Who ticked an item off, and when.
pub type Ticks = HashMap<String, (String, At)>;

/// The ticks on the newest filed version, by the item's code.
///
/// # Errors
/// From the database only.
pub fn ticks(conn: &mut Conn, id: &ApplicationId) -> Result<Ticks> {
    let Some(filing) = repo::latest_filing(conn, id)? else { return Ok(Ticks::new()) };
    let rows: Vec<(String, String, At)> = checklist_ticks::table
        .inner_join(staff::table)
        .filter(checklist_ticks::application_id.eq(id))
        .filter(checklist_ticks::filing_version.eq(filing.version))
        .select((checklist_ticks::item, staff::name, checklist_ticks::ticked_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(item, name, at)| (item, (name, at))).collect())
}

/// Keeps exactly these items as ticked; one that was ticked before keeps who
/// ticked it. Items that are not on the list are passed over.
///
/// # Errors
/// As [`held`].
pub fn keep(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &StaffScope,
    id: &ApplicationId,
    ticked: &[String],
) -> Result<()> {
    let application = held(tx, scope, id)?;
    let facility = application.facility_id.clone();
    let procedure = procedures.get(application.kind)?;
    let version = repo::latest_filing(tx.conn(), id)?.map_or(1, |filing| filing.version);
    let items = procedure.checklist(&repo::case(tx.conn(), application)?);
    for item in items {
        let row = (
            checklist_ticks::application_id.eq(id),
            checklist_ticks::filing_version.eq(version),
            checklist_ticks::item.eq(item.code),
        );
        if ticked.iter().any(|code| code == item.code) {
            let by: (&StaffId, At) = (scope.staff(), tx.now());
            let full = (row, checklist_ticks::staff_id.eq(by.0), checklist_ticks::ticked_at.eq(by.1));
            tx.insert_once(|c| diesel::insert_into(checklist_ticks::table).values(full).execute(c))?;
        } else {
            let tick = checklist_ticks::table.find((id, version, item.code));
            diesel::delete(tick).execute(tx.conn())?;
        }
    }
    tx.record(
        Deed::new("checklist.kept", "applications", id.as_str())
            .at_facility(&facility)
            .with(serde_json::json!({ "version": version, "ticked": ticked })),
    )
}
