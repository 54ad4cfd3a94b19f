//! What is filed, and the lines in which people read it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{EVIDENCE_FIELD, Shortfall, SummaryRow};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldFault;

use super::form::{self, Changed, WHAT};
use super::what::What;
use super::{DOCUMENTS_STEP, EVIDENCE_LABEL, VALUES_STEP, WHAT_STEP, chosen};
use crate::field::Open;
use crate::files::{FiledFile, named};

/// Numbers the shape of [`Filing`].
pub(super) const SCHEMA_VERSION: i32 = 1;

/// The legal record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filing {
    pub facility_code: String,
    pub facility_name: String,
    /// The day on which it was begun (Asia/Tokyo).
    pub filed_on: NaiveDate,
    pub changed: Changed,
    pub evidence: Vec<FiledFile>,
}

impl Filing {
    /// Reads a filed document.
    pub fn read(values: &Value) -> Result<Self> {
        Ok(serde_json::from_value(values.clone())?)
    }

    /// Its lines for people.
    pub fn lines(&self) -> Vec<SummaryRow> {
        let what = self.changed.what();
        let mut rows = vec![WHAT.row(WHAT_STEP, what.label())];
        rows.extend(self.changed.values().into_iter().map(|(field, value)| field.row(VALUES_STEP, value)));
        if what.is_reviewed() {
            rows.push(evidence_row(&self.evidence));
        }
        rows
    }
}

fn evidence_row(files: &[FiledFile]) -> SummaryRow {
    let (label, value) = (EVIDENCE_LABEL.to_owned(), named(files));
    SummaryRow { step: DOCUMENTS_STEP, field: EVIDENCE_FIELD, label, value }
}

fn files(case: &Case) -> Vec<FiledFile> {
    case.evidence.iter().map(FiledFile::from).collect()
}

/// The whole application as values, or everything that still stands in the way.
pub(super) fn file(case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
    let mut open = Open::default();
    let what = open.take(WHAT_STEP, WHAT, chosen(case).ok_or(FieldFault::NotChosen));
    let changed = what.and_then(|what| {
        let read = form::read(what, &case.facility, &|name| case.document.answer(name).to_owned());
        read.map_err(|errors| {
            open.0.extend(errors.iter().map(|error| Shortfall { step: VALUES_STEP, error: error.clone() }));
        })
        .ok()
    });
    let reviewed = what.is_some_and(What::is_reviewed);
    if reviewed && case.evidence.is_empty() {
        open.add(DOCUMENTS_STEP, EVIDENCE_FIELD, "書類", FieldFault::NotChosen);
    }
    let filing = changed.map(|changed| Filing {
        facility_code: case.facility.code.as_str().to_owned(),
        facility_name: case.facility.name.clone(),
        filed_on: tokyo_date(case.application.created_at.utc()),
        changed,
        evidence: if reviewed { files(case) } else { Vec::new() },
    });
    match filing.and_then(|filing| serde_json::to_value(filing).ok()) {
        Some(values) if open.0.is_empty() => Ok(values),
        _ => Err(open.0),
    }
}

/// What is filled in so far, folded where it can be read, as typed where not.
pub(super) fn summary(case: &Case) -> Vec<SummaryRow> {
    let answer = |name: &str| case.document.answer(name).to_owned();
    let what = chosen(case);
    let mut rows = vec![WHAT.row(WHAT_STEP, what.map_or("", What::label))];
    let Some(what) = what else { return rows };
    match form::read(what, &case.facility, &answer) {
        Ok(changed) => rows.extend(changed.values().into_iter().map(|(field, value)| field.row(VALUES_STEP, value))),
        Err(_) => rows.extend(what.boxes().iter().map(|one| one.field.row(VALUES_STEP, answer(one.field.name)))),
    }
    if what.is_reviewed() {
        rows.push(evidence_row(&files(case)));
    }
    rows
}
