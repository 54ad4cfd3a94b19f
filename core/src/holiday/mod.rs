//! The maintained list of holidays (B-15): what the law says, as the Cabinet
//! Office publishes it once a year, and days on which the office closes, as
//! administrators add them. Business days are counted by it everywhere.
//!
//! `published.csv` holds the years 2024 to 2027 in the form of the Cabinet
//! Office's own file (内閣府「国民の祝日」について,
//! <https://www8.cao.go.jp/chosei/shukujitsu/gaiyou.html>; the dates of 2027 were
//! announced in February 2026). The migration writes the same rows; what comes
//! later is taken in by `import`.

pub mod import;
mod maintain;
mod model;
#[cfg(test)]
mod tests;

pub use maintain::{EARLIEST, Input, add, get_added, remove};
pub use model::{Holiday, HolidaySource, calendar, known_until, list, runs_out};

use crate::calendar::Calendar;

/// The list as the program brings it along.
pub const PUBLISHED: &str = include_str!("published.csv");

/// The calendar by [`PUBLISHED`], for tests and for what has no database.
pub fn published() -> Calendar {
    let rows = import::read(PUBLISHED.as_bytes()).unwrap_or_default();
    rows.into_iter().map(|row| row.day).collect()
}
