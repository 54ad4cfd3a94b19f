//! The list's SQL: which rows, in which order, from where.

use diesel::prelude::*;

use super::seek::{Hits, seek};
use super::{Filter, From, Page, Place, Row, View};
use crate::application::model::Application;
use crate::application::state::State;
use crate::calendar::add_business_days;
use crate::clock::tokyo_date;
use crate::db::{At, Backend, Conn};
use crate::error::{Error, Result};
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
    let mut rows: Vec<Row> =
        page_query(scope, view, filter, hits, (from, now)).limit(i64::from(size) + 1).load(conn)?;
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
    diesel::helper_types::Nullable<staff::name>,
);

#[diesel::dsl::auto_type]
fn joined() -> _ {
    applications::table
        .inner_join(facilities::table)
        .left_join(staff::table.on(applications::assignee_id.eq(staff::id.nullable())))
}

type PageQuery = diesel::helper_types::IntoBoxed<'static, diesel::helper_types::Select<joined, Columns>, Backend>;

/// A page without its limit. The dates compare in the query, so that the
/// indexes on state and date serve.
pub(super) fn page_query(
    scope: &StaffScope,
    view: View,
    filter: &Filter,
    hits: Option<Hits>,
    (from, now): (&From, At),
) -> PageQuery {
    let columns: Columns = (
        applications::id,
        applications::number,
        applications::kind,
        applications::state,
        applications::submitted_at,
        applications::due_on,
        facilities::name,
        facilities::kind,
        facilities::prefecture,
        staff::name.nullable(),
    );
    let mut query = joined().select(columns).into_boxed().filter(applications::due_on.is_not_null());
    let today = tokyo_date(now.utc());
    query = match view {
        View::Mine => query
            .filter(applications::assignee_id.eq(scope.staff().clone()))
            .filter(applications::state.eq(State::InReview)),
        View::Unassigned => query.filter(applications::state.eq(State::Submitted)),
        View::Due => query
            .filter(applications::state.eq_any(WAITING))
            .filter(applications::due_on.between(today, add_business_days(today, 1))),
        View::Overdue => query.filter(applications::state.eq_any(WAITING)).filter(applications::due_on.lt(today)),
        View::Returned => query.filter(applications::state.eq(State::Returned)),
        View::All => query,
    };
    query = narrowed(query, filter);
    if let Some(hits) = hits {
        query = match hits {
            Hits::Number(number) => query.filter(applications::number.eq(number)),
            Hits::Facilities(ids) => query.filter(applications::facility_id.eq_any(ids)),
            Hits::Accounts(ids) => query.filter(applications::account_id.eq_any(ids)),
        };
    }
    match from {
        From::Start => query.order((applications::due_on, applications::id)),
        From::After(Place { due_on, id }) => {
            let same_day = applications::due_on.eq(*due_on).and(applications::id.gt(id.clone()));
            query
                // Said twice: the first alone lets the index begin in the right place.
                .filter(applications::due_on.ge(*due_on))
                .filter(applications::due_on.gt(*due_on).or(same_day))
                .order((applications::due_on, applications::id))
        }
        From::Before(Place { due_on, id }) => {
            let same_day = applications::due_on.eq(*due_on).and(applications::id.lt(id.clone()));
            query
                .filter(applications::due_on.le(*due_on))
                .filter(applications::due_on.lt(*due_on).or(same_day))
                .order((applications::due_on.desc(), applications::id.desc()))
        }
    }
}

/// The states of what waits for the staff.
pub(super) const WAITING: [State; 3] = [State::Submitted, State::InReview, State::AwaitingApproval];

fn narrowed(mut query: PageQuery, filter: &Filter) -> PageQuery {
    if let Some(kind) = filter.kind {
        query = query.filter(applications::kind.eq(kind));
    }
    if let Some(kind) = filter.facility_kind {
        query = query.filter(applications::facility_kind.eq(kind));
    }
    match filter.prefectures.as_slice() {
        [] => {}
        [one] => query = query.filter(applications::prefecture.eq(*one)),
        many => query = query.filter(applications::prefecture.eq_any(many.to_vec())),
    }
    if let Some(state) = filter.state {
        query = query.filter(applications::state.eq(state));
    }
    if let Some(from) = filter.sent_from {
        query = query.filter(applications::submitted_at.ge(from));
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

/// The waiting ones, longest first; what was corrected is assigned already.
pub(in crate::application) fn longest_waiting(conn: &mut Conn, limit: i64) -> Result<Vec<Application>> {
    Ok(applications::table
        .filter(applications::state.eq(State::Submitted))
        .order((applications::due_on, applications::id))
        .limit(limit)
        .select(Application::as_select())
        .load(conn)?)
}
