//! Four eyes: where a second person decides, a reviewer proposes and somebody
//! who never had the application in hand carries the proposal out or gives it
//! back. A return in between ends the proposal; the history keeps it.

use std::collections::HashSet;

use diesel::prelude::*;

use super::claim::held;
use super::decide::{self, valid_reason, valid_terms};
use super::model::{Application, Event, EventDetail, Proposal};
use super::procedure::Procedures;
use super::state::{Party, State, Verb};
use super::{repo, rules};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::{ApplicationId, StaffId};
use crate::refusal::Refusal;
use crate::schema::applications;
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// Proposes a decision to a second person.
///
/// # Errors
/// As [`held`]; `Conflict` when it changed since `seen`; `Invalid` for bad terms
/// or a reason that is missing; `Refused(NotInThisState)` where one decides alone.
pub fn recommend(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &StaffScope,
    (id, seen): (&ApplicationId, i64),
    (proposal, note): (Proposal, &str),
) -> Result<()> {
    let application = repo::unchanged(held(tx, scope, id)?, seen)?;
    let procedure = procedures.get(application.kind)?;
    if !rules::second_person(tx.conn(), procedure)? {
        return Err(Refusal::NotInThisState.into());
    }
    let proposal = match proposal {
        Proposal::Approve(terms) => {
            let values = decide::filed(tx, id)?.values()?;
            Proposal::Approve(valid_terms(procedure, &values, terms)?)
        }
        Proposal::Reject(reason) => Proposal::Reject(valid_reason(&reason)?),
    };
    let detail = EventDetail {
        proposal: Some(proposal),
        holder: Some(scope.staff().clone()),
        note: note.to_owned(),
        ..EventDetail::default()
    };
    repo::advance(tx, &application, (Party::Reviewer, Verb::Recommend), "", &detail)?;
    diesel::update(applications::table.find(id))
        .set(applications::last_reviewer_id.eq(scope.staff()))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes one's own proposal back, to go on reviewing.
///
/// # Errors
/// `Forbidden` without the permission; `Refused(NotInThisState)` when it was
/// decided meanwhile; `Refused(ClaimedByOther)` when a colleague proposed it.
pub fn recall(tx: &mut Tx<'_>, scope: &StaffScope, id: &ApplicationId) -> Result<()> {
    super::claim::may_review(scope)?;
    let application = awaiting(tx.conn(), id)?;
    if application.assignee_id.as_ref() != Some(scope.staff()) {
        return Err(Refusal::ClaimedByOther.into());
    }
    repo::advance(tx, &application, (Party::Reviewer, Verb::Recall), "", &EventDetail::default())?;
    Ok(())
}

/// Gives a proposal back to its reviewer, who goes on reviewing.
///
/// # Errors
/// As [`confirm`].
pub fn send_back(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&ApplicationId, i64), note: &str) -> Result<()> {
    let application = in_second_hands(tx, scope, id, seen)?;
    let detail = EventDetail { note: note.to_owned(), ..EventDetail::default() };
    repo::advance(tx, &application, (Party::Approver, Verb::SendBack), "", &detail)?;
    Ok(())
}

/// Decides as proposed.
///
/// # Errors
/// `Forbidden` without the permission to approve; `Refused(FourEyes)` for who
/// had the application in hand; `Refused(NotInThisState)`; `Conflict` when it
/// changed since `seen`.
pub fn confirm(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &StaffScope,
    (id, seen): (&ApplicationId, i64),
) -> Result<Proposal> {
    let application = in_second_hands(tx, scope, id, seen)?;
    let proposal = proposal(tx.conn(), id)?.ok_or_else(|| Error::boxed("awaiting approval without a proposal"))?.1;
    match &proposal {
        Proposal::Approve(terms) => {
            decide::carry_out_approval(tx, procedures, &application, Party::Approver, terms)?;
        }
        Proposal::Reject(reason) => {
            decide::carry_out_rejection(tx, procedures, &application, Party::Approver, reason)?;
        }
    }
    Ok(proposal)
}

/// What is proposed, with the step that proposed it; `None` when nothing is.
///
/// # Errors
/// From the database only.
pub fn proposal(conn: &mut Conn, id: &ApplicationId) -> Result<Option<(Event, Proposal)>> {
    let newest = repo::history(conn, id)?.into_iter().find(|event| event.verb == Verb::Recommend);
    let Some(event) = newest else { return Ok(None) };
    Ok(event.detail()?.proposal.map(|proposal| (event, proposal)))
}

/// How many applications wait for a second person, up to `most`.
///
/// # Errors
/// From the database only.
pub fn count_awaiting(conn: &mut Conn, most: i64) -> Result<i64> {
    let waiting = applications::table.filter(applications::state.eq(State::AwaitingApproval));
    let ids: Vec<ApplicationId> = waiting.select(applications::id).limit(most).load(conn)?;
    Ok(i64::try_from(ids.len()).unwrap_or(most))
}

/// Whether this person may decide what was proposed: an approver who never had
/// the application in hand.
///
/// # Errors
/// From the database only.
pub fn may_confirm(conn: &mut Conn, scope: &StaffScope, id: &ApplicationId) -> Result<bool> {
    Ok(scope.may(Permission::Approve) && !reviewers(conn, id)?.contains(scope.staff()))
}

/// Everybody who ever had the application in hand, or did anything to it that a
/// reviewer does.
fn reviewers(conn: &mut Conn, id: &ApplicationId) -> Result<HashSet<StaffId>> {
    let mut found = HashSet::new();
    for event in repo::history(conn, id)? {
        let second = matches!(event.verb, Verb::Approve | Verb::Reject | Verb::SendBack | Verb::UndoFinal)
            && (event.from_state == State::AwaitingApproval || event.to_state == State::AwaitingApproval);
        // Whoever only says who shall review has not reviewed.
        let passed_on = event.verb == Verb::Assign;
        if let Some(actor) = event.actor.strip_prefix("staff:").filter(|_| !second && !passed_on) {
            found.extend(StaffId::parse(actor));
        }
        found.extend(event.detail()?.holder);
    }
    Ok(found)
}

fn awaiting(conn: &mut Conn, id: &ApplicationId) -> Result<Application> {
    let application = repo::get(conn, id)?;
    match application.state {
        State::AwaitingApproval => Ok(application),
        _ => Err(Refusal::NotInThisState.into()),
    }
}

fn in_second_hands(tx: &mut Tx<'_>, scope: &StaffScope, id: &ApplicationId, seen: i64) -> Result<Application> {
    if !scope.may(Permission::Approve) {
        return Err(Error::Forbidden);
    }
    let application = repo::unchanged(awaiting(tx.conn(), id)?, seen)?;
    if reviewers(tx.conn(), id)?.contains(scope.staff()) {
        return Err(Refusal::FourEyes.into());
    }
    Ok(application)
}
