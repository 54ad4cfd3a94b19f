//! Mail that went out, and jobs that died: to look at, not to touch.

use diesel::prelude::*;

use super::facilities::MEMBERS;
use super::must;
use crate::db::{At, Conn};
use crate::error::Result;
use crate::ids::{FacilityId, JobId, MailId};
use crate::mail::{MailRow, MailState};
use crate::queue::JobState;
use crate::schema::{accounts, jobs, mails, memberships};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// One page of mails, newest first.
#[derive(Debug, Clone)]
pub struct MailPage {
    /// The rows.
    pub rows: Vec<MailRow>,
    /// The last row's id, if more follow.
    pub next: Option<MailId>,
}

/// One mail.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound`.
pub fn get_mail(conn: &mut Conn, scope: &StaffScope, id: &MailId) -> Result<MailRow> {
    must(scope, Permission::ReadMail)?;
    Ok(mails::table.find(id).select(MailRow::as_select()).first(conn)?)
}

/// Mails in one state or all, to one address or all, older than the row given.
/// Ids sort by time.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list_mails(
    conn: &mut Conn,
    scope: &StaffScope,
    (state, recipient): (Option<MailState>, Option<&str>),
    after: Option<&MailId>,
    size: u16,
) -> Result<MailPage> {
    must(scope, Permission::ReadMail)?;
    let mut query = mails::table.into_boxed();
    if let Some(recipient) = recipient {
        query = query.filter(mails::recipient.eq(recipient.to_owned()));
    }
    if let Some(state) = state {
        query = query.filter(mails::state.eq(state));
    }
    if let Some(id) = after {
        query = query.filter(mails::id.lt(id.clone()));
    }
    let mut rows: Vec<MailRow> =
        query.order(mails::id.desc()).limit(i64::from(size) + 1).select(MailRow::as_select()).load(conn)?;
    let more = rows.len() > usize::from(size);
    rows.truncate(usize::from(size));
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(MailPage { rows, next })
}

/// The newest mails to the people of a facility; whoever belongs to several gets
/// mail for the others too.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn mails_to_members(conn: &mut Conn, scope: &StaffScope, facility: &FacilityId, size: u16) -> Result<Vec<MailRow>> {
    must(scope, Permission::ReadMail)?;
    let addresses: Vec<String> = memberships::table
        .inner_join(accounts::table)
        .filter(memberships::facility_id.eq(facility))
        .limit(MEMBERS)
        .select(accounts::email)
        .load(conn)?;
    let theirs = mails::table.filter(mails::recipient.eq_any(addresses));
    Ok(theirs.order(mails::id.desc()).limit(size.into()).select(MailRow::as_select()).load(conn)?)
}

/// A job that failed for good. Its payload stays in the table.
#[derive(Debug, Clone, Queryable)]
pub struct DeadJob {
    /// Id.
    pub id: JobId,
    /// What sort of job.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i32,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: At,
    /// When it was given up.
    pub finished_at: Option<At>,
}

/// The newest dead jobs.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list_dead_jobs(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<DeadJob>> {
    must(scope, Permission::ReadMail)?;
    Ok(jobs::table
        .filter(jobs::state.eq(JobState::Dead))
        .order((jobs::created_at.desc(), jobs::id.desc()))
        .limit(100)
        .select((jobs::id, jobs::kind, jobs::attempts, jobs::last_error, jobs::created_at, jobs::finished_at))
        .load(conn)?)
}
