//! THE table of rules, and what each has to know.

use chrono::{Duration, Utc};

use super::terms::Topic;
use super::{accounts, contacts, evidence, inquiries, mails, staff};
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::storage::StoredKey;

/// Before when something must have ended to be due now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// This moment.
    pub now: At,
    /// One term ago.
    pub at: At,
}

impl Cut {
    pub(super) fn of(now: At, days: u32) -> Self {
        Self { now, at: now - Duration::days(days.into()) }
    }
}

/// Where a row stands in the order in which its rule goes through them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub at: At,
    pub id: String,
}

impl Key {
    /// Before all rows.
    pub(super) fn start() -> Self {
        Self { at: chrono::DateTime::<Utc>::UNIX_EPOCH.into(), id: String::new() }
    }
}

impl<I: std::fmt::Display> From<(At, I)> for Key {
    fn from((at, id): (At, I)) -> Self {
        Self { at, id: id.to_string() }
    }
}

/// What one erasure came to.
#[derive(Debug, Default)]
pub(super) struct Erased {
    /// Rows that were erased; none where somebody was faster.
    pub things: usize,
    /// Files that no row names any more.
    pub files: Vec<StoredKey>,
}

/// A row that says it was erased, and something of it that is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The row's id.
    pub id: String,
    /// What is there.
    pub what: &'static str,
}

/// One rule. All queries are told `Cut` and obey it.
pub(super) struct Rule {
    pub topic: Topic,
    /// What is due, after a place in its order, at most so many.
    pub due: fn(&mut Conn, Cut, &Key, i64) -> Result<Vec<Key>>,
    /// How many are due.
    pub count_due: fn(&mut Conn, Cut) -> Result<i64>,
    /// Erases one, if it is still as it was when it was due.
    pub erase: fn(&mut Tx<'_>, Cut, &str) -> Result<Erased>,
    /// What goes besides, of no row of its own.
    pub also: Option<fn(&mut Tx<'_>, Cut) -> Result<usize>>,
    /// How many were erased ever.
    pub count_erased: fn(&mut Conn) -> Result<i64>,
    /// What erased rows still hold.
    pub leftovers: fn(&mut Conn, At) -> Result<Vec<Leftover>>,
}

/// All rules, in the order in which they run: files and inquiries before the people
/// whose they were.
pub(super) const RULES: &[Rule] = &[
    evidence::RULE,
    evidence::SUBSIDY_RULE,
    inquiries::RULE,
    mails::RULE,
    accounts::RULE,
    contacts::RULE,
    staff::RULE,
];

/// Rows after a key, in the order of an instant and an id.
macro_rules! after {
    ($key:expr, $at:expr, $id:expr) => {
        $at.gt($key.at).or($at.eq($key.at).and($id.gt($key.id.clone())))
    };
}
pub(super) use after;

/// Rows of a table that were erased and have no event of that name in the trail.
macro_rules! untold {
    ($table:ident, $action:literal) => {
        $table::table.filter($table::erased_at.is_not_null()).filter(diesel::dsl::not(diesel::dsl::exists(
            crate::schema::audit_events::table
                .filter(
                    crate::schema::audit_events::subject_id
                        .eq(diesel::dsl::sql::<diesel::sql_types::Text>(concat!(stringify!($table), ".id"))),
                )
                .filter(crate::schema::audit_events::action.eq($action)),
        )))
    };
}
pub(super) use untold;

/// Names what is wrong with each of these rows.
pub(super) fn leftovers<I: std::fmt::Display>(ids: Vec<I>, what: &'static str) -> impl Iterator<Item = Leftover> {
    ids.into_iter().map(move |id| Leftover { id: id.to_string(), what })
}
