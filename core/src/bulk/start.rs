//! Saying go, and thinking better of it.

use chrono::Duration;
use diesel::prelude::*;
use serde_json::json;

use super::model::{Action, BulkRun, ItemState, RunState};
use super::read;
use super::work::BulkJob;
use crate::audit::Deed;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::BulkRunId;
use crate::schema::{bulk_items, bulk_runs};
use crate::scope::StaffScope;

/// A plan that nobody started is forgotten after this time.
const PLAN_KEPT: Duration = Duration::hours(24);

/// Starts a run of one's own. Starting twice starts once.
///
/// # Errors
/// `NotFound` for a colleague's; `Forbidden` without the permission for the deed.
pub fn start(tx: &mut Tx<'_>, scope: &StaffScope, id: &BulkRunId) -> Result<()> {
    let BulkRun { id, action, to_staff_id, .. } = read::get_own(tx.conn(), scope, id)?;
    if !scope.may(action.permission()) {
        return Err(Error::Forbidden);
    }
    let now = tx.now();
    let planned = bulk_runs::table.find(&id).filter(bulk_runs::state.eq(RunState::Planned));
    let started = diesel::update(planned.filter(bulk_runs::action.ne(Action::Export)))
        .set((bulk_runs::state.eq(RunState::Running), bulk_runs::started_at.eq(now)))
        .execute(tx.conn())?;
    if started == 0 {
        return Ok(());
    }
    let tally = read::tally(tx.conn(), &id)?;
    let detail = json!({
        "action": action,
        "to": to_staff_id,
        "applications": tally.of(ItemState::Waiting),
        "left_out": tally.of(ItemState::LeftOut),
    });
    tx.record(Deed::new("bulk.started", "bulk_runs", id.as_str()).with(detail))?;
    tx.enqueue(&BulkJob { run: id })?;
    Ok(())
}

/// Forgets a plan of one's own; what was started stays.
///
/// # Errors
/// `NotFound` for a colleague's, and for what was started.
pub fn drop_plan(tx: &mut Tx<'_>, scope: &StaffScope, id: &BulkRunId) -> Result<()> {
    let run = read::get_own(tx.conn(), scope, id)?;
    if run.state != RunState::Planned {
        return Err(Error::NotFound);
    }
    forget(tx, &[run.id])
}

/// Forgets plans that nobody started; answers how many.
///
/// # Errors
/// From the database only.
pub fn sweep_plans(tx: &mut Tx<'_>) -> Result<usize> {
    let before = tx.now() - PLAN_KEPT;
    let old: Vec<BulkRunId> = bulk_runs::table
        .filter(bulk_runs::state.eq(RunState::Planned))
        .filter(bulk_runs::created_at.lt(before))
        .limit(100)
        .select(bulk_runs::id)
        .load(tx.conn())?;
    forget(tx, &old)?;
    Ok(old.len())
}

fn forget(tx: &mut Tx<'_>, ids: &[BulkRunId]) -> Result<()> {
    diesel::delete(bulk_items::table.filter(bulk_items::run_id.eq_any(ids))).execute(tx.conn())?;
    diesel::delete(bulk_runs::table.filter(bulk_runs::id.eq_any(ids))).execute(tx.conn())?;
    Ok(())
}
