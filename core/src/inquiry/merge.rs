//! Merging: somebody asked twice, and gets one answer. The messages move; the
//! letter with the answer goes to both addresses.

use diesel::prelude::*;
use serde_json::json;

use super::assign::workable;
use super::model::Inquiry;
use super::repo::{self, Change};
use super::rules;
use super::state::{Party, State, Verb, transition};
use super::view::may_answer;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::InquiryId;
use crate::refusal::Refusal;
use crate::schema::{inquiries, inquiry_messages};
use crate::scope::StaffScope;
use crate::secret::ReceiptNumber;

/// The inquiry that another can be merged into, by its number; one that was merged
/// itself leads on to where its messages are.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound` for no such number;
/// `Refused(InquiryOfOther)` when whoever sees the one must not read the other;
/// `Refused(InquiryState)` when it is closed.
pub fn find_target(conn: &mut Conn, scope: &StaffScope, from: &InquiryId, number: &ReceiptNumber) -> Result<Inquiry> {
    may_answer(scope)?;
    let from = repo::get(conn, from)?;
    let named = repo::find_by_number(conn, number)?.ok_or(Error::NotFound)?;
    let into = match &named.merged_into {
        Some(id) => repo::get(conn, id)?,
        None => named,
    };
    if !rules::may_merge(&from, &into) {
        return Err(Refusal::InquiryOfOther.into());
    }
    match (transition(from.state, Verb::Merge), transition(into.state, Verb::TakeIn)) {
        (Some(_), Some(_)) => Ok(into),
        _ => Err(Refusal::InquiryState.into()),
    }
}

/// Merges `from` into `into`, both as they were looked at. The answer is then due
/// on the earlier of the two days.
///
/// # Errors
/// As [`find_target`] and [`super::answer`].
pub fn merge(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (from, seen): (&InquiryId, i64),
    (into, seen_into): (&InquiryId, i64),
) -> Result<()> {
    let source = workable(tx, scope, (from, seen))?;
    let target = repo::get_unchanged(tx.conn(), into, seen_into)?;
    if !rules::may_merge(&source, &target) {
        return Err(Refusal::InquiryOfOther.into());
    }
    let due = match target.state {
        State::Waiting => source.expected_on.min(target.expected_on),
        _ => source.expected_on,
    };
    let gone = Change { merged_into: Some(into.clone()), ..Change::default() };
    repo::advance(tx, &source, (Party::Staff, Verb::Merge), gone)?;
    let come = Change { expected_on: Some(due), wrote: true, ..Change::default() };
    repo::advance(tx, &target, (Party::Staff, Verb::TakeIn), come)?;
    diesel::update(inquiry_messages::table.filter(inquiry_messages::inquiry_id.eq(from)))
        .set(inquiry_messages::inquiry_id.eq(into))
        .execute(tx.conn())?;
    // What was merged into the source before follows it: no chains.
    diesel::update(inquiries::table.filter(inquiries::merged_into.eq(from)))
        .set(inquiries::merged_into.eq(into))
        .execute(tx.conn())?;
    tx.record(repo::deed("inquiry.merged", &source).with(json!({ "into": target.number })))
}
