//! The books of 助成金: what was claimed, decided, paid and came back, for each
//! programme and fiscal year; and each night whether all of it agrees.
//! Amounts are whole yen.

mod check;
mod sums;
#[cfg(test)]
mod tests;

pub use check::{Difference, Night, Of, check_night, differences, last_nights};
pub use sums::{Sum, YearBooks, list};
