//! From hand to hand: giving an application to a colleague, and taking one over.
//! Either leaves a step in the history with the reason, for staff alone.

use super::claim::{assign, held, may_review};
use super::model::EventDetail;
use super::repo;
use super::state::{Party, State, Verb};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::{ApplicationId, StaffId};
use crate::refusal::Refusal;
use crate::scope::StaffScope;
use crate::staff::role::Permission;
use crate::staff::{self, StaffMember, StaffState};

/// The colleagues an application can be given to.
///
/// # Errors
/// From the database only.
pub fn list_colleagues(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<StaffMember>> {
    let mut all = staff::list_staff(conn)?;
    all.retain(|member| reviews(member) && member.id != *scope.staff());
    Ok(all)
}

/// Whether this person works here and reviews.
pub fn reviews(member: &StaffMember) -> bool {
    member.state == StaffState::Active && member.roles.as_slice().iter().any(|role| role.may(Permission::Review))
}

/// Gives an application that waits to a reviewer, who may be oneself.
///
/// # Errors
/// `Forbidden` without the permission; `Refused(NotAReviewer)`;
/// `Refused(ClaimedByOther)` when somebody has it already; `Conflict` when
/// somebody was faster.
pub fn assign_waiting(tx: &mut Tx<'_>, scope: &StaffScope, id: &ApplicationId, to: &StaffId) -> Result<()> {
    if !scope.may(Permission::Assign) {
        return Err(Error::Forbidden);
    }
    if !reviews(&staff::get_staff(tx.conn(), to)?) {
        return Err(Refusal::NotAReviewer.into());
    }
    let application = repo::get(tx.conn(), id)?;
    if application.state == State::InReview {
        return Err(Refusal::ClaimedByOther.into());
    }
    let detail = EventDetail { holder: Some(to.clone()), ..EventDetail::default() };
    repo::advance(tx, &application, (Party::Reviewer, Verb::Assign), "", &detail)?;
    assign(tx, id, Some(to))
}

/// Gives an application that one holds to a colleague.
///
/// # Errors
/// As [`held`]; `Refused(NotAReviewer)`.
pub fn hand_over(tx: &mut Tx<'_>, scope: &StaffScope, id: &ApplicationId, to: &StaffId, note: &str) -> Result<()> {
    let application = held(tx, scope, id)?;
    if !reviews(&staff::get_staff(tx.conn(), to)?) {
        return Err(Refusal::NotAReviewer.into());
    }
    let detail = EventDetail { holder: Some(to.clone()), note: note.to_owned(), ..EventDetail::default() };
    repo::advance(tx, &application, (Party::Reviewer, Verb::HandOver), "", &detail)?;
    assign(tx, id, Some(to))
}

/// Takes an application from the colleague who has it. `seen` is the revision
/// that was looked at: if it moved meanwhile, there is nothing to take over.
///
/// # Errors
/// `Forbidden` without the permission; `Refused(NotInThisState)` when nobody
/// has it any more; `Conflict` when it changed hands meanwhile.
pub fn take_over(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&ApplicationId, i64), note: &str) -> Result<()> {
    may_review(scope)?;
    let application = repo::get(tx.conn(), id)?;
    if application.state != State::InReview {
        return Err(Refusal::NotInThisState.into());
    }
    if application.assignee_id.as_ref() == Some(scope.staff()) {
        return Ok(());
    }
    let application = repo::unchanged(application, seen)?;
    let detail = EventDetail { holder: Some(scope.staff().clone()), note: note.to_owned(), ..EventDetail::default() };
    repo::advance(tx, &application, (Party::Reviewer, Verb::TakeOver), "", &detail)?;
    assign(tx, id, Some(scope.staff()))
}
