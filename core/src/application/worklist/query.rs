//! The list's SQL: which rows, in which order, from where.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};

use super::seek::{Hits, seek};
use super::{Filter, From, Key, MANY, Page, Place, Row, View};
use crate::application::state::State;
use crate::calendar::Calendar;
use crate::clock::tokyo_date;
use crate::db::{At, Backend, Conn, containing};
use crate::error::{Error, Result};
use crate::holiday;
use crate::ids::ApplicationId;
use crate::schema::{applications, facilities, staff};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// One page of a view.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn list(
    conn: &mut Conn,
    scope: &StaffScope,
    view: View,
    filter: &Filter,
    from: &From,
    (size, now): (u16, At),
) -> Result<Page> {
    may_read(scope)?;
    let hits = filter.words.as_deref().map(|words| seek(conn, words)).transpose()?;
    let backwards = matches!(from, From::Before(_));
    let calendar = holiday::calendar(conn)?;
    let mut rows: Vec<Row> =
        page_query(scope, view, filter, hits, (from, now, &calendar)).limit(i64::from(size) + 1).load(conn)?;
    let more = rows.len() > usize::from(size);
    rows.truncate(usize::from(size));
    if backwards {
        rows.reverse();
    }
    let (first, last) = (rows.first().and_then(Row::place), rows.last().and_then(Row::place));
    Ok(Page {
        previous: first.filter(|_| if backwards { more } else { *from != From::Start }),
        next: last.filter(|_| backwards || more),
        rows,
    })
}

/// The columns of a row.
type Columns = (
    applications::id,
    applications::number,
    applications::kind,
    applications::state,
    applications::submitted_at,
    applications::due_on,
    facilities::name,
    facilities::kind,
    facilities::prefecture,
    applications::method,
    diesel::helper_types::Nullable<staff::name>,
);

const COLUMNS: fn() -> Columns = || {
    (
        applications::id,
        applications::number,
        applications::kind,
        applications::state,
        applications::submitted_at,
        applications::due_on,
        facilities::name,
        facilities::kind,
        facilities::prefecture,
        applications::method,
        staff::name.nullable(),
    )
};

#[diesel::dsl::auto_type]
fn joined() -> _ {
    applications::table
        .inner_join(facilities::table)
        .left_join(staff::table.on(applications::assignee_id.eq(staff::id.nullable())))
}

type Joined = diesel::helper_types::IntoBoxed<'static, joined, Backend>;

/// A page without its limit.
pub(super) fn page_query(
    scope: &StaffScope,
    view: View,
    filter: &Filter,
    hits: Option<Hits>,
    from: (&From, At, &Calendar),
) -> diesel::helper_types::Select<Joined, Columns> {
    rows_of(scope, view, filter, hits, from).select(COLUMNS())
}

/// How many applications there are under these conditions; nobody counts on
/// beyond [`MANY`].
///
/// # Errors
/// As [`list`].
pub fn count(conn: &mut Conn, scope: &StaffScope, view: View, filter: &Filter, now: At) -> Result<i64> {
    may_read(scope)?;
    let hits = filter.words.as_deref().map(|words| seek(conn, words)).transpose()?;
    let calendar = holiday::calendar(conn)?;
    let rows = rows_of(scope, view, filter, hits, (&From::Start, now, &calendar));
    let ones: Vec<i32> = rows.limit(MANY).select(sql::<Integer>("1")).load(conn)?;
    Ok(i64::try_from(ones.len()).unwrap_or(MANY))
}

/// What a deed on many has to know of the first `most` under these conditions.
///
/// # Errors
/// As [`list`].
pub fn keys(
    conn: &mut Conn,
    scope: &StaffScope,
    (view, filter): (View, &Filter),
    (most, now): (i64, At),
) -> Result<Vec<Key>> {
    may_read(scope)?;
    let hits = filter.words.as_deref().map(|words| seek(conn, words)).transpose()?;
    let calendar = holiday::calendar(conn)?;
    Ok(rows_of(scope, view, filter, hits, (&From::Start, now, &calendar)).limit(most).select(KEY).load(conn)?)
}

/// The same of these applications; drafts and what does not exist are passed over.
///
/// # Errors
/// As [`list`].
pub fn keys_of_ids(conn: &mut Conn, scope: &StaffScope, ids: &[ApplicationId]) -> Result<Vec<Key>> {
    may_read(scope)?;
    Ok(sent_of_ids(ids).select(KEY).load(conn)?)
}

/// The list's rows of these applications, in the list's order.
///
/// # Errors
/// As [`list`].
pub fn rows_of_ids(conn: &mut Conn, scope: &StaffScope, ids: &[ApplicationId]) -> Result<Vec<Row>> {
    may_read(scope)?;
    Ok(sent_of_ids(ids).select(COLUMNS()).load(conn)?)
}

fn sent_of_ids(ids: &[ApplicationId]) -> Joined {
    joined()
        .into_boxed()
        .filter(applications::due_on.is_not_null())
        .filter(applications::id.eq_any(ids.to_vec()))
        .order((applications::due_on, applications::id))
}

