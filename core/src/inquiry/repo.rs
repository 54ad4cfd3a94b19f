//! The register's SQL. `advance` alone writes a state.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::model::{Author, Inquiry, Message};
use super::state::{Party, State, Verb, transition};
use crate::audit::Deed;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::{AccountId, InquiryId, InquiryMessageId, StaffId};
use crate::refusal::Refusal;
use crate::schema::{accounts, inquiries, inquiry_messages, staff};
use crate::secret::ReceiptNumber;

/// So many numbers are tried before chance is not the reason any more.
const TRIES: usize = 5;

/// An inquiry by id, whoever asks.
pub(super) fn get(conn: &mut Conn, id: &InquiryId) -> Result<Inquiry> {
    Ok(inquiries::table.find(id).select(Inquiry::as_select()).first(conn)?)
}

/// An inquiry by its number.
pub(super) fn find_by_number(conn: &mut Conn, number: &ReceiptNumber) -> Result<Option<Inquiry>> {
    let found = inquiries::table.filter(inquiries::number.eq(number)).select(Inquiry::as_select());
    Ok(found.first(conn).optional()?)
}

/// The inquiries whose messages went to this one.
pub(super) fn merged_into(conn: &mut Conn, id: &InquiryId) -> Result<Vec<Inquiry>> {
    let merged = inquiries::table.filter(inquiries::merged_into.eq(id)).order(inquiries::id);
    Ok(merged.select(Inquiry::as_select()).load(conn)?)
}

/// Puts an inquiry in, under the first number that is free.
pub(super) fn insert(tx: &mut Tx<'_>, mut row: Inquiry) -> Result<Inquiry> {
    for _ in 0..TRIES {
        if tx.insert_once(|c| diesel::insert_into(inquiries::table).values(&row).execute(c))? {
            tx.record(
                deed("inquiry.received", &row).with(json!({ "category": row.category, "channel": row.channel })),
            )?;
            return Ok(row);
        }
        row.number = ReceiptNumber::mint();
    }
    Err(Error::boxed("no free number for an inquiry"))
}

/// A deed on an inquiry, at its facility.
pub(super) fn deed<'a>(action: &'static str, inquiry: &'a Inquiry) -> Deed<'a> {
    let deed = Deed::new(action, "inquiries", inquiry.id.as_str());
    match &inquiry.facility_id {
        Some(facility) => deed.at_facility(facility),
        None => deed,
    }
}

/// What becomes different besides the state; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    pub assignee: Option<Option<StaffId>>,
    pub expected_on: Option<NaiveDate>,
    pub merged_into: Option<InquiryId>,
    /// Whether asker or staff wrote.
    pub wrote: bool,
}

/// Moves an inquiry along one arrow of the table, for this party. The only writer
/// of `state`.
///
/// # Errors
/// `Refused(InquiryState)` when there is no such arrow, `Conflict` when somebody
/// was faster.
pub(super) fn advance(tx: &mut Tx<'_>, inquiry: &Inquiry, (by, verb): (Party, Verb), change: Change) -> Result<()> {
    // What was erased is over: nobody could be answered.
    if inquiry.erased_at.is_some() {
        return Err(Refusal::InquiryState.into());
    }
    let arrow = transition(inquiry.state, verb).filter(|arrow| arrow.by == by).ok_or(Refusal::InquiryState)?;
    let now = tx.now();
    let assignee = change.assignee.unwrap_or_else(|| inquiry.assignee_id.clone());
    let closed_at = matches!(arrow.to, State::Closed | State::Merged).then_some(now);
    let changed = diesel::update(inquiries::table.find(&inquiry.id))
        .filter(inquiries::state.eq(arrow.from))
        .filter(inquiries::revision.eq(inquiry.revision))
        .set((
            inquiries::state.eq(arrow.to),
            inquiries::revision.eq(inquiry.revision + 1),
            inquiries::assignee_id.eq(assignee.clone()),
            inquiries::expected_on.eq(change.expected_on.unwrap_or(inquiry.expected_on)),
            inquiries::last_message_at.eq(if change.wrote { now } else { inquiry.last_message_at }),
            inquiries::closed_at.eq(closed_at),
            inquiries::merged_into.eq(change.merged_into),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    let holder = |id: &Option<StaffId>| id.as_ref().map_or_else(String::new, ToString::to_string);
    tx.record(
        deed(verb.deed(), inquiry)
            .changed("state", arrow.from, arrow.to)
            .changed("assignee", holder(&inquiry.assignee_id), holder(&assignee))
            .with(json!({ "verb": verb })),
    )
}

/// The inquiry, if it is still as it was at revision `seen`.
pub(super) fn get_unchanged(conn: &mut Conn, id: &InquiryId, seen: i64) -> Result<Inquiry> {
    let inquiry = get(conn, id)?;
    if inquiry.revision == seen { Ok(inquiry) } else { Err(Error::Conflict) }
}

/// Holds the row until the transaction ends: whoever changes it at the same moment
/// comes before or after, never in between.
pub(super) fn hold(tx: &mut Tx<'_>, id: &InquiryId) -> Result<Inquiry> {
    let same = diesel::update(inquiries::table.find(id)).set(inquiries::revision.eq(inquiries::revision));
    same.execute(tx.conn())?;
    get(tx.conn(), id)
}

/// Whose words a new message holds.
pub(super) enum By<'a> {
    Asker(Option<&'a AccountId>),
    Staff(&'a StaffId),
    Note(&'a StaffId),
}

/// Adds a message to a thread.
pub(super) fn add_message(
    tx: &mut Tx<'_>,
    inquiry: &InquiryId,
    id: &InquiryMessageId,
    by: By<'_>,
    body: &str,
) -> Result<()> {
    let now = tx.now();
    let (author, account, staff) = match by {
        By::Asker(account) => (Author::Asker, account, None),
        By::Staff(staff) => (Author::Staff, None, Some(staff)),
        By::Note(staff) => (Author::Note, None, Some(staff)),
    };
    diesel::insert_into(inquiry_messages::table)
        .values((
            inquiry_messages::id.eq(id),
            inquiry_messages::inquiry_id.eq(inquiry),
            inquiry_messages::author.eq(author),
            inquiry_messages::account_id.eq(account),
            inquiry_messages::staff_id.eq(staff),
            inquiry_messages::body.eq(body),
            inquiry_messages::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// A thread, oldest first; with what staff tell each other, or without.
pub(super) fn messages(conn: &mut Conn, inquiry: &InquiryId, with_notes: bool) -> Result<Vec<Message>> {
    let mut query = inquiry_messages::table
        .left_join(staff::table)
        .left_join(accounts::table)
        .filter(inquiry_messages::inquiry_id.eq(inquiry))
        .into_boxed();
    if !with_notes {
        query = query.filter(inquiry_messages::author.ne(Author::Note));
    }
    Ok(query
        .order((inquiry_messages::created_at, inquiry_messages::id))
        .select((
            inquiry_messages::id,
            inquiry_messages::author,
            staff::name.nullable(),
            accounts::family_name.nullable(),
            accounts::given_name.nullable(),
            inquiry_messages::body,
            inquiry_messages::created_at,
        ))
        .load(conn)?)
}

/// The words of one message.
pub(super) fn body_of(conn: &mut Conn, id: &InquiryMessageId) -> Result<Option<String>> {
    Ok(inquiry_messages::table.find(id).select(inquiry_messages::body).first(conn).optional()?)
}
