//! The reviewers' list: six views, filters applied together, keyset paging in
//! the order in which answers are due.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::Application;
use super::state::{ApplicationKind, State};
use crate::calendar::add_business_days;
use crate::clock::tokyo_date;
use crate::db::{At, Backend, Conn, containing, text_enum};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::fold;
use crate::ids::ApplicationId;
use crate::schema::{accounts, applications, facilities, staff};
use crate::scope::StaffScope;
use crate::secret::ReceiptNumber;
use crate::staff::role::Permission;

text_enum! {
    /// A view of the list; also the value of `v` in its URL.
    pub enum View {
        /// 自分の担当
        Mine = "mine",
        /// 担当なし
        Unassigned = "unassigned",
        /// 期限が近い: due today or within one business day.
        Due = "due",
        /// 期限超過
        Overdue = "overdue",
        /// 差戻し中
        Returned = "returned",
        /// すべて
        All = "all",
    }
}

impl View {
    /// The words staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mine => "自分の担当",
            Self::Unassigned => "担当なし",
            Self::Due => "期限が近い",
            Self::Overdue => "期限超過",
            Self::Returned => "差戻し中",
            Self::All => "すべて",
        }
    }
}

/// What the list is narrowed to; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Facility kind.
    pub facility_kind: Option<FacilityKind>,
    /// Prefecture number (JIS X 0401).
    pub prefecture: Option<i32>,
    /// State.
    pub state: Option<State>,
    /// 受付番号, facility code, part of the facility's name, or mail address.
    pub words: Option<String>,
}

/// Where a page begins: after this row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// The row's due date.
    pub due_on: NaiveDate,
    /// The row's id.
    pub id: ApplicationId,
}

/// One row of the list.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// Id.
    pub id: ApplicationId,
    /// 受付番号.
    pub number: Option<ReceiptNumber>,
    /// Which procedure.
    pub kind: ApplicationKind,
    /// Where it stands.
    pub state: State,
    /// When it was first sent.
    pub submitted_at: Option<At>,
    /// By when it is to be answered.
    pub due_on: Option<NaiveDate>,
    /// The facility's name.
    pub facility_name: String,
    /// Its kind.
    pub facility_kind: FacilityKind,
    /// Its prefecture number.
    pub prefecture: i32,
    /// Who has it.
    pub assignee: Option<String>,
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Where the next page begins, if there is one.
    pub next: Option<After>,
}

/// One page of a view.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn list(
    conn: &mut Conn,
    scope: &StaffScope,
    view: View,
    filter: &Filter,
    after: Option<&After>,
    (size, now): (u16, At),
) -> Result<Page> {
    may_read(scope)?;
    let mut query = rows_of(scope, view, now);
    if let Some(kind) = filter.facility_kind {
        query = query.filter(facilities::kind.eq(kind));
    }
    if let Some(prefecture) = filter.prefecture {
        query = query.filter(facilities::prefecture.eq(prefecture));
    }
    if let Some(state) = filter.state {
        query = query.filter(applications::state.eq(state));
    }
    if let Some(words) = &filter.words {
        let name = fold::search_key(words);
        // A key of nothing would match every name; the empty pattern matches none.
        let name = if name.is_empty() { name } else { containing(&name) };
        let mail = containing(&words.trim().to_lowercase());
        query = query.filter(
            applications::number
                .eq(ReceiptNumber::parse(words))
                .or(facilities::code.eq(fold::digits(words).unwrap_or_default()).nullable())
                .or(facilities::search_key.like(name).escape('\\').nullable())
                .or(accounts::email_key.like(mail).escape('\\').nullable())
                .assume_not_null(),
        );
    }
    if let Some(After { due_on, id }) = after {
        let later = applications::due_on.gt(due_on);
        let same_day = applications::due_on.eq(due_on).and(applications::id.gt(id));
        query = query.filter(later.or(same_day.nullable()).assume_not_null());
    }
    let mut rows: Vec<Row> = query
        .order((applications::due_on, applications::id))
        .limit(i64::from(size) + 1)
        .select((
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
        ))
        .load(conn)?;
    let more = rows.len() > usize::from(size);
    rows.truncate(usize::from(size));
    let last = rows.last().filter(|_| more);
    let next = last.and_then(|row| Some(After { due_on: row.due_on?, id: row.id.clone() }));
    Ok(Page { rows, next })
}

/// How many applications each view holds, in the order of [`View::ALL`].
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn counts(conn: &mut Conn, scope: &StaffScope, now: At) -> Result<Vec<(View, i64)>> {
    may_read(scope)?;
    View::ALL.iter().map(|view| Ok((*view, rows_of(scope, *view, now).count().get_result(conn)?))).collect()
}

fn may_read(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ReadApplications) { Ok(()) } else { Err(Error::Forbidden) }
}

#[diesel::dsl::auto_type]
fn joined() -> _ {
    applications::table
        .inner_join(facilities::table)
        .inner_join(accounts::table)
        .left_join(staff::table.on(applications::assignee_id.eq(staff::id.nullable())))
}

type Joined = diesel::helper_types::IntoBoxed<'static, joined, Backend>;

/// The sent applications of a view. The dates compare in the query, so the
/// index on state and date serves.
fn rows_of(scope: &StaffScope, view: View, now: At) -> Joined {
    let today = tokyo_date(now.utc());
    let waiting = [State::Submitted, State::InReview, State::AwaitingApproval];
    let query = joined().into_boxed().filter(applications::number.is_not_null());
    match view {
        View::Mine => query
            .filter(applications::assignee_id.eq(scope.staff().clone()))
            .filter(applications::state.eq(State::InReview)),
        View::Unassigned => query.filter(applications::state.eq(State::Submitted)),
        View::Due => query
            .filter(applications::state.eq_any(waiting))
            .filter(applications::due_on.between(today, add_business_days(today, 1))),
        View::Overdue => query.filter(applications::state.eq_any(waiting)).filter(applications::due_on.lt(today)),
        View::Returned => query.filter(applications::state.eq(State::Returned)),
        View::All => query,
    }
}

/// The waiting ones, longest first; what was corrected is assigned already.
pub(super) fn longest_waiting(conn: &mut Conn, limit: i64) -> Result<Vec<Application>> {
    Ok(applications::table
        .filter(applications::state.eq(State::Submitted))
        .order((applications::due_on, applications::id))
        .limit(limit)
        .select(Application::as_select())
        .load(conn)?)
}
