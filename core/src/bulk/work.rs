//! The job that works a run off: one application after the other, each in a
//! transaction of its own. Run again, it goes on with what is not settled.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::bar::Bar;
use super::freeze::rules;
use super::model::{Action, BulkRun, ItemState, RunState};
use super::read;
use crate::application::procedure::{Procedure, Terms, Verdict};
use crate::application::worklist::keys_of_ids;
use crate::application::{Application, Procedures, State, claim, decide, pass_on, repo};
use crate::audit::Deed;
use crate::db::{Actor, Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::ids::{ApplicationId, BulkRunId, StaffId};
use crate::queue::Job;
use crate::refusal::Refusal;
use crate::schema::{bulk_items, bulk_runs};
use crate::scope::StaffScope;
use crate::staff::{self, StaffState};

/// So many items are read at a time.
const PAGE: i64 = 50;

/// Works one run off.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BulkJob {
    /// The run.
    pub run: BulkRunId,
}

impl Job for BulkJob {
    const KIND: &'static str = "bulk_run";
}

type Waiting = (i32, ApplicationId, i64);

/// Works a run off. What fails is noted and does not hold up the rest; when the
/// database is away for a moment the job comes again later.
///
/// # Errors
/// `Unavailable`; from the database.
pub async fn work(db: &Db, procedures: &Procedures, id: &BulkRunId) -> Result<()> {
    let of = id.clone();
    let run: BulkRun = db.read(move |c| Ok(bulk_runs::table.find(&of).select(BulkRun::as_select()).first(c)?)).await?;
    if run.state != RunState::Running {
        return Ok(());
    }
    loop {
        let of = run.id.clone();
        let items = db.read(move |c| waiting(c, &of)).await?;
        if items.is_empty() {
            break;
        }
        for item in items {
            settle(db, procedures, &run, item).await?;
        }
    }
    let id = run.id.clone();
    db.write(actor(&run.staff_id), move |tx| finish(tx, &id)).await
}

fn waiting(conn: &mut Conn, run: &BulkRunId) -> Result<Vec<Waiting>> {
    Ok(bulk_items::table
        .filter(bulk_items::run_id.eq(run))
        .filter(bulk_items::state.eq(ItemState::Waiting))
        .order(bulk_items::position)
        .limit(PAGE)
        .select((bulk_items::position, bulk_items::application_id, bulk_items::revision))
        .load(conn)?)
}

fn actor(staff: &StaffId) -> Actor {
    Actor::new(crate::db::ActorKind::Staff, staff.as_str())
}

/// Does one; what comes of it is noted either way.
async fn settle(db: &Db, procedures: &Procedures, run: &BulkRun, item: Waiting) -> Result<()> {
    let (of, position) = (run.clone(), item.0);
    let with = procedures.clone();
    let done = db
        .write(actor(&run.staff_id), move |tx| {
            let (position, application, seen) = item;
            // Noted first: whoever works the same run off waits here, and then finds it done.
            if note(tx, &of.id, position, (ItemState::Done, None))? {
                carry_out(tx, &with, &of, (&application, seen))?;
            }
            Ok(())
        })
        .await;
    let Err(error) = done else { return Ok(()) };
    if matches!(error, Error::Unavailable { .. }) {
        return Err(error);
    }
    let bar = Bar::of(&error);
    if bar == Bar::Fault {
        tracing::error!(run = %run.id, position, %error, "an item of a bulk run failed");
    }
    let id = run.id.clone();
    db.write(Actor::system(), move |tx| note(tx, &id, position, (ItemState::Failed, Some(bar))).map(drop)).await
}

/// `false` when it was settled already.
fn note(tx: &mut Tx<'_>, run: &BulkRunId, position: i32, (state, bar): (ItemState, Option<Bar>)) -> Result<bool> {
    let now = tx.now();
    let item = bulk_items::table.find((run, position)).filter(bulk_items::state.eq(ItemState::Waiting));
    let noted = diesel::update(item)
        .set((bulk_items::state.eq(state), bulk_items::bar.eq(bar), bulk_items::settled_at.eq(now)))
        .execute(tx.conn())?;
    Ok(noted == 1)
}

