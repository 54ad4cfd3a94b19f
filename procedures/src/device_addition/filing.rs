//! What is filed: the values as understood, frozen at submission; and the lines
//! in which people read them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{Shortfall, SummaryRow};
use uketsuke_core::error::Result;

use super::{COUNT_STEP, DEVICES, REASON, device_count, reason};
use crate::field::Open;

/// Numbers the shape of [`Filing`].
pub(super) const SCHEMA_VERSION: i32 = 1;

/// The legal record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filing {
    pub device_count: u32,
    pub reason: String,
}

impl Filing {
    /// Reads a filed document.
    pub fn read(values: &Value) -> Result<Self> {
        Ok(serde_json::from_value(values.clone())?)
    }

    /// Its lines for people.
    pub fn lines(&self) -> Vec<SummaryRow> {
        lines(devices(self.device_count), self.reason.clone())
    }
}

/// The whole application as values, or everything that still stands in the way.
pub(super) fn file(case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
    let mut open = Open::default();
    let device_count = open.take(COUNT_STEP, DEVICES, device_count(case.document.answer(DEVICES.name)));
    let reason = open.take(COUNT_STEP, REASON, reason(case.document.answer(REASON.name)));
    let filing = device_count.zip(reason).map(|(device_count, reason)| Filing { device_count, reason });
    match filing.and_then(|filing| serde_json::to_value(filing).ok()) {
        Some(values) => Ok(values),
        None => Err(open.0),
    }
}

/// What is filled in so far, folded where it can be read, as typed where not.
pub(super) fn summary(case: &Case) -> Vec<SummaryRow> {
    let (asked, why) = (case.document.answer(DEVICES.name), case.document.answer(REASON.name));
    lines(
        device_count(asked).map_or_else(|_| asked.to_owned(), devices),
        reason(why).unwrap_or_else(|_| why.to_owned()),
    )
}

fn lines(device_count: String, reason: String) -> Vec<SummaryRow> {
    let row = |field: crate::field::Field, value| SummaryRow {
        step: COUNT_STEP,
        field: field.name,
        label: field.label.to_owned(),
        value,
    };
    vec![row(DEVICES, device_count), row(REASON, reason)]
}

fn devices(count: u32) -> String {
    format!("{count}台")
}
