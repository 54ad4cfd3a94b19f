//! What stands in a table.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Asia::Tokyo;

use crate::db::At;

/// One cell. Codes and phone numbers are texts, so that no leading zero is lost.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text, never taken for a formula.
    Text(String),
    /// A count.
    Number(i64),
    /// A measure or a share, shown to one decimal.
    Decimal(f64),
    /// A date.
    Date(NaiveDate),
    /// An instant, shown in Japan's time to the minute.
    Time(At),
}

impl Cell {
    /// A text; an empty one is no cell.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// What it reads in a CSV.
    pub(super) fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => "".into(),
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => number.to_string().into(),
            Self::Decimal(number) => format!("{number:.1}").into(),
            Self::Date(on) => on.format("%Y-%m-%d").to_string().into(),
            Self::Time(at) => in_japan(*at).format("%Y-%m-%d %H:%M").to_string().into(),
        }
    }
}

impl From<Option<NaiveDate>> for Cell {
    fn from(on: Option<NaiveDate>) -> Self {
        on.map_or(Self::Empty, Self::Date)
    }
}

impl From<Option<At>> for Cell {
    fn from(at: Option<At>) -> Self {
        at.map_or(Self::Empty, Self::Time)
    }
}

pub(super) fn in_japan(at: At) -> NaiveDateTime {
    at.utc().with_timezone(&Tokyo).naive_local()
}

/// A column: its heading, and its width in half-width characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The words on top.
    pub heading: &'static str,
    /// How wide a spreadsheet shows it.
    pub width: u8,
}

impl Column {
    /// A column of this width in half-width characters.
    pub const fn new(heading: &'static str, width: u8) -> Self {
        Self { heading, width }
    }
}
