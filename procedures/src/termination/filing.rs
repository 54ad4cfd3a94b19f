//! What is filed, and the lines in which people read it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{Shortfall, SummaryRow};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldFault;
use uketsuke_web::words;

use super::{AGREED, DAY, END_STEP, ENDS_ON, REASON, agreed, reason};
use crate::field::Open;

/// Numbers the shape of [`Filing`].
pub(super) const SCHEMA_VERSION: i32 = 1;

/// The legal record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filing {
    pub ends_on: NaiveDate,
    pub reason: String,
}

impl Filing {
    /// Reads a filed document.
    pub fn read(values: &Value) -> Result<Self> {
        Ok(serde_json::from_value(values.clone())?)
    }

    /// Its lines for people.
    pub fn lines(&self) -> Vec<SummaryRow> {
        lines(format!("{}の午前0時", words::date(self.ends_on)), &self.reason, true)
    }
}

fn lines(ends_on: String, reason: &str, agreed: bool) -> Vec<SummaryRow> {
    vec![
        ENDS_ON.row(END_STEP, ends_on),
        REASON.row(END_STEP, reason),
        AGREED.row(END_STEP, if agreed { "確認しました" } else { "" }),
    ]
}

fn day(case: &Case) -> Option<NaiveDate> {
    case.document.mark(DAY)?.parse().ok()
}

/// The whole application as values, or everything that still stands in the way.
pub(super) fn file(case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
    let (mut open, answer) = (Open::default(), |name| case.document.answer(name));
    let ends_on = open.take(END_STEP, ENDS_ON, day(case).ok_or(FieldFault::Missing));
    let reason = open.take(END_STEP, REASON, reason(answer(REASON.name)));
    let agreed = open.take(END_STEP, AGREED, agreed(answer(AGREED.name)));
    let filing = ends_on.zip(reason).filter(|_| agreed.is_some());
    match filing.and_then(|(ends_on, reason)| serde_json::to_value(Filing { ends_on, reason }).ok()) {
        Some(values) => Ok(values),
        None => Err(open.0),
    }
}

/// What is filled in so far: as understood, else as typed.
pub(super) fn summary(case: &Case) -> Vec<SummaryRow> {
    let answer = |name| case.document.answer(name);
    let ends_on =
        day(case).map_or_else(|| answer(ENDS_ON.name).to_owned(), |day| format!("{}の午前0時", words::date(day)));
    lines(ends_on, answer(REASON.name), agreed(answer(AGREED.name)).is_ok())
}
