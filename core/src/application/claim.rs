//! Who reviews what: claim, claim the next, put back.

use diesel::prelude::*;

use super::model::{Application, EventDetail};
use super::state::{Party, State, Verb};
use super::{repo, worklist};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{ApplicationId, StaffId};
use crate::refusal::Refusal;
use crate::schema::applications;
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// Takes an application into review. Claiming what one has already is done.
///
/// # Errors
/// `Forbidden` without the permission, `Refused(ClaimedByOther)`,
/// `Refused(NotInThisState)`, or `Conflict` when a colleague was faster.
pub fn claim(tx: &mut Tx<'_>, scope: &StaffScope, id: &ApplicationId) -> Result<()> {
    may_review(scope)?;
    let application = repo::get(tx.conn(), id)?;
    if application.state == State::InReview {
        return if application.assignee_id.as_ref() == Some(scope.staff()) {
            Ok(())
        } else {
            Err(Refusal::ClaimedByOther.into())
        };
    }
    take(tx, scope, &application)
}

/// Takes the next one: first what was corrected and came back to this reviewer,
/// then what has waited longest; `None` when nothing waits. Twenty reviewers at
/// once get twenty different ones.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn claim_next(tx: &mut Tx<'_>, scope: &StaffScope) -> Result<Option<ApplicationId>> {
    may_review(scope)?;
    if let Some(id) = worklist::corrected(tx.conn(), scope)? {
        return Ok(Some(id));
    }
    loop {
        let candidates = worklist::longest_waiting(tx.conn(), 20)?;
        if candidates.is_empty() {
            return Ok(None);
        }
        for application in candidates {
            match take(tx, scope, &application) {
                Ok(()) => return Ok(Some(application.id)),
                Err(Error::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
    }
}

fn take(tx: &mut Tx<'_>, scope: &StaffScope, application: &Application) -> Result<()> {
    let detail = EventDetail { holder: Some(scope.staff().clone()), ..EventDetail::default() };
    repo::advance(tx, application, (Party::Reviewer, Verb::Claim), "", &detail)?;
    assign(tx, &application.id, Some(scope.staff()))
}

/// Puts an application back into the queue.
///
/// # Errors
/// As [`held`].
pub fn release(tx: &mut Tx<'_>, scope: &StaffScope, id: &ApplicationId) -> Result<()> {
    let application = held(tx, scope, id)?;
    repo::advance(tx, &application, (Party::Reviewer, Verb::Release), "", &EventDetail::default())?;
    assign(tx, id, None)
}

/// Puts back everything that a colleague has in review, because they are stopped;
/// answers how many those were. What they proposed waits for its second person.
pub(crate) fn release_all(tx: &mut Tx<'_>, staff: &StaffId) -> Result<usize> {
    let held: Vec<Application> = applications::table
        .filter(applications::assignee_id.eq(staff))
        .filter(applications::state.eq(State::InReview))
        .select(Application::as_select())
        .load(tx.conn())?;
    for application in &held {
        repo::advance(tx, application, (Party::Reviewer, Verb::Release), "", &EventDetail::default())?;
        assign(tx, &application.id, None)?;
    }
    Ok(held.len())
}

pub(super) fn assign(tx: &mut Tx<'_>, id: &ApplicationId, staff: Option<&StaffId>) -> Result<()> {
    let since = staff.map(|_| tx.now());
    diesel::update(applications::table.find(id))
        .set((applications::assignee_id.eq(staff.cloned()), applications::assigned_at.eq(since)))
        .execute(tx.conn())?;
    Ok(())
}

pub(super) fn may_review(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::Review) { Ok(()) } else { Err(Error::Forbidden) }
}

/// The application, if this reviewer holds it.
///
/// # Errors
/// `Forbidden` without the permission; `Refused(NotInThisState)` when it is not
/// in review; `Refused(ClaimedByOther)` when a colleague has it.
pub(super) fn held(tx: &mut Tx<'_>, scope: &StaffScope, id: &ApplicationId) -> Result<Application> {
    may_review(scope)?;
    let application = repo::get(tx.conn(), id)?;
    if application.state != State::InReview {
        return Err(Refusal::NotInThisState.into());
    }
    if application.assignee_id.as_ref() != Some(scope.staff()) {
        return Err(Refusal::ClaimedByOther.into());
    }
    Ok(application)
}
