//! The list of those who answer: six views, filters and words together, keyset
//! paging in the order of the promised days, as the reviewers' list
//! (`application::worklist`).

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::model::Channel;
use super::state::State;
use super::view::may_read;
use crate::calendar::Calendar;
use crate::clock::tokyo_date;
use crate::content::Category;
use crate::db::{At, Backend, Conn, containing, text_enum};
use crate::error::Result;
use crate::facility::code::FacilityCode;
use crate::facility::kind::Site;
use crate::facility::search;
use crate::fold;
use crate::holiday;
use crate::ids::{FacilityId, InquiryId};
use crate::schema::{facilities, inquiries, staff};
use crate::scope::StaffScope;
use crate::secret::ReceiptNumber;

/// From here on the exact number is not counted.
pub const MANY: i64 = 1000;
/// So many people are looked up by how their name begins.
const MOST: i64 = 500;

text_enum! {
    /// A view of the list; also the value of `v` in its URL.
    pub enum View {
        /// Waiting, in one's own hands.
        Mine = "mine",
        /// Waiting, in nobody's hands.
        Unassigned = "unassigned",
        /// Waiting, promised for today or the next business day.
        Due = "due",
        /// Waiting, promised for a day that is over.
        Overdue = "overdue",
        /// The last word is the staff's.
        Answered = "answered",
        /// Everything.
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
            Self::Answered => "回答済み",
            Self::All => "すべて",
        }
    }
}

/// What the list is narrowed to; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What it is about.
    pub category: Option<Category>,
    /// The portal.
    pub site: Option<Site>,
    /// Number, mail address, facility (name or code), or how the asker's name begins.
    pub words: Option<String>,
}

/// A row's place in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The promised day.
    pub expected_on: NaiveDate,
    /// The row's id.
    pub id: InquiryId,
}

/// Which page of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum From {
    /// The first.
    #[default]
    Start,
    /// What follows this row.
    After(Place),
    /// What comes before this row.
    Before(Place),
}

/// One row of the list.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// Id.
    pub id: InquiryId,
    /// Its number.
    pub number: ReceiptNumber,
    /// The portal.
    pub site: Site,
    /// What it is about.
    pub category: Category,
    /// Where it stands.
    pub state: State,
    /// By which way it came.
    pub channel: Channel,
    /// Who asked.
    pub name: String,
    /// For which facility.
    pub facility_name: Option<String>,
    /// Its code.
    pub facility_code: Option<FacilityCode>,
    /// The promised day.
    pub expected_on: NaiveDate,
    /// When it was asked.
    pub created_at: At,
    /// When somebody last wrote.
    pub last_message_at: At,
    /// Who has it.
    pub holder: Option<String>,
}

impl Row {
    /// Its place in the order.
    pub fn place(&self) -> Place {
        Place { expected_on: self.expected_on, id: self.id.clone() }
    }
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Before which row the page before ends, if there is one.
    pub previous: Option<Place>,
    /// After which row the next page begins, if there is one.
    pub next: Option<Place>,
}

/// One page of a view.
///
/// # Errors
/// `Forbidden` without the permission to read inquiries.
pub fn list(
    conn: &mut Conn,
    scope: &StaffScope,
    (view, filter): (View, &Filter),
    from: &From,
    (size, now): (u16, At),
) -> Result<Page> {
    may_read(scope)?;
    let hits = filter.words.as_deref().map(|words| seek(conn, words)).transpose()?;
    let calendar = holiday::calendar(conn)?;
    let query = turned(rows_of(scope, (view, filter), hits, (now, &calendar)), from);
    let backwards = matches!(from, From::Before(_));
    let mut rows: Vec<Row> = query.limit(i64::from(size) + 1).select(COLUMNS()).load(conn)?;
    let more = rows.len() > usize::from(size);
    rows.truncate(usize::from(size));
    if backwards {
        rows.reverse();
    }
    let (first, last) = (rows.first().map(Row::place), rows.last().map(Row::place));
    Ok(Page {
        previous: first.filter(|_| if backwards { more } else { *from != From::Start }),
        next: last.filter(|_| backwards || more),
        rows,
    })
}

