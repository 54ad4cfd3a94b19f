//! What is filed, and the lines in which people read it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{Shortfall, SummaryRow};
use uketsuke_core::error::Result;
use uketsuke_core::exemption::ExemptionReason;
use uketsuke_web::words;

use super::{ON, REASON, REASON_STEP, TRUE, day, reason, said_true};
use crate::field::Open;

/// Numbers the shape of [`Filing`].
pub(super) const SCHEMA_VERSION: i32 = 1;

/// The legal record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filing {
    pub reason: ExemptionReason,
    pub takes_effect_on: Option<NaiveDate>,
}

impl Filing {
    /// Reads a filed document.
    pub fn read(values: &Value) -> Result<Self> {
        Ok(serde_json::from_value(values.clone())?)
    }

    /// Its lines for people.
    pub fn lines(&self) -> Vec<SummaryRow> {
        lines(self.reason.label(), self.takes_effect_on.map(words::date), true)
    }
}

fn lines(reason: &str, day: Option<String>, said_true: bool) -> Vec<SummaryRow> {
    let mut rows = vec![REASON.row(REASON_STEP, reason)];
    rows.extend(day.map(|day| ON.row(REASON_STEP, day)));
    rows.push(TRUE.row(REASON_STEP, if said_true { "申告の内容にまちがいありません" } else { "" }));
    rows
}

/// The whole application as values, or everything that still stands in the way.
pub(super) fn file(case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
    let (mut open, answer) = (Open::default(), |name| case.document.answer(name));
    let reason = open.take(REASON_STEP, REASON, reason(case.facility.kind, answer(REASON.name)));
    let takes_effect_on = open.take(REASON_STEP, ON, day(reason, answer(ON.name)));
    let said_true = open.take(REASON_STEP, TRUE, said_true(answer(TRUE.name)));
    let filing = reason.zip(takes_effect_on).filter(|_| said_true.is_some());
    let filing = filing.map(|(reason, takes_effect_on)| Filing { reason, takes_effect_on });
    match filing.and_then(|filing| serde_json::to_value(filing).ok()) {
        Some(values) => Ok(values),
        None => Err(open.0),
    }
}

/// What is filled in so far, folded where it can be read, as typed where not.
pub(super) fn summary(case: &Case) -> Vec<SummaryRow> {
    let answer = |name| case.document.answer(name);
    let reason = reason(case.facility.kind, answer(REASON.name)).ok();
    let day = match day(reason, answer(ON.name)) {
        Ok(day) => day.map(words::date),
        Err(_) => Some(answer(ON.name).to_owned()),
    };
    lines(reason.map_or("", ExemptionReason::label), day, said_true(answer(TRUE.name)).is_ok())
}
