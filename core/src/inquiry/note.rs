//! Internal notes: what staff tell each other about an inquiry. A note changes
//! nothing that a colleague may be deciding on, so it moves no revision.

use super::repo::{self, By};
use super::state::State;
use super::view::may_answer;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{InquiryId, InquiryMessageId};
use crate::refusal::Refusal;
use crate::scope::StaffScope;

/// Writes a note; `text` is read already.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound`; `Refused(InquiryState)` for
/// what was merged or erased.
pub fn add_note(tx: &mut Tx<'_>, scope: &StaffScope, id: &InquiryId, text: &str) -> Result<()> {
    may_answer(scope)?;
    let inquiry = repo::hold(tx, id)?;
    if inquiry.state == State::Merged || inquiry.erased_at.is_some() {
        return Err(Refusal::InquiryState.into());
    }
    repo::add_message(tx, id, &InquiryMessageId::mint(), By::Note(scope.staff()), text)?;
    tx.record(repo::deed("inquiry.note_written", &inquiry))
}
