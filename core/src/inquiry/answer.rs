//! Answering: one message, one letter to each who asked.

use std::collections::HashSet;

use super::assign::workable;
use super::mail::InquiryAnswered;
use super::model::Inquiry;
use super::repo::{self, By, Change};
use super::state::{Party, Verb};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{InquiryId, InquiryMessageId};
use crate::scope::StaffScope;

/// An answer that can go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The message's id, minted beforehand so that its letter can be shown.
    pub message: InquiryMessageId,
    /// The words, read already.
    pub text: String,
}

/// Answers an inquiry that nobody else has in hand; from then on it is the
/// answerer's. `seen` is the revision that was looked at.
///
/// # Errors
/// `Forbidden` without the permission; `Conflict` when it changed meanwhile;
/// `Refused(InquiryHeld)` when a colleague has it; `Refused(InquiryState)`.
pub fn answer(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&InquiryId, i64), answer: &Answer) -> Result<()> {
    let inquiry = workable(tx, scope, (id, seen))?;
    let change = Change { assignee: Some(Some(scope.staff().clone())), wrote: true, ..Change::default() };
    repo::advance(tx, &inquiry, (Party::Staff, Verb::Answer), change)?;
    repo::add_message(tx, id, &answer.message, By::Staff(scope.staff()), &answer.text)?;
    tell(tx, inquiry, &answer.message)
}

/// One letter for each address: whoever asked twice reads one that names both numbers.
pub(super) fn tell(tx: &mut Tx<'_>, inquiry: Inquiry, message: &InquiryMessageId) -> Result<()> {
    let merged = repo::merged_into(tx.conn(), &inquiry.id)?;
    let mut told = HashSet::new();
    for asked in [inquiry].into_iter().chain(merged) {
        if asked.email_key.is_some_and(|address| told.insert(address)) {
            tx.send(&InquiryAnswered { inquiry: asked.id, message: message.clone() })?;
        }
    }
    Ok(())
}
