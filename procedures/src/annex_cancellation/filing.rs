//! What is filed, and the lines in which people read it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{Shortfall, SummaryRow};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldFault;
use uketsuke_core::ids::AnnexId;

use super::{AGREED, ANNEX, OTHER, REASON, REASON_STEP, agreed, reason};
use crate::field::Open;

/// Numbers the shape of [`Filing`].
pub(super) const SCHEMA_VERSION: i32 = 1;

/// The legal record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filing {
    pub annex: AnnexId,
    /// The other office, by name and code.
    pub other: String,
    pub reason: String,
}

impl Filing {
    /// Reads a filed document.
    pub fn read(values: &Value) -> Result<Self> {
        Ok(serde_json::from_value(values.clone())?)
    }

    /// Its lines for people.
    pub fn lines(&self) -> Vec<SummaryRow> {
        lines(&self.other, &self.reason, true)
    }
}

fn lines(other: &str, reason: &str, agreed: bool) -> Vec<SummaryRow> {
    let office =
        SummaryRow {
            step: REASON_STEP, field: OTHER, label: "もう一方の施術所".to_owned(), value: other.to_owned()
        };
    vec![office, REASON.row(REASON_STEP, reason), AGREED.row(REASON_STEP, if agreed { "確認しました" } else { "" })]
}

/// The whole application as values, or everything that still stands in the way.
pub(super) fn file(case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
    let (mut open, answer) = (Open::default(), |name| case.document.answer(name));
    let reason = open.take(REASON_STEP, REASON, reason(answer(REASON.name)));
    let agreed = open.take(REASON_STEP, AGREED, agreed(answer(AGREED.name)));
    let annex = case.document.mark(ANNEX).and_then(AnnexId::parse);
    let annex = open.take(REASON_STEP, AGREED, annex.ok_or(FieldFault::Missing));
    let other = case.document.mark(OTHER).unwrap_or_default().to_owned();
    let filing = annex.zip(reason).filter(|_| agreed.is_some());
    match filing.and_then(|(annex, reason)| serde_json::to_value(Filing { annex, other, reason }).ok()) {
        Some(values) => Ok(values),
        None => Err(open.0),
    }
}

/// What is filled in so far.
pub(super) fn summary(case: &Case) -> Vec<SummaryRow> {
    let answer = |name| case.document.answer(name);
    lines(case.document.mark(OTHER).unwrap_or_default(), answer(REASON.name), agreed(answer(AGREED.name)).is_ok())
}
