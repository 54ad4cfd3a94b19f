//! Reading inquiries: as the people who asked may, and as staff may.

use diesel::prelude::*;

use super::model::{Inquiry, Message};
use super::{repo, rules};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::ids::InquiryId;
use crate::schema::inquiries;
use crate::scope::{FacilityScope, StaffScope};
use crate::secret::ReceiptNumber;
use crate::staff::role::Permission;

/// One page of a person's inquiries, newest first.
#[derive(Debug, Clone)]
pub struct ScopePage {
    /// The rows.
    pub rows: Vec<Inquiry>,
    /// The last row's id, if more follow.
    pub next: Option<InquiryId>,
}

/// An inquiry with its messages.
#[derive(Debug, Clone)]
pub struct Thread {
    /// The inquiry.
    pub inquiry: Inquiry,
    /// Its messages, oldest first.
    pub messages: Vec<Message>,
    /// The numbers of those that were merged into it.
    pub merged: Vec<ReceiptNumber>,
    /// The number of the inquiry it was merged into.
    pub into: Option<ReceiptNumber>,
}

/// An inquiry as far as the scope may see it.
///
/// # Errors
/// `NotFound`, also for what exists but is not theirs.
pub fn get_in_scope(conn: &mut Conn, scope: &FacilityScope, id: &InquiryId) -> Result<Inquiry> {
    let inquiry = repo::get(conn, id)?;
    if rules::sees(scope, &inquiry) { Ok(inquiry) } else { Err(Error::NotFound) }
}

/// An inquiry with what asker and staff wrote; notes of the staff are not among it.
///
/// # Errors
/// As [`get_in_scope`].
pub fn get_thread(conn: &mut Conn, scope: &FacilityScope, id: &InquiryId) -> Result<Thread> {
    let inquiry = get_in_scope(conn, scope, id)?;
    thread(conn, inquiry, false)
}

/// What the person asked, and what was asked for the facility in hand, older than
/// the row given. Ids sort by time.
///
/// # Errors
/// From the database only.
pub fn list_in_scope(
    conn: &mut Conn,
    scope: &FacilityScope,
    after: Option<&InquiryId>,
    size: u16,
) -> Result<ScopePage> {
    let mut query = inquiries::table.into_boxed();
    query = match scope.verified() {
        true => query.filter(
            inquiries::account_id
                .eq(scope.account())
                .or(inquiries::facility_id.eq(scope.facility()).and(inquiries::shared.eq(true))),
        ),
        false => query.filter(inquiries::account_id.eq(scope.account())),
    };
    if let Some(id) = after {
        query = query.filter(inquiries::id.lt(id));
    }
    let mut rows: Vec<Inquiry> =
        query.order(inquiries::id.desc()).limit(i64::from(size) + 1).select(Inquiry::as_select()).load(conn)?;
    let more = rows.len() > usize::from(size);
    rows.truncate(usize::from(size));
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(ScopePage { rows, next })
}

/// An inquiry, for staff.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound`.
pub fn get_for_staff(conn: &mut Conn, scope: &StaffScope, id: &InquiryId) -> Result<Inquiry> {
    may_read(scope)?;
    repo::get(conn, id)
}

/// An inquiry with all its messages, notes among them.
///
/// # Errors
/// As [`get_for_staff`].
pub fn thread_for_staff(conn: &mut Conn, scope: &StaffScope, id: &InquiryId) -> Result<Thread> {
    let inquiry = get_for_staff(conn, scope, id)?;
    thread(conn, inquiry, true)
}

fn thread(conn: &mut Conn, inquiry: Inquiry, with_notes: bool) -> Result<Thread> {
    let into = inquiry.merged_into.as_ref().map(|id| repo::get(conn, id)).transpose()?;
    Ok(Thread {
        messages: repo::messages(conn, &inquiry.id, with_notes)?,
        merged: repo::merged_into(conn, &inquiry.id)?.into_iter().map(|merged| merged.number).collect(),
        into: into.map(|into| into.number),
        inquiry,
    })
}

pub(super) fn may_read(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ReadInquiries) { Ok(()) } else { Err(Error::Forbidden) }
}

pub(super) fn may_answer(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::AnswerInquiries) { Ok(()) } else { Err(Error::Forbidden) }
}
