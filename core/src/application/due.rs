//! The promised week: five business days, the clock stopped while it waits for
//! the applicant.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::Application;
use super::repo;
use super::state::{State, Verb};
use crate::calendar::midnight;
use crate::clock::tokyo_date;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::holiday;
use crate::schema::applications;
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// How many business days an answer may take (SPEC 4).
pub const PROMISED_BUSINESS_DAYS: u32 = 5;

/// By when an application sent now is answered.
///
/// # Errors
/// From the database only.
pub fn promised(conn: &mut Conn, sent_at: At) -> Result<NaiveDate> {
    let sent_on = tokyo_date(sent_at.utc());
    Ok(holiday::calendar(conn)?.add_business_days(sent_on, PROMISED_BUSINESS_DAYS))
}

/// How many applications wait whose promised time runs over a day: what adding
/// or removing a holiday touches. Their dates stay as they were told.
///
/// # Errors
/// `Forbidden` without the permission to change settings.
pub fn running_over(conn: &mut Conn, scope: &StaffScope, day: NaiveDate) -> Result<i64> {
    if !scope.may(Permission::ManageSettings) {
        return Err(Error::Forbidden);
    }
    Ok(applications::table
        .filter(applications::state.eq_any([State::Submitted, State::InReview, State::AwaitingApproval]))
        .filter(applications::submitted_at.lt(At::from(midnight(day))))
        .filter(applications::due_on.ge(day))
        .count()
        .get_result(conn)?)
}

/// The date after a correction: the days that were left when it was returned
/// (at least one) count from today.
pub(super) fn after_return(tx: &mut Tx<'_>, application: &Application) -> Result<NaiveDate> {
    let today = tokyo_date(tx.now().utc());
    let returned = repo::history(tx.conn(), &application.id)?.into_iter().find(|e| e.verb == Verb::Return);
    let calendar = holiday::calendar(tx.conn())?;
    let left = match (returned, application.due_on) {
        (Some(event), Some(due_on)) => calendar.business_days_between(tokyo_date(event.at.utc()), due_on),
        _ => PROMISED_BUSINESS_DAYS,
    };
    Ok(calendar.add_business_days(today, left.max(1)))
}
