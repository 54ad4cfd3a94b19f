//! What is filed: the day as understood; and the line in which people read it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{Shortfall, SummaryRow};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldFault;
use uketsuke_web::words;

use super::{DATE_STEP, DAY, STARTS_ON};
use crate::field::Open;

/// Numbers the shape of [`Filing`].
pub(super) const SCHEMA_VERSION: i32 = 1;

/// The legal record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filing {
    pub starts_on: NaiveDate,
}

impl Filing {
    /// Reads a filed document.
    pub fn read(values: &Value) -> Result<Self> {
        Ok(serde_json::from_value(values.clone())?)
    }

    /// Its lines for people.
    pub fn lines(&self) -> Vec<SummaryRow> {
        vec![STARTS_ON.row(DATE_STEP, words::date(self.starts_on))]
    }
}

/// The day that the step's check understood.
fn day(case: &Case) -> Option<NaiveDate> {
    case.document.mark(DAY)?.parse().ok()
}

/// The whole application as values, or what still stands in the way.
pub(super) fn file(case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
    let mut open = Open::default();
    let day = open.take(DATE_STEP, STARTS_ON, day(case).ok_or(FieldFault::Missing));
    match day.and_then(|starts_on| serde_json::to_value(Filing { starts_on }).ok()) {
        Some(values) => Ok(values),
        None => Err(open.0),
    }
}

/// What is filled in so far: as understood, else as typed.
pub(super) fn summary(case: &Case) -> Vec<SummaryRow> {
    match day(case) {
        Some(starts_on) => Filing { starts_on }.lines(),
        None => vec![STARTS_ON.row(DATE_STEP, case.document.answer(STARTS_ON.name))],
    }
}
