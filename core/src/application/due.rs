//! The promised week: five business days, the clock stopped while it waits for
//! the applicant.

use chrono::NaiveDate;

use super::model::Application;
use super::repo;
use super::state::Verb;
use crate::calendar::{add_business_days, business_days_between};
use crate::clock::tokyo_date;
use crate::db::{At, Tx};
use crate::error::Result;

/// How many business days an answer may take (SPEC 4).
pub const PROMISED_BUSINESS_DAYS: u32 = 5;

/// By when an application sent now is answered.
pub fn promised(sent_at: At) -> NaiveDate {
    add_business_days(tokyo_date(sent_at.utc()), PROMISED_BUSINESS_DAYS)
}

/// The date after a correction: the days that were left when it was returned
/// (at least one) count from today.
pub(super) fn after_return(tx: &mut Tx<'_>, application: &Application) -> Result<NaiveDate> {
    let today = tokyo_date(tx.now().utc());
    let returned = repo::history(tx.conn(), &application.id)?.into_iter().find(|e| e.verb == Verb::Return);
    let left = match (returned, application.due_on) {
        (Some(event), Some(due_on)) => business_days_between(tokyo_date(event.at.utc()), due_on),
        _ => PROMISED_BUSINESS_DAYS,
    };
    Ok(add_business_days(today, left.max(1)))
}
