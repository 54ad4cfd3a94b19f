//! The asker's side of a thread: writing again, and saying that it is solved.

use chrono::Duration;

use super::model::{Author, Inquiry};
use super::repo::{self, By, Change};
use super::rules;
use super::state::{Party, State, Verb};
use crate::clock::tokyo_date;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::holiday;
use crate::ids::{InquiryId, InquiryMessageId};
use crate::scope::FacilityScope;

/// The same words again within this time are the same button pressed twice.
const PRESSED_TWICE: Duration = Duration::minutes(10);

/// Adds to a thread; an answered or closed one waits for an answer again, in the
/// same hands. `text` is read already.
///
/// # Errors
/// `NotFound` for what is not theirs; `Refused(InquiryState)` for what was merged.
pub fn write_again(tx: &mut Tx<'_>, scope: &FacilityScope, id: &InquiryId, text: &str) -> Result<()> {
    let (inquiry, now) = (hold_in_scope(tx, scope, id)?, tx.now());
    let messages = repo::messages(tx.conn(), id, false)?;
    let same = messages
        .last()
        .is_some_and(|last| last.author == Author::Asker && last.body == text && last.at + PRESSED_TWICE > now);
    if same {
        return Ok(());
    }
    let calendar = holiday::calendar(tx.conn())?;
    let expected_on = rules::promised_again(&inquiry, &calendar, tokyo_date(now.utc()));
    let change = Change { expected_on: Some(expected_on), wrote: true, ..Change::default() };
    repo::advance(tx, &inquiry, (Party::Asker, Verb::Write), change)?;
    repo::add_message(tx, id, &InquiryMessageId::mint(), By::Asker(Some(scope.account())), text)
}

/// 「解決しました」: nothing more is expected. Pressed twice, it is closed once.
///
/// # Errors
/// As [`write_again`].
pub fn resolve(tx: &mut Tx<'_>, scope: &FacilityScope, id: &InquiryId) -> Result<()> {
    let inquiry = hold_in_scope(tx, scope, id)?;
    if inquiry.state == State::Closed {
        return Ok(());
    }
    repo::advance(tx, &inquiry, (Party::Asker, Verb::Resolve), Change::default())
}

fn hold_in_scope(tx: &mut Tx<'_>, scope: &FacilityScope, id: &InquiryId) -> Result<Inquiry> {
    let inquiry = repo::hold(tx, id)?;
    if rules::sees(scope, &inquiry) { Ok(inquiry) } else { Err(Error::NotFound) }
}
