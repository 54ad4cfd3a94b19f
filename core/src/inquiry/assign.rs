//! Who has an inquiry in hand: taking it, giving it to a colleague, putting it back.

use diesel::prelude::*;

use super::model::Inquiry;
use super::note;
use super::repo::{self, Change};
use super::state::{Party, State, Verb};
use super::view::may_answer;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::{InquiryId, StaffId};
use crate::refusal::Refusal;
use crate::schema::inquiries;
use crate::scope::StaffScope;
use crate::staff::role::Permission;
use crate::staff::{self, StaffMember, StaffState};

/// Takes an inquiry, from a colleague too; `seen` is the revision that was looked
/// at. Taking what one has already is done.
///
/// # Errors
/// `Forbidden` without the permission; `Conflict` when it changed meanwhile;
/// `Refused(InquiryState)` when there is nothing left to do.
pub fn take(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&InquiryId, i64)) -> Result<()> {
    may_answer(scope)?;
    if repo::get(tx.conn(), id)?.assignee_id.as_ref() == Some(scope.staff()) {
        return Ok(());
    }
    let inquiry = repo::get_unchanged(tx.conn(), id, seen)?;
    let change = Change { assignee: Some(Some(scope.staff().clone())), ..Change::default() };
    repo::advance(tx, &inquiry, (Party::Staff, Verb::Take), change)
}

/// Puts an inquiry back.
///
/// # Errors
/// As [`take`]; `Refused(InquiryHeld)` when a colleague has it.
pub fn release(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&InquiryId, i64)) -> Result<()> {
    let inquiry = held(tx, scope, (id, seen))?;
    repo::advance(tx, &inquiry, (Party::Staff, Verb::Release), Change { assignee: Some(None), ..Change::default() })
}

/// Gives an inquiry that one holds to a colleague; a note may say why.
///
/// # Errors
/// As [`release`]; `Refused(NotAnAnswerer)`.
pub fn hand_over(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (id, seen): (&InquiryId, i64),
    (to, why): (&StaffId, Option<&str>),
) -> Result<()> {
    let inquiry = held(tx, scope, (id, seen))?;
    if !answers(&staff::get_staff(tx.conn(), to)?) {
        return Err(Refusal::NotAnAnswerer.into());
    }
    let change = Change { assignee: Some(Some(to.clone())), ..Change::default() };
    repo::advance(tx, &inquiry, (Party::Staff, Verb::HandOver), change)?;
    match why {
        Some(why) => note::add_note(tx, scope, id, why),
        None => Ok(()),
    }
}

/// Whether this person works here and answers inquiries.
pub fn answers(member: &StaffMember) -> bool {
    let may = member.roles.as_slice().iter().any(|role| role.may(Permission::AnswerInquiries));
    member.state == StaffState::Active && may
}

/// The colleagues an inquiry can be given to.
///
/// # Errors
/// From the database only.
pub fn list_colleagues(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<StaffMember>> {
    let mut all = staff::list_staff(conn)?;
    all.retain(|member| answers(member) && member.id != *scope.staff());
    Ok(all)
}

/// Puts back all that waits in a colleague's hands, because they are stopped.
pub(crate) fn release_all(tx: &mut Tx<'_>, staff: &StaffId) -> Result<()> {
    let held: Vec<Inquiry> = inquiries::table
        .filter(inquiries::assignee_id.eq(staff))
        .filter(inquiries::state.eq_any([State::Waiting, State::Answered]))
        .select(Inquiry::as_select())
        .load(tx.conn())?;
    for inquiry in held {
        let change = Change { assignee: Some(None), ..Change::default() };
        repo::advance(tx, &inquiry, (Party::Staff, Verb::Release), change)?;
    }
    Ok(())
}

/// The inquiry as it was looked at, if the one who acts has it in hand.
fn held(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&InquiryId, i64)) -> Result<Inquiry> {
    let inquiry = workable(tx, scope, (id, seen))?;
    match inquiry.assignee_id {
        Some(_) => Ok(inquiry),
        None => Err(Error::Conflict),
    }
}

/// The inquiry as it was looked at, if no colleague has it in hand.
///
/// # Errors
/// `Forbidden` without the permission; `Conflict` when it changed meanwhile;
/// `Refused(InquiryHeld)` when a colleague has it.
pub(super) fn workable(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&InquiryId, i64)) -> Result<Inquiry> {
    may_answer(scope)?;
    let inquiry = repo::get_unchanged(tx.conn(), id, seen)?;
    match &inquiry.assignee_id {
        Some(holder) if holder != scope.staff() => Err(Refusal::InquiryHeld.into()),
        _ => Ok(inquiry),
    }
}