/// The deed itself, by the rights that the person has now.
fn carry_out(tx: &mut Tx<'_>, procedures: &Procedures, run: &BulkRun, (id, seen): (&ApplicationId, i64)) -> Result<()> {
    let scope = scope_now(tx.conn(), &run.staff_id)?;
    if !scope.may(run.action.permission()) {
        return Err(Error::Forbidden);
    }
    let rules = rules(tx, procedures, &scope, run.action)?;
    let key = keys_of_ids(tx.conn(), &scope, std::slice::from_ref(id))?.pop().ok_or(Error::NotFound)?;
    match rules.bar(&key) {
        None => {}
        // Done meanwhile by the same person: what was wanted is so.
        Some(Bar::Own) => return Ok(()),
        Some(Bar::Others) => return Err(Refusal::ClaimedByOther.into()),
        Some(Bar::Closed) => return Err(Refusal::FacilityClosed.into()),
        Some(Bar::Documents) => return Err(Refusal::NotByItself.into()),
        Some(Bar::SecondPerson) => return Err(Refusal::NeedsSecondPerson.into()),
        Some(_) => return Err(Refusal::NotInThisState.into()),
    }
    if key.revision != seen {
        return Err(Error::Conflict);
    }
    match (run.action, &run.to_staff_id) {
        (Action::Claim, _) => claim::claim(tx, &scope, id),
        (Action::Assign, Some(to)) => pass_on::assign_waiting(tx, &scope, id, to),
        (Action::Approve, _) => approve(tx, procedures, &scope, id),
        (Action::Assign, None) | (Action::Export, _) => Err(Error::boxed("a bulk run that cannot be worked off")),
    }
}

/// Claims what nobody has, makes sure once more that it was matched and nothing
/// differs, and approves all that was asked for.
fn approve(tx: &mut Tx<'_>, procedures: &Procedures, scope: &StaffScope, id: &ApplicationId) -> Result<()> {
    let application = repo::get(tx.conn(), id)?;
    if application.state == State::Submitted {
        claim::claim(tx, scope, id)?;
    }
    let application = repo::get(tx.conn(), id)?;
    let (procedure, seen) = (procedures.get(application.kind)?, application.revision);
    plain(tx, procedure, application)?;
    decide::approve(tx, procedures, scope, (id, seen), Terms::default())
}

fn plain(tx: &mut Tx<'_>, procedure: &dyn Procedure, application: Application) -> Result<()> {
    let filing = repo::latest_filing(tx.conn(), &application.id)?.ok_or(Error::NotFound)?;
    let (values, case) = (filing.values()?, repo::case(tx.conn(), application)?);
    if !procedure.approves_in_bulk(&values) {
        return Err(Refusal::NotByItself.into());
    }
    let facts = procedure.review(tx.conn(), &case, &values)?;
    match facts.iter().any(|fact| fact.verdict == Verdict::Differs) {
        true => Err(Refusal::FactsDiffer.into()),
        false => Ok(()),
    }
}

/// What this person may do at this moment: nothing when they were stopped.
fn scope_now(conn: &mut Conn, id: &StaffId) -> Result<StaffScope> {
    let member = staff::get_staff(conn, id)?;
    match member.state {
        StaffState::Active => Ok(StaffScope::mint(member.id, member.roles.as_slice().to_vec())),
        _ => Err(Error::Forbidden),
    }
}

fn finish(tx: &mut Tx<'_>, id: &BulkRunId) -> Result<()> {
    let now = tx.now();
    let running = bulk_runs::table.find(id).filter(bulk_runs::state.eq(RunState::Running));
    let finished = diesel::update(running)
        .set((bulk_runs::state.eq(RunState::Done), bulk_runs::finished_at.eq(now)))
        .execute(tx.conn())?;
    if finished == 0 {
        return Ok(());
    }
    let tally = read::tally(tx.conn(), id)?;
    let detail = json!({ "done": tally.of(ItemState::Done), "failed": tally.of(ItemState::Failed) });
    tx.record(Deed::new("bulk.finished", "bulk_runs", id.as_str()).with(detail))
}
