//! The table of holidays, and the calendar it makes.

use chrono::{Datelike, Days, NaiveDate};
use diesel::prelude::*;

use crate::calendar::Calendar;
use crate::db::{At, Conn, text_enum};
use crate::error::Result;
use crate::schema::holidays;

text_enum! {
    /// Why a day is in the list.
    pub enum HolidaySource {
        /// A holiday of the law; only the Cabinet Office's file changes it.
        Law = "law",
        /// A day that administrators added.
        Added = "added",
    }
}

/// One listed day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = holidays)]
pub struct Holiday {
    /// The day.
    pub day: NaiveDate,
    /// What it is called.
    pub name: String,
    /// Why it is listed.
    pub source: HolidaySource,
    /// The actor who listed it, empty for what the program brought along.
    pub added_by: String,
    /// When.
    pub at: At,
}

/// The calendar as the list stands now: about twenty short rows a year.
///
/// # Errors
/// From the database only.
pub fn calendar(conn: &mut Conn) -> Result<Calendar> {
    let days: Vec<NaiveDate> = holidays::table.select(holidays::day).load(conn)?;
    Ok(days.into_iter().collect())
}

/// The listed days of a year, in order.
///
/// # Errors
/// From the database only.
pub fn list(conn: &mut Conn, year: i32) -> Result<Vec<Holiday>> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    Ok(holidays::table
        .filter(holidays::day.between(day(1, 1), day(12, 31)))
        .order(holidays::day)
        .select(Holiday::as_select())
        .load(conn)?)
}

/// The last day of the last year whose holidays of the law are listed.
///
/// # Errors
/// From the database only.
pub fn known_until(conn: &mut Conn) -> Result<Option<NaiveDate>> {
    let last: Option<NaiveDate> = holidays::table
        .filter(holidays::source.eq(HolidaySource::Law))
        .order(holidays::day.desc())
        .select(holidays::day)
        .first(conn)
        .optional()?;
    Ok(last.and_then(|last| NaiveDate::from_ymd_opt(last.year(), 12, 31)))
}

/// Whether the list ends within 90 days, or has ended.
pub fn runs_out(known_until: Option<NaiveDate>, today: NaiveDate) -> bool {
    known_until.is_none_or(|end| end < today + Days::new(90))
}