/// The columns of a [`Key`].
const KEY: (
    applications::id,
    applications::revision,
    applications::kind,
    applications::state,
    applications::assignee_id,
    applications::method,
    facilities::closed_on,
) = (
    applications::id,
    applications::revision,
    applications::kind,
    applications::state,
    applications::assignee_id,
    applications::method,
    facilities::closed_on,
);

/// The rows of a page in their order. The dates compare in the query, so that the
/// indexes on state and date serve.
fn rows_of(
    scope: &StaffScope,
    view: View,
    filter: &Filter,
    hits: Option<Hits>,
    (from, now, calendar): (&From, At, &Calendar),
) -> Joined {
    let mut query = joined().into_boxed().filter(applications::due_on.is_not_null());
    let today = tokyo_date(now.utc());
    query = match view {
        View::Mine => query
            .filter(applications::assignee_id.eq(scope.staff().clone()))
            .filter(applications::state.eq(State::InReview)),
        View::Unassigned => query.filter(applications::state.eq(State::Submitted)),
        View::Due => {
            query.filter(waiting()).filter(applications::due_on.between(today, calendar.add_business_days(today, 1)))
        }
        View::Overdue => query.filter(waiting()).filter(applications::due_on.lt(today)),
        View::Returned => query.filter(applications::state.eq(State::Returned)),
        View::All => query,
    };
    query = narrowed(query, filter);
    if let Some(hits) = hits {
        query = match hits {
            Hits::Number(number) => query.filter(applications::number.eq(number)),
            Hits::Facilities(ids) => query.filter(applications::facility_id.eq_any(ids)),
            Hits::Accounts(ids) => query.filter(applications::account_id.eq_any(ids)),
            Hits::Named(parts) => parts
                .iter()
                .fold(query, |query, part| query.filter(facilities::search_key.like(containing(part)).escape('\\'))),
        };
    }
    if let From::After(place) | From::Before(place) = from {
        query = beyond(query, place, upwards(filter, from));
    }
    match upwards(filter, from) {
        true => query.order((applications::due_on, applications::id)),
        false => query.order((applications::due_on.desc(), applications::id.desc())),
    }
}

/// Whether the walk goes from early to late due dates: as the list does, or
/// against it on the way back.
fn upwards(filter: &Filter, from: &From) -> bool {
    filter.latest_first == matches!(from, From::Before(_))
}

/// What lies on the other side of a row.
fn beyond(query: Joined, Place { due_on, id }: &Place, upwards: bool) -> Joined {
    let same_day = applications::due_on.eq(*due_on);
    // Said twice: the first alone lets the index begin in the right place.
    match upwards {
        true => query
            .filter(applications::due_on.ge(*due_on))
            .filter(applications::due_on.gt(*due_on).or(same_day.and(applications::id.gt(id.clone())))),
        false => query
            .filter(applications::due_on.le(*due_on))
            .filter(applications::due_on.lt(*due_on).or(same_day.and(applications::id.lt(id.clone())))),
    }
}

/// What waits for the staff: in the words of the index `applications_waiting`,
/// which serves only who says the same.
pub(super) const WAITING: &str = "applications.state in ('submitted', 'in_review', 'awaiting_approval')";

pub(super) fn waiting() -> SqlLiteral<Bool> {
    sql(WAITING)
}

fn narrowed(mut query: Joined, filter: &Filter) -> Joined {
    if let Some(kind) = filter.kind {
        query = query.filter(applications::kind.eq(kind));
    }
    if let Some(kind) = filter.facility_kind {
        query = query.filter(applications::facility_kind.eq(kind));
    }
    match filter.prefectures.as_slice() {
        [] => {}
        [one] => query = query.filter(applications::prefecture.eq(*one)),
        many => {
            // Not by the index on prefectures: the rows of several would have to be
            // sorted, while a walk along the due dates soon meets enough of a bureau.
            let numbers = many.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
            query = query.filter(sql::<Bool>(&format!("applications.prefecture + 0 in ({numbers})")));
        }
    }
    if let Some(state) = filter.state {
        query = query.filter(applications::state.eq(state));
    }
    if let Some(method) = filter.method {
        query = query.filter(applications::method.eq(method));
    }
    if let Some(from) = filter.sent_from {
        // Nothing is due on the day it was sent: the walk along the due dates begins there.
        query =
            query.filter(applications::submitted_at.ge(from)).filter(applications::due_on.gt(tokyo_date(from.utc())));
    }
    if let Some(before) = filter.sent_before {
        query = query.filter(applications::submitted_at.lt(before));
    }
    if let Some(holder) = &filter.holder {
        query = query
            .filter(applications::assignee_id.eq(holder.clone()))
            .filter(applications::state.eq_any([State::InReview, State::AwaitingApproval]));
    }
    query
}

pub(super) fn may_read(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ReadApplications) { Ok(()) } else { Err(Error::Forbidden) }
}