/// How many each view holds, in the order of [`View::ALL`], each at most [`MANY`].
///
/// # Errors
/// As [`list`].
pub fn counts(conn: &mut Conn, scope: &StaffScope, now: At) -> Result<Vec<(View, i64)>> {
    may_read(scope)?;
    let calendar = holiday::calendar(conn)?;
    let count = |view: &View| {
        let rows = rows_of(scope, (*view, &Filter::default()), None, (now, &calendar));
        let ones: Vec<i32> = rows.limit(MANY).select(sql::<Integer>("1")).load(conn)?;
        Ok((*view, i64::try_from(ones.len()).unwrap_or(MANY)))
    };
    View::ALL.iter().map(count).collect()
}

/// The inquiry of this number.
///
/// # Errors
/// As [`list`].
pub fn find_by_number(conn: &mut Conn, scope: &StaffScope, number: &ReceiptNumber) -> Result<Option<InquiryId>> {
    may_read(scope)?;
    Ok(super::repo::find_by_number(conn, number)?.map(|inquiry| inquiry.id))
}

/// The columns of a row.
type Columns = (
    inquiries::id,
    inquiries::number,
    inquiries::site,
    inquiries::category,
    inquiries::state,
    inquiries::channel,
    inquiries::name,
    diesel::helper_types::Nullable<facilities::name>,
    diesel::helper_types::Nullable<facilities::code>,
    inquiries::expected_on,
    inquiries::created_at,
    inquiries::last_message_at,
    diesel::helper_types::Nullable<staff::name>,
);

const COLUMNS: fn() -> Columns = || {
    (
        inquiries::id,
        inquiries::number,
        inquiries::site,
        inquiries::category,
        inquiries::state,
        inquiries::channel,
        inquiries::name,
        facilities::name.nullable(),
        facilities::code.nullable(),
        inquiries::expected_on,
        inquiries::created_at,
        inquiries::last_message_at,
        staff::name.nullable(),
    )
};

#[diesel::dsl::auto_type]
fn joined() -> _ {
    inquiries::table
        .left_join(facilities::table)
        .left_join(staff::table.on(inquiries::assignee_id.eq(staff::id.nullable())))
}

type Joined = diesel::helper_types::IntoBoxed<'static, joined, Backend>;

/// The rows of a view under its conditions, in no order.
fn rows_of(
    scope: &StaffScope,
    (view, filter): (View, &Filter),
    hits: Option<Hits>,
    (now, calendar): (At, &Calendar),
) -> Joined {
    // Words come first: what they join by "or" stays together.
    let mut query = sought(joined().into_boxed(), hits);
    let today = tokyo_date(now.utc());
    let waits = inquiries::state.eq(State::Waiting);
    query = match view {
        View::Mine => query.filter(inquiries::assignee_id.eq(scope.staff().clone())).filter(waits),
        View::Unassigned => query.filter(waits).filter(inquiries::assignee_id.is_null()),
        View::Due => {
            query.filter(waits).filter(inquiries::expected_on.between(today, calendar.add_business_days(today, 1)))
        }
        View::Overdue => query.filter(waits).filter(inquiries::expected_on.lt(today)),
        View::Answered => query.filter(inquiries::state.eq(State::Answered)),
        View::All => query,
    };
    if let Some(category) = filter.category {
        query = query.filter(inquiries::category.eq(category));
    }
    if let Some(site) = filter.site {
        query = query.filter(inquiries::site.eq(site));
    }
    query
}

