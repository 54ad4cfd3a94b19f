//! How many applications each view holds. Beyond [`MANY`] nobody counts on: the
//! figure then reads 「1,000件以上」.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::View;
use super::query::{may_read, waiting};
use crate::application::state::State;
use crate::calendar::Calendar;
use crate::clock::tokyo_date;
use crate::db::{At, Backend, Conn};
use crate::error::Result;
use crate::holiday;
use crate::schema::applications;
use crate::scope::StaffScope;

/// From here on the exact number is not counted.
pub const MANY: i64 = 1000;

/// The counts in the order of [`View::ALL`], each at most [`MANY`].
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn counts(conn: &mut Conn, scope: &StaffScope, now: At) -> Result<Vec<(View, i64)>> {
    may_read(scope)?;
    let calendar = holiday::calendar(conn)?;
    let count = |view: &View| Ok((*view, count(conn, scope, *view, (now, &calendar))?));
    View::ALL.iter().map(count).collect()
}

type Ones = diesel::helper_types::IntoBoxed<
    'static,
    diesel::helper_types::Select<applications::table, diesel::expression::SqlLiteral<Integer>>,
    Backend,
>;

fn count(conn: &mut Conn, scope: &StaffScope, view: View, when: (At, &Calendar)) -> Result<i64> {
    let ones: Vec<i32> = ones(scope, view, when).limit(MANY).load(conn)?;
    Ok(i64::try_from(ones.len()).unwrap_or(MANY))
}

/// A one for each row of a view.
pub(super) fn ones(scope: &StaffScope, view: View, (now, calendar): (At, &Calendar)) -> Ones {
    let today = tokyo_date(now.utc());
    let query = applications::table.select(sql::<Integer>("1")).into_boxed();
    match view {
        View::Mine => query
            .filter(applications::assignee_id.eq(scope.staff().clone()))
            .filter(applications::state.eq(State::InReview)),
        View::Unassigned => query.filter(applications::state.eq(State::Submitted)),
        View::Due => {
            query.filter(waiting()).filter(applications::due_on.between(today, calendar.add_business_days(today, 1)))
        }
        View::Overdue => query.filter(waiting()).filter(applications::due_on.lt(today)),
        View::Returned => query.filter(applications::state.eq(State::Returned)),
        View::All => query.filter(applications::due_on.is_not_null()),
    }
}
