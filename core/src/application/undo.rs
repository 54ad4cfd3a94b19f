//! Undoing one's own decision, as long as nothing has left the house: the letter
//! still waits, nobody of the facility was in the portal since, and no secret
//! was shown. Letters of decisions wait for just that time.

use diesel::prelude::*;

use super::model::{Application, Event, EventDetail};
use super::procedure::Procedures;
use super::repo;
use super::state::{Party, State, Verb};
use crate::account;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::{ApplicationEventId, ApplicationId, StaffId};
use crate::refusal::Refusal;
use crate::schema::applications;
use crate::scope::StaffScope;

/// Under which key the letter of a decision waits.
pub(super) fn letter_key(decision: &ApplicationEventId) -> String {
    format!("decision:{decision}")
}

/// Until when this person can undo the last step, if it is a decision of theirs
/// and nothing leaves the house before; what is known to have left is `None`.
///
/// # Errors
/// From the database only.
pub fn until(
    conn: &mut Conn,
    procedures: &Procedures,
    scope: &StaffScope,
    application: &Application,
    now: At,
) -> Result<Option<At>> {
    let decision = match own_decision(conn, scope, application) {
        Ok(decision) => decision,
        Err(Error::Refused(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let until = decision.at + procedures.undo_window();
    let open = now < until && !was_seen(conn, application, &decision)?;
    Ok(open.then_some(until))
}

/// Undoes one's own last decision: the application is back where it was, in the
/// hands it was in.
///
/// # Errors
/// `Refused(NotInThisState)` when the last step is no decision of this person;
/// `Refused(UndoOver)` when the time is over or the letter left;
/// `Refused(UndoSeen)` when the facility may have seen or used it; `Conflict`.
pub fn undo(tx: &mut Tx<'_>, procedures: &Procedures, scope: &StaffScope, id: &ApplicationId) -> Result<()> {
    let application = repo::get(tx.conn(), id)?;
    let decision = own_decision(tx.conn(), scope, &application)?;
    if decision.at + procedures.undo_window() <= tx.now() {
        return Err(Refusal::UndoOver.into());
    }
    if was_seen(tx.conn(), &application, &decision)? {
        return Err(Refusal::UndoSeen.into());
    }
    let (by, verb) = match decision.from_state {
        State::AwaitingApproval => (Party::Approver, Verb::UndoFinal),
        _ => (Party::Reviewer, Verb::Undo),
    };
    let detail = EventDetail { undone: Some(decision.id.clone()), ..EventDetail::default() };
    repo::advance(tx, &application, (by, verb), "", &detail)?;
    if !tx.call_off(&letter_key(&decision.id))? {
        return Err(Refusal::UndoOver.into());
    }
    match decision.verb {
        Verb::Approve => procedures.get(application.kind)?.retract(tx, &application)?,
        Verb::Reject => procedures.get(application.kind)?.unreject(tx, &application)?,
        Verb::Return => repo::resolve_faults(tx, id)?,
        _ => {}
    }
    reopen(tx, scope, id, verb)
}

/// The last step, if it is a decision of this person.
fn own_decision(conn: &mut Conn, scope: &StaffScope, application: &Application) -> Result<Event> {
    let last = repo::history(conn, &application.id)?.into_iter().next();
    let decides = |event: &Event| matches!(event.verb, Verb::Approve | Verb::Reject | Verb::Return);
    let own = last.filter(decides).filter(|event| event.actor == scope.actor().label());
    Ok(own.ok_or(Refusal::NotInThisState)?)
}

fn was_seen(conn: &mut Conn, application: &Application, decision: &Event) -> Result<bool> {
    let touched = application.updated_at != decision.at;
    Ok(touched || account::was_in_portal(conn, &application.facility_id, decision.at)?)
}

fn reopen(tx: &mut Tx<'_>, scope: &StaffScope, id: &ApplicationId, verb: Verb) -> Result<()> {
    let now = tx.now();
    let row = applications::table.find(id);
    diesel::update(row).set(applications::decided_at.eq(None::<At>)).execute(tx.conn())?;
    if verb == Verb::Undo {
        let holder: &StaffId = scope.staff();
        diesel::update(row)
            .set((applications::assignee_id.eq(holder), applications::assigned_at.eq(now)))
            .execute(tx.conn())?;
    }
    Ok(())
}