/// The part of the rows that a page shows, in its order.
fn turned(query: Joined, from: &From) -> Joined {
    let query = match from {
        From::Start => query,
        // Said twice: the first alone lets the index begin in the right place.
        From::After(Place { expected_on, id }) => {
            let same_day = inquiries::expected_on.eq(*expected_on).and(inquiries::id.gt(id.clone()));
            query
                .filter(inquiries::expected_on.ge(*expected_on))
                .filter(inquiries::expected_on.gt(*expected_on).or(same_day))
        }
        From::Before(Place { expected_on, id }) => {
            let same_day = inquiries::expected_on.eq(*expected_on).and(inquiries::id.lt(id.clone()));
            query
                .filter(inquiries::expected_on.le(*expected_on))
                .filter(inquiries::expected_on.lt(*expected_on).or(same_day))
        }
    };
    match from {
        From::Before(_) => query.order((inquiries::expected_on.desc(), inquiries::id.desc())),
        _ => query.order((inquiries::expected_on, inquiries::id)),
    }
}

/// What words stand for.
enum Hits {
    /// One inquiry.
    Number(ReceiptNumber),
    /// All that these addresses asked.
    Address(Vec<InquiryId>),
    /// All of these facilities', and of people whose name begins so.
    Facilities(Vec<FacilityId>, Vec<InquiryId>),
    /// All of facilities whose name has these parts, and of people whose name begins so.
    Named(Vec<String>, Vec<InquiryId>),
}

fn seek(conn: &mut Conn, words: &str) -> Result<Hits> {
    if let Some(number) = ReceiptNumber::parse(words) {
        return Ok(Hits::Number(number));
    }
    if words.contains(['@', '＠']) {
        let begin = fold::narrowed(words.trim()).to_lowercase();
        return Ok(Hits::Address(beginning(conn, Begins::Email, &begin)?));
    }
    let name = fold::search_key(words);
    let people = if name.is_empty() { Vec::new() } else { beginning(conn, Begins::Name, &name)? };
    Ok(match search::seek(conn, words)? {
        search::Hits::Facilities(ids) => Hits::Facilities(ids, people),
        search::Hits::Named(parts) => Hits::Named(parts, people),
    })
}

/// What begins with the words.
#[derive(Clone, Copy)]
enum Begins {
    Name,
    Email,
}

/// The inquiries whose asker's name or address begins so.
fn beginning(conn: &mut Conn, what: Begins, begin: &str) -> Result<Vec<InquiryId>> {
    let mut query = inquiries::table.select(inquiries::id).into_boxed();
    // SQLite compares byte by byte: all that begins so lies between these two.
    let end = format!("{begin}\u{10ffff}");
    let pattern = containing(begin).trim_start_matches('%').to_owned();
    query = match (conn as &Conn, what) {
        (Conn::Sqlite(_), Begins::Name) => {
            query.filter(inquiries::name_key.ge(begin.to_owned())).filter(inquiries::name_key.lt(end))
        }
        (Conn::Sqlite(_), Begins::Email) => {
            query.filter(inquiries::email_key.ge(begin.to_owned())).filter(inquiries::email_key.lt(end))
        }
        (Conn::Postgres(_), Begins::Name) => query.filter(inquiries::name_key.like(pattern).escape('\\')),
        (Conn::Postgres(_), Begins::Email) => query.filter(inquiries::email_key.like(pattern).escape('\\')),
    };
    Ok(query.order(inquiries::id.desc()).limit(MOST).load(conn)?)
}

fn sought(query: Joined, hits: Option<Hits>) -> Joined {
    match hits {
        None => query,
        Some(Hits::Number(number)) => query.filter(inquiries::number.eq(number)),
        Some(Hits::Address(ids)) => query.filter(inquiries::id.eq_any(ids)),
        Some(Hits::Facilities(ids, people)) => {
            query.filter(inquiries::facility_id.eq_any(ids)).or_filter(inquiries::id.eq_any(people))
        }
        Some(Hits::Named(parts, people)) => parts
            .iter()
            .fold(query, |query, part| query.filter(facilities::search_key.like(containing(part)).escape('\\')))
            .or_filter(inquiries::id.eq_any(people)),
    }
}
