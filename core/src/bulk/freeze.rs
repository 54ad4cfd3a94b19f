//! Writing down what was chosen. From here on the choice is fixed: what comes
//! into the list later is not touched.

use diesel::prelude::*;

use super::bar::{Bar, Rules};
use super::model::{Action, BulkRun, ItemState, RunState};
use super::read;
use crate::application::worklist::{self, Filter, Key, View};
use crate::application::{Procedures, rules};
use crate::clock::tokyo_date;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::form::{FieldErrors, FieldFault};
use crate::ids::{ApplicationId, BulkRunId, StaffId};
use crate::on_backend;
use crate::schema::{bulk_items, bulk_runs};
use crate::scope::StaffScope;

/// The most applications of one run.
pub const MOST: usize = 1000;
/// The longest query that is kept to come back to.
const MAX_QUERY: usize = 1000;

/// What is done, to which, and from where it was chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is done.
    pub action: Action,
    /// To whom they are given.
    pub to: Option<StaffId>,
    /// Which.
    pub chosen: Chosen,
    /// The query of the list.
    pub query: String,
}

/// Which applications.
#[derive(Debug, Clone)]
pub enum Chosen {
    /// These.
    These(Vec<ApplicationId>),
    /// All that fit, the first [`MOST`] of them.
    Fitting(View, Filter),
}

/// Writes a choice down.
///
/// # Errors
/// `Forbidden` without the permission for the deed; `Invalid` when nothing was
/// chosen, or nobody to give it to.
pub fn freeze(tx: &mut Tx<'_>, procedures: &Procedures, scope: &StaffScope, choice: Choice) -> Result<BulkRunId> {
    if !scope.may(choice.action.permission()) {
        return Err(Error::Forbidden);
    }
    let to = match choice.action {
        Action::Assign => Some(choice.to.ok_or_else(|| fault("to", "担当する職員", FieldFault::NotChosen))?),
        _ => None,
    };
    let mut keys = find(tx, scope, &choice.chosen)?;
    let more = keys.len() > MOST;
    keys.truncate(MOST);
    if keys.is_empty() {
        let text = "申請を1件以上選んでください".to_owned();
        return Err(fault("target", "対象", FieldFault::Sentence(text)));
    }
    let run = insert_run(tx, scope, (choice.action, to), (&choice.query, more))?;
    let rules = rules(tx, procedures, scope, choice.action)?;
    let barred: Vec<(&Key, Option<Bar>)> = keys.iter().map(|key| (key, rules.bar(key))).collect();
    insert_items(tx, &run, &barred)?;
    Ok(run)
}

/// Chooses again what failed in a run of one's own.
///
/// # Errors
/// As [`freeze`]; `NotFound` for a colleague's run.
pub fn freeze_again(tx: &mut Tx<'_>, procedures: &Procedures, scope: &StaffScope, id: &BulkRunId) -> Result<BulkRunId> {
    let BulkRun { id, action, to_staff_id, query, .. } = read::get_own(tx.conn(), scope, id)?;
    let chosen = Chosen::These(read::failed(tx.conn(), &id)?);
    freeze(tx, procedures, scope, Choice { action, to: to_staff_id, chosen, query })
}

fn fault(field: &str, label: &str, fault: FieldFault) -> Error {
    let mut errors = FieldErrors::default();
    errors.add(field, label, fault);
    Error::Invalid(errors)
}

/// At most one more than a run holds.
fn find(tx: &mut Tx<'_>, scope: &StaffScope, chosen: &Chosen) -> Result<Vec<Key>> {
    let (now, most) = (tx.now(), i64::try_from(MOST + 1).unwrap_or(i64::MAX));
    match chosen {
        Chosen::These(ids) => worklist::keys_of_ids(tx.conn(), scope, &ids[..ids.len().min(MOST + 1)]),
        Chosen::Fitting(view, filter) => worklist::keys(tx.conn(), scope, (*view, filter), (most, now)),
    }
}

pub(super) fn rules<'s>(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &'s StaffScope,
    action: Action,
) -> Result<Rules<'s>> {
    let mut by_two = Vec::new();
    for procedure in procedures.iter() {
        if rules::second_person(tx.conn(), procedure)? {
            by_two.push(procedure.kind());
        }
    }
    Ok(Rules { action, me: scope.staff(), today: tokyo_date(tx.now().utc()), by_two })
}

fn insert_run(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (action, to): (Action, Option<StaffId>),
    (query, more): (&str, bool),
) -> Result<BulkRunId> {
    let (id, now) = (BulkRunId::mint(), tx.now());
    let query = if query.len() <= MAX_QUERY { query } else { "" };
    diesel::insert_into(bulk_runs::table)
        .values((
            bulk_runs::id.eq(&id),
            bulk_runs::staff_id.eq(scope.staff()),
            bulk_runs::action.eq(action),
            bulk_runs::to_staff_id.eq(to),
            bulk_runs::query.eq(query),
            bulk_runs::more.eq(more),
            bulk_runs::state.eq(RunState::Planned),
            bulk_runs::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

fn insert_items(tx: &mut Tx<'_>, run: &BulkRunId, keys: &[(&Key, Option<Bar>)]) -> Result<()> {
    let rows: Vec<_> = (0_i32..)
        .zip(keys)
        .map(|(position, (key, bar))| {
            let state = if bar.is_some() { ItemState::LeftOut } else { ItemState::Waiting };
            (
                bulk_items::run_id.eq(run),
                bulk_items::position.eq(position),
                bulk_items::application_id.eq(&key.id),
                bulk_items::revision.eq(key.revision),
                bulk_items::state.eq(state),
                bulk_items::bar.eq(*bar),
            )
        })
        .collect();
    // As many at once as a statement of either database has room for.
    for some in rows.chunks(500) {
        on_backend!(tx.conn(), c => diesel::insert_into(bulk_items::table).values(some).execute(c))?;
    }
    Ok(())
}
