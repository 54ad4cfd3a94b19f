//! What the pages show: sums over the small tables.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::gather::{DAYS, STANDING, monday};
use super::{Measure, Spread};
use crate::db::{At, Conn};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::schema::{daily_counts, report_marks, waiting_counts, weekly_counts};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// What the figures are narrowed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Facility kind.
    pub kind: Option<FacilityKind>,
    /// Prefecture.
    pub prefecture: Option<Prefecture>,
}

impl Filter {
    /// Everything of the last so many days, today among them.
    pub fn last_days(today: NaiveDate, days: u32) -> Self {
        let back = Days::new(u64::from(days.saturating_sub(1)));
        Self { from: today - back, to: today, kind: None, prefecture: None }
    }
}

fn must(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ReadApplications) { Ok(()) } else { Err(Error::Forbidden) }
}

/// As of when all figures are counted; nothing before the first time.
///
/// # Errors
/// From the database only.
pub fn as_of(conn: &mut Conn) -> Result<Option<At>> {
    let marks: Vec<At> =
        report_marks::table.filter(report_marks::name.eq_any([DAYS, STANDING])).select(report_marks::at).load(conn)?;
    Ok(marks.into_iter().min())
}

/// What waits, by due date and prefecture.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn waiting(conn: &mut Conn, scope: &StaffScope, filter: &Filter) -> Result<Vec<(NaiveDate, Prefecture, i64)>> {
    must(scope)?;
    let mut query = waiting_counts::table
        .group_by((waiting_counts::due_on, waiting_counts::prefecture))
        .select((
            waiting_counts::due_on,
            waiting_counts::prefecture,
            sql::<BigInt>("cast(sum(waiting_counts.count) as bigint)"),
        ))
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(waiting_counts::facility_kind.eq(kind));
    }
    if let Some(prefecture) = filter.prefecture {
        query = query.filter(waiting_counts::prefecture.eq(prefecture));
    }
    Ok(query.order((waiting_counts::due_on, waiting_counts::prefecture)).load(conn)?)
}

/// A query over the days: sums of some measures in the filter's period, grouped.
macro_rules! summed {
    ($filter:expr, $measures:expr, ($($group:expr),+)) => {{
        let filter: &Filter = $filter;
        let mut query = daily_counts::table
            .group_by(($($group),+))
            .select(($($group),+, sql::<BigInt>("cast(sum(daily_counts.count) as bigint)")))
            .into_boxed()
            .filter(daily_counts::measure.eq_any($measures))
            .filter(daily_counts::day.between(filter.from, filter.to));
        if let Some(kind) = filter.kind {
            query = query.filter(daily_counts::facility_kind.eq(kind));
        }
        if let Some(prefecture) = filter.prefecture {
            query = query.filter(daily_counts::prefecture.eq(prefecture));
        }
        query
    }};
}

const FLOWS: [Measure; 4] = [Measure::Received, Measure::ApprovedAtOnce, Measure::Approved, Measure::Rejected];

/// What came in and what was decided on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// Sent for the first time.
    pub received: i64,
    /// Decided, by a person or at once.
    pub decided: i64,
    /// Of these, approved at once by the match.
    pub at_once: i64,
}

impl Flow {
    fn count(&mut self, measure: Measure, count: i64) {
        match measure {
            Measure::Received => self.received += count,
            Measure::ApprovedAtOnce => {
                self.decided += count;
                self.at_once += count;
            }
            _ => self.decided += count,
        }
    }
}

/// Every day of the period, also those on which nothing happened.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn flow(conn: &mut Conn, scope: &StaffScope, filter: &Filter) -> Result<Vec<(NaiveDate, Flow)>> {
    must(scope)?;
    let rows: Vec<(NaiveDate, Measure, i64)> =
        summed!(filter, FLOWS, (daily_counts::day, daily_counts::measure)).load(conn)?;
    let empty = filter.from.iter_days().take_while(|day| *day <= filter.to).map(|day| (day, Flow::default()));
    let mut days: BTreeMap<NaiveDate, Flow> = empty.collect();
    for (day, measure, count) in rows {
        days.entry(day).or_default().count(measure, count);
    }
    Ok(days.into_iter().collect())
}

/// What came in and what was decided in the period, by kind and prefecture.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn by_place(
    conn: &mut Conn,
    scope: &StaffScope,
    filter: &Filter,
) -> Result<BTreeMap<(FacilityKind, Prefecture), Flow>> {
    must(scope)?;
    let groups: Vec<(FacilityKind, Prefecture, Measure, i64)> =
        summed!(filter, FLOWS, (daily_counts::facility_kind, daily_counts::prefecture, daily_counts::measure))
            .load(conn)?;
    let mut places: BTreeMap<_, Flow> = BTreeMap::new();
    for (kind, prefecture, measure, count) in groups {
        places.entry((kind, prefecture)).or_default().count(measure, count);
    }
    Ok(places)
}

