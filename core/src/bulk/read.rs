//! Looking at a run: how far it is, and what came of each application.

use diesel::prelude::*;

use super::bar::Bar;
use super::model::{BulkRun, ItemState};
use crate::application::State;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::ids::{ApplicationId, BulkRunId};
use crate::schema::{applications, bulk_items, bulk_runs, facilities};
use crate::scope::StaffScope;
use crate::secret::ReceiptNumber;
use crate::staff::role::Permission;

/// How many of a person's runs are listed.
const RUNS_SHOWN: i64 = 20;

/// A run: one's own, or any for whoever reads the audit trail.
///
/// # Errors
/// `Forbidden` without the permission to read applications; `NotFound`, also for
/// a colleague's run.
pub fn get_run(conn: &mut Conn, scope: &StaffScope, id: &BulkRunId) -> Result<BulkRun> {
    let run: BulkRun = bulk_runs::table.find(id).select(BulkRun::as_select()).first(conn)?;
    let own = run.staff_id == *scope.staff();
    match scope.may(Permission::ReadApplications) {
        false => Err(Error::Forbidden),
        true if own || scope.may(Permission::ReadAudit) => Ok(run),
        true => Err(Error::NotFound),
    }
}

pub(super) fn get_own(conn: &mut Conn, scope: &StaffScope, id: &BulkRunId) -> Result<BulkRun> {
    let run = get_run(conn, scope, id)?;
    if run.staff_id == *scope.staff() { Ok(run) } else { Err(Error::NotFound) }
}

/// One's own runs, newest first.
///
/// # Errors
/// From the database only.
pub fn list_runs(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<BulkRun>> {
    Ok(bulk_runs::table
        .filter(bulk_runs::staff_id.eq(scope.staff()))
        .order((bulk_runs::created_at.desc(), bulk_runs::id.desc()))
        .limit(RUNS_SHOWN)
        .select(BulkRun::as_select())
        .load(conn)?)
}

/// How many items stand where, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(Vec<(ItemState, Option<Bar>, i64)>);

impl Tally {
    /// How many stand there.
    pub fn of(&self, state: ItemState) -> i64 {
        self.0.iter().filter(|(at, ..)| *at == state).map(|(.., count)| count).sum()
    }

    /// All of them.
    pub fn all(&self) -> i64 {
        self.0.iter().map(|(.., count)| count).sum()
    }

    /// Why those that stand there do, most frequent first.
    pub fn bars(&self, state: ItemState) -> Vec<(Bar, i64)> {
        let here = self.0.iter().filter(|(at, ..)| *at == state);
        let mut bars: Vec<(Bar, i64)> = here.filter_map(|(_, bar, count)| Some(((*bar)?, *count))).collect();
        bars.sort_by_key(|(bar, count)| (-count, *bar));
        bars
    }
}

/// The tally of a run.
///
/// # Errors
/// From the database only.
pub fn tally(conn: &mut Conn, run: &BulkRunId) -> Result<Tally> {
    let rows = bulk_items::table
        .filter(bulk_items::run_id.eq(run))
        .group_by((bulk_items::state, bulk_items::bar))
        .select((bulk_items::state, bulk_items::bar, diesel::dsl::count_star()));
    Ok(Tally(rows.load(conn)?))
}

/// One application of a run.
#[derive(Debug, Clone, Queryable)]
pub struct Item {
    /// Its place in the run.
    pub position: i32,
    /// The application.
    pub application_id: ApplicationId,
    /// Its 受付番号.
    pub number: Option<ReceiptNumber>,
    /// The facility's name.
    pub facility_name: String,
    /// Where the application stands now.
    pub now: State,
    /// What came of it.
    pub state: ItemState,
    /// Why it was left out or failed.
    pub bar: Option<Bar>,
}

/// One page of a run's items.
#[derive(Debug, Clone)]
pub struct ItemPage {
    /// The items.
    pub items: Vec<Item>,
    /// After which position the next page begins.
    pub next: Option<i32>,
}

/// The items that stand there (or all), after a position.
///
/// # Errors
/// From the database only.
pub fn list_items(
    conn: &mut Conn,
    run: &BulkRunId,
    state: Option<ItemState>,
    after: Option<i32>,
    size: u16,
) -> Result<ItemPage> {
    let mut query = bulk_items::table
        .inner_join(applications::table.inner_join(facilities::table))
        .filter(bulk_items::run_id.eq(run))
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(bulk_items::state.eq(state));
    }
    if let Some(after) = after {
        query = query.filter(bulk_items::position.gt(after));
    }
    let mut items: Vec<Item> = query
        .order(bulk_items::position)
        .limit(i64::from(size) + 1)
        .select((
            bulk_items::position,
            bulk_items::application_id,
            applications::number,
            facilities::name,
            applications::state,
            bulk_items::state,
            bulk_items::bar,
        ))
        .load(conn)?;
    let more = items.len() > usize::from(size);
    items.truncate(usize::from(size));
    let next = items.last().filter(|_| more).map(|item| item.position);
    Ok(ItemPage { items, next })
}

/// Every application of a run, in its order.
///
/// # Errors
/// From the database only.
pub fn ids_of(conn: &mut Conn, run: &BulkRunId) -> Result<Vec<ApplicationId>> {
    let items = bulk_items::table.filter(bulk_items::run_id.eq(run));
    Ok(items.order(bulk_items::position).select(bulk_items::application_id).load(conn)?)
}

pub(super) fn failed(conn: &mut Conn, run: &BulkRunId) -> Result<Vec<ApplicationId>> {
    let items = bulk_items::table.filter(bulk_items::run_id.eq(run));
    let failed = items.filter(bulk_items::state.eq(ItemState::Failed));
    Ok(failed.order(bulk_items::position).select(bulk_items::application_id).load(conn)?)
}
