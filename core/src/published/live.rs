//! The list of this moment, page by page in the order of codes, which is that of
//! prefectures.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::entry::Entry;
use crate::clock::tokyo_date;
use crate::db::{At, Conn};
use crate::error::Result;
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::facility::search;
use crate::ids::FacilityId;
use crate::schema::{facilities, operation_starts, registrations};

/// What is looked for; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// In this prefecture.
    pub prefecture: Option<Prefecture>,
    /// Of this kind.
    pub kind: Option<FacilityKind>,
    /// Words of the name, a code or a phone number, as typed; empty for all.
    pub words: String,
}

/// Where a page begins: after this entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its code.
    pub code: String,
    /// Its id.
    pub id: FacilityId,
}

impl Place {
    /// As an address carries it.
    pub fn to_text(&self) -> String {
        format!("{}.{}", self.code, self.id)
    }

    /// Reads it from an address.
    pub fn parse(text: &str) -> Option<Self> {
        let (code, id) = text.split_once('.')?;
        Some(Self { code: code.to_owned(), id: FacilityId::parse(id)? })
    }
}

impl Entry {
    /// Its place in the list.
    pub fn place(&self) -> Place {
        Place { code: self.code.as_str().to_owned(), id: self.id.clone() }
    }
}

/// Those that stand in the list on a day: begun, open, and with the right to use
/// the service, by themselves or by their annex.
macro_rules! listed {
    ($on:expr, $now:expr) => {
        facilities::table
            .inner_join(operation_starts::table)
            .left_join(registrations::table.on(registrations::facility_id.eq(facilities::id)))
            .filter(operation_starts::ended_at.is_null().and(operation_starts::starts_on.le($on)))
            .filter(facilities::closed_on.is_null().or(facilities::closed_on.assume_not_null().gt($on)))
            .filter(registrations::ended_at.nullable().is_null().or(registrations::ended_at.assume_not_null().gt($now)))
    };
}

macro_rules! narrowed {
    ($query:expr, $conn:expr, $sought:expr) => {{
        let mut query = $query;
        if let Some(prefecture) = $sought.prefecture {
            let (from, before) = search::codes_of(prefecture);
            query = query.filter(facilities::code.ge(from).and(facilities::code.lt(before)));
        }
        if let Some(kind) = $sought.kind {
            query = query.filter(facilities::kind.eq(kind));
        }
        if !$sought.words.trim().is_empty() {
            for condition in search::conditions($conn, search::Sought::read(&$sought.words)) {
                query = query.filter(condition);
            }
        }
        query
    }};
}

/// Up to `limit` entries after a place.
///
/// # Errors
/// From the database only.
pub fn page(conn: &mut Conn, sought: &Sought, after: Option<&Place>, now: At, limit: i64) -> Result<Vec<Entry>> {
    page_of(conn, sought, after, (tokyo_date(now.utc()), now), limit)
}

/// As [`page`], for those that have begun by a day.
pub(super) fn page_of(
    conn: &mut Conn,
    sought: &Sought,
    after: Option<&Place>,
    (on, now): (NaiveDate, At),
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut query = narrowed!(listed!(on, now).into_boxed(), conn, sought);
    if let Some(after) = after {
        let same = facilities::code.eq(after.code.clone()).and(facilities::id.gt(after.id.clone()));
        // The first condition is the one an index is walked by.
        query = query.filter(facilities::code.ge(after.code.clone()));
        query = query.filter(facilities::code.gt(after.code.clone()).or(same));
    }
    Ok(query
        .order((facilities::code, facilities::id))
        .limit(limit)
        .select((
            facilities::id,
            facilities::code,
            facilities::kind,
            facilities::name,
            facilities::prefecture,
            facilities::postal_code,
            facilities::address,
            facilities::phone,
            operation_starts::starts_on,
        ))
        .load(conn)?)
}

/// How many there are.
///
/// # Errors
/// From the database only.
pub fn count(conn: &mut Conn, sought: &Sought, now: At) -> Result<i64> {
    let on = tokyo_date(now.utc());
    Ok(narrowed!(listed!(on, now).into_boxed(), conn, sought).count().get_result(conn)?)
}

/// A text that is another one whenever the list may be: the day, how many entries
/// of starting there are and how many ended, and the sum of the revisions of the
/// facilities listed. Each of them only grows with what is committed, in whatever
/// order that happens.
///
/// # Errors
/// From the database only.
pub fn state(conn: &mut Conn, now: At) -> Result<String> {
    let on = tokyo_date(now.utc());
    let all: i64 = operation_starts::table.count().get_result(conn)?;
    let ended = operation_starts::table.filter(operation_starts::ended_at.is_not_null());
    let ended: i64 = ended.count().get_result(conn)?;
    let revisions = diesel::dsl::sql::<BigInt>("cast(coalesce(sum(facilities.revision), 0) as bigint)");
    let revisions: i64 = facilities::table
        .inner_join(operation_starts::table)
        .filter(operation_starts::ended_at.is_null())
        .select(revisions)
        .get_result(conn)?;
    Ok(format!("{on}-{all}-{ended}-{revisions}"))
}