/// How long decisions by a person took, by the week (its Monday) in which they
/// were made.
///
/// # Errors
/// `Forbidden` without the permission to read applications; `Internal` when a
/// row is damaged.
pub fn hours(conn: &mut Conn, scope: &StaffScope, filter: &Filter) -> Result<BTreeMap<NaiveDate, Spread>> {
    must(scope)?;
    let rows: Vec<(NaiveDate, String, i64)> =
        summed!(filter, [Measure::Hours], (daily_counts::day, daily_counts::detail)).load(conn)?;
    let mut weeks: BTreeMap<_, Spread> = BTreeMap::new();
    for (day, detail, count) in rows {
        weeks.entry(monday(day)).or_default().add(detail.parse().map_err(Error::internal)?, count);
    }
    Ok(weeks)
}

/// How often each fault was named in returns, `kind/reason`, most often first.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn reasons(conn: &mut Conn, scope: &StaffScope, filter: &Filter) -> Result<Vec<(String, i64)>> {
    must(scope)?;
    let query = daily_counts::detail;
    let mut rows: Vec<(String, i64)> = summed!(filter, [Measure::Fault], (query)).load(conn)?;
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(rows)
}

/// How many facilities there are, and how far they have come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// 全施設: not closed.
    pub facilities: i64,
    /// 利用申請済: with a usage start that was sent and stands.
    pub applied: i64,
    /// 準備完了: with an active device.
    pub ready: i64,
    /// 運用開始済: with a day of starting that has come.
    pub operating: i64,
    /// やむを得ない事由: not taking part, and declared why.
    pub exempt: i64,
    /// Neither taking part nor exempt.
    pub neither: i64,
}

/// Counts as a query sums them, in the order of [`Coverage`].
type Sums = (i64, i64, i64, i64, i64, i64);

impl From<Sums> for Coverage {
    fn from((facilities, applied, ready, operating, exempt, neither): Sums) -> Self {
        Self { facilities, applied, ready, operating, exempt, neither }
    }
}

impl Coverage {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.facilities += other.facilities;
        self.applied += other.applied;
        self.ready += other.ready;
        self.operating += other.operating;
        self.exempt += other.exempt;
        self.neither += other.neither;
    }
}

macro_rules! covered {
    ($filter:expr, ($($group:expr),+)) => {{
        let filter: &Filter = $filter;
        let mut query = weekly_counts::table
            .group_by(($($group),+))
            .select((
                $($group),+,
                (
                    sql::<BigInt>("cast(sum(facilities) as bigint)"),
                    sql::<BigInt>("cast(sum(applied) as bigint)"),
                    sql::<BigInt>("cast(sum(ready) as bigint)"),
                    sql::<BigInt>("cast(sum(operating) as bigint)"),
                    sql::<BigInt>("cast(sum(exempt) as bigint)"),
                    sql::<BigInt>("cast(sum(neither) as bigint)"),
                ),
            ))
            .into_boxed();
        if let Some(kind) = filter.kind {
            query = query.filter(weekly_counts::facility_kind.eq(kind));
        }
        if let Some(prefecture) = filter.prefecture {
            query = query.filter(weekly_counts::prefecture.eq(prefecture));
        }
        query
    }};
}

/// How facilities stand by the newest count, by kind and prefecture.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn coverage(
    conn: &mut Conn,
    scope: &StaffScope,
    filter: &Filter,
) -> Result<BTreeMap<(FacilityKind, Prefecture), Coverage>> {
    must(scope)?;
    let newest: Option<NaiveDate> = weekly_counts::table
        .order(weekly_counts::week_on.desc())
        .select(weekly_counts::week_on)
        .first(conn)
        .optional()?;
    let Some(newest) = newest else { return Ok(BTreeMap::new()) };
    let rows: Vec<(FacilityKind, Prefecture, Sums)> =
        covered!(filter, (weekly_counts::facility_kind, weekly_counts::prefecture))
            .filter(weekly_counts::week_on.eq(newest))
            .load(conn)?;
    Ok(rows.into_iter().map(|(kind, prefecture, sums)| ((kind, prefecture), sums.into())).collect())
}

/// How facilities stood at the end of each week (by its Monday) of the period.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn coverage_over_time(
    conn: &mut Conn,
    scope: &StaffScope,
    filter: &Filter,
) -> Result<BTreeMap<NaiveDate, Coverage>> {
    must(scope)?;
    let week_on = weekly_counts::week_on;
    let rows: Vec<(NaiveDate, Sums)> = covered!(filter, (week_on))
        .filter(weekly_counts::week_on.between(monday(filter.from), filter.to))
        .load(conn)?;
    Ok(rows.into_iter().map(|(week_on, sums)| (week_on, sums.into())).collect())
}

#[cfg(test)]
pub(super) use {covered, summed};
