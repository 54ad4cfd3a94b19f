//! Taking the newest import back: the master as it was before.
//!
//! What changed, closed or reopened gets its values back. What the import opened
//! goes out of the master again; where somebody registered for it meanwhile, it
//! closes instead and its history stays. Imports are taken back in the order
//! newest first, so that no later one builds on what is gone.

use std::collections::HashSet;

use serde_json::json;

use super::compare::{Stored, Values};
use super::repo::{self, ChangeVerb, DoneChange, ImportState, NewChange};
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{Actor, Db, Tx};
use crate::error::{Error, Result};
use crate::ids::{FacilityId, ImportId};
use crate::refusal::Refusal;
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// Changes taken back together.
const PAGE: i64 = 500;

/// What taking an import back did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undone {
    /// Facilities with their values of before.
    pub restored: u64,
    /// Facilities that left the master again.
    pub removed: u64,
    /// New facilities that somebody uses already: closed instead.
    pub closed: u64,
}

/// Takes an applied import back, for the operator.
///
/// # Errors
/// `NotFound`; `Refused(NotInThisState)` when it is not applied;
/// `Refused(ImportOvertaken)` when a later one holds; `Refused(ImportRunning)`.
pub async fn undo(db: &Db, actor: Actor, id: ImportId) -> Result<Undone> {
    db.patient().write(actor, move |tx| take_back(tx, &id)).await
}

/// Takes an applied import back, for a member of staff.
///
/// # Errors
/// `Forbidden` without the right; as [`undo`].
pub async fn undo_for_staff(db: &Db, scope: &StaffScope, id: ImportId) -> Result<Undone> {
    if !scope.may(Permission::ImportMaster) {
        return Err(Error::Forbidden);
    }
    undo(db, scope.actor(), id).await
}

fn take_back(tx: &mut Tx<'_>, id: &ImportId) -> Result<Undone> {
    repo::lock(tx)?;
    let import = repo::get_import(tx.conn(), id)?;
    if import.state != ImportState::Applied {
        return Err(Refusal::NotInThisState.into());
    }
    if repo::is_overtaken(tx.conn(), &import)? {
        return Err(Refusal::ImportOvertaken.into());
    }
    repo::mark_undone(tx, id)?;
    let (mut undone, mut after) = (Undone::default(), None);
    loop {
        let page = repo::page_of_changes(tx.conn(), id, after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        take_back_page(tx, id, page, &mut undone)?;
    }
    let counts = json!({ "restored": undone.restored, "removed": undone.removed, "closed": undone.closed });
    tx.record(Deed::new("facility.import_undone", "facility_imports", id.as_str()).with(counts))?;
    Ok(undone)
}

fn take_back_page(tx: &mut Tx<'_>, id: &ImportId, page: Vec<DoneChange>, undone: &mut Undone) -> Result<()> {
    let ids: Vec<FacilityId> = page.iter().map(|change| change.facility.clone()).collect();
    let opened: Vec<FacilityId> =
        page.iter().filter(|change| change.before.is_none()).map(|change| change.facility.clone()).collect();
    let in_use: HashSet<FacilityId> = repo::in_use(tx.conn(), &opened)?;
    let unused: Vec<FacilityId> = opened.into_iter().filter(|facility| !in_use.contains(facility)).collect();
    let today = tokyo_date(tx.now().utc());
    let mut back: Vec<(Stored, Values)> = Vec::new();
    for stored in repo::find_stored_by_id(tx.conn(), &ids)? {
        let before = page.iter().find(|change| change.facility == stored.id).and_then(|change| change.before.clone());
        match before {
            Some(before) => {
                undone.restored += 1;
                back.push((stored, before));
            }
            None if in_use.contains(&stored.id) => {
                undone.closed += 1;
                let closed = Values { closed_on: Some(today), ..stored.values.clone() };
                back.push((stored, closed));
            }
            None => {}
        }
    }
    undone.removed += unused.len() as u64;
    repo::remove_facilities(tx, &unused)?;
    let fields: Vec<_> = back.iter().map(|(now, before)| now.values.changes_to(before)).collect();
    for (now, before) in &back {
        repo::update_facility(tx, now, before)?;
    }
    let history = back.iter().zip(&fields).map(|((now, _), changes)| NewChange {
        facility: now.id.clone(),
        verb: ChangeVerb::Undone,
        changes,
        before: None,
    });
    repo::insert_changes(tx, id, history.collect())
}
