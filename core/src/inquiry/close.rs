//! The end of an inquiry: by staff, or by itself when nobody wrote for a month
//! after the answer; and opening it again.

use chrono::Duration;
use diesel::prelude::*;

use super::assign::workable;
use super::model::Inquiry;
use super::repo::{self, Change};
use super::rules;
use super::state::{Party, State, Verb};
use crate::clock::tokyo_date;
use crate::db::Tx;
use crate::error::Result;
use crate::holiday;
use crate::ids::InquiryId;
use crate::schema::inquiries;
use crate::scope::StaffScope;

/// An answered inquiry is closed when nobody wrote for this long.
const QUIET: Duration = Duration::days(30);
/// So many are closed in one go.
const BATCH: i64 = 500;

/// Closes an inquiry. The asker is not told: they have their answer, or there is
/// nothing to answer.
///
/// # Errors
/// As [`super::answer`].
pub fn close(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&InquiryId, i64)) -> Result<()> {
    let inquiry = workable(tx, scope, (id, seen))?;
    repo::advance(tx, &inquiry, (Party::Staff, Verb::Close), Change::default())
}

/// Opens a closed inquiry again: it waits for an answer.
///
/// # Errors
/// As [`super::answer`].
pub fn reopen(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&InquiryId, i64)) -> Result<()> {
    let inquiry = workable(tx, scope, (id, seen))?;
    let (calendar, now) = (holiday::calendar(tx.conn())?, tx.now());
    let expected_on = rules::promised_again(&inquiry, &calendar, tokyo_date(now.utc()));
    let change = Change { expected_on: Some(expected_on), ..Change::default() };
    repo::advance(tx, &inquiry, (Party::Staff, Verb::Reopen), change)
}

/// Closes what was answered a month ago and not written to since; tells how many.
///
/// # Errors
/// From the database; what somebody is writing to right now is left for later.
pub fn close_quiet(tx: &mut Tx<'_>) -> Result<usize> {
    let before = tx.now() - QUIET;
    let quiet: Vec<Inquiry> = inquiries::table
        .filter(inquiries::state.eq(State::Answered))
        .filter(inquiries::last_message_at.le(before))
        .order(inquiries::last_message_at)
        .limit(BATCH)
        .select(Inquiry::as_select())
        .load(tx.conn())?;
    for inquiry in &quiet {
        repo::advance(tx, inquiry, (Party::Rule, Verb::Expire), Change::default())?;
    }
    Ok(quiet.len())
}
