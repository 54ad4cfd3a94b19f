//! The sums, from the rows themselves: nothing is counted along.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::application::State;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::ids::ProgrammeId;
use crate::schema::{applications, payment_batches, payment_items, subsidy_claims, subsidy_decisions};
use crate::scope::StaffScope;
use crate::staff::role::Permission;
use crate::subsidy::decision::Outcome;
use crate::subsidy::payment::BatchState;
use crate::subsidy::programme;

/// How many, and how much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: i64,
    /// How much, yen.
    pub yen: i64,
}

/// The books of one programme in one fiscal year. What is paid or came back counts
/// for the year in which it was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearBooks {
    /// The programme.
    pub programme: ProgrammeId,
    /// 年度.
    pub fiscal_year: i32,
    /// Sent in this year, and not taken back.
    pub claimed: Sum,
    /// Granted in this year.
    pub granted: Sum,
    /// Refused in this year; no yen.
    pub refused: i64,
    /// In a batch that the bank has not carried out.
    pub in_transfer: Sum,
    /// Carried out.
    pub paid: Sum,
    /// Transfers that came back, paid again since or not.
    pub returned: Sum,
    /// The budget, yen, where one is set.
    pub budget: Option<i64>,
}

impl YearBooks {
    fn empty(programme: ProgrammeId, fiscal_year: i32) -> Self {
        let nothing = Sum::default();
        Self {
            programme,
            fiscal_year,
            claimed: nothing,
            granted: nothing,
            refused: 0,
            in_transfer: nothing,
            paid: nothing,
            returned: nothing,
            budget: None,
        }
    }

    /// Granted, and in no transfer.
    pub fn waiting(&self) -> Sum {
        Sum {
            count: self.granted.count - self.in_transfer.count - self.paid.count,
            yen: self.granted.yen - self.in_transfer.yen - self.paid.yen,
        }
    }

    /// What the budget has left, yen.
    pub fn left(&self) -> Option<i64> {
        self.budget.map(|budget| budget - self.granted.yen)
    }
}

/// Which year of which programme.
type Key = (ProgrammeId, i32);

/// All books, by programme and year.
///
/// # Errors
/// `Forbidden` without the permission to read them.
pub fn list(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<YearBooks>> {
    if !scope.may(Permission::ReadSubsidies) {
        return Err(Error::Forbidden);
    }
    let mut books: BTreeMap<Key, YearBooks> = BTreeMap::new();
    let mut enter = |rows: Vec<(Key, i64, i64)>, write: fn(&mut YearBooks, Sum)| {
        for (key, count, yen) in rows {
            let year = books.entry(key.clone()).or_insert_with(|| YearBooks::empty(key.0, key.1));
            write(year, Sum { count, yen });
        }
    };
    enter(claimed(conn)?, |year, sum| year.claimed = sum);
    enter(decided(conn, Outcome::Granted)?, |year, sum| year.granted = sum);
    enter(decided(conn, Outcome::Refused)?, |year, sum| year.refused = sum.count);
    enter(in_transfer(conn)?, |year, sum| year.in_transfer = sum);
    enter(paid(conn)?, |year, sum| year.paid = sum);
    enter(returned(conn)?, |year, sum| year.returned = sum);
    for ((programme, fiscal_year), yen) in programme::budgets(conn)? {
        let key = (programme.clone(), fiscal_year);
        books.entry(key).or_insert_with(|| YearBooks::empty(programme, fiscal_year)).budget = Some(yen);
    }
    Ok(books.into_values().collect())
}

fn claimed(conn: &mut Conn) -> Result<Vec<(Key, i64, i64)>> {
    Ok(subsidy_claims::table
        .inner_join(applications::table)
        .filter(applications::state.ne(State::Withdrawn))
        .group_by((subsidy_claims::programme_id, subsidy_claims::fiscal_year))
        .select((
            (subsidy_claims::programme_id, subsidy_claims::fiscal_year),
            diesel::dsl::count_star(),
            sql::<BigInt>("cast(sum(subsidy_claims.yen) as bigint)"),
        ))
        .load(conn)?)
}

fn decided(conn: &mut Conn, outcome: Outcome) -> Result<Vec<(Key, i64, i64)>> {
    Ok(subsidy_decisions::table
        .filter(subsidy_decisions::outcome.eq(outcome))
        .group_by((subsidy_decisions::programme_id, subsidy_decisions::fiscal_year))
        .select((
            (subsidy_decisions::programme_id, subsidy_decisions::fiscal_year),
            diesel::dsl::count_star(),
            sql::<BigInt>("cast(sum(subsidy_decisions.yen) as bigint)"),
        ))
        .load(conn)?)
}

/// Sums of transfers, by programme and year of what they pay.
macro_rules! transfers {
    ($conn:expr, $filter:expr) => {
        Ok(payment_items::table
            .inner_join(payment_batches::table)
            .inner_join(subsidy_decisions::table)
            .filter($filter)
            .group_by((subsidy_decisions::programme_id, subsidy_decisions::fiscal_year))
            .select((
                (subsidy_decisions::programme_id, subsidy_decisions::fiscal_year),
                diesel::dsl::count_star(),
                sql::<BigInt>("cast(sum(payment_items.yen) as bigint)"),
            ))
            .load($conn)?)
    };
}

fn in_transfer(conn: &mut Conn) -> Result<Vec<(Key, i64, i64)>> {
    let under_way = [BatchState::Prepared, BatchState::Exported];
    let live = payment_items::released_at.is_null();
    transfers!(conn, live.and(payment_batches::state.eq_any(under_way)))
}

fn paid(conn: &mut Conn) -> Result<Vec<(Key, i64, i64)>> {
    let live = payment_items::released_at.is_null();
    transfers!(conn, live.and(payment_batches::state.eq(BatchState::Settled)))
}

fn returned(conn: &mut Conn) -> Result<Vec<(Key, i64, i64)>> {
    transfers!(conn, payment_items::returned_on.is_not_null())
}
