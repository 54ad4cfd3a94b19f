//! What is filed: the values as understood, frozen at submission; and the lines
//! in which people read them, the same before and after filing.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{EVIDENCE_FIELD, Shortfall, SummaryRow};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldFault;
use uketsuke_web::words;

use super::form::{self, DEVICES, METHOD, Method, STAFF, TERMS};
use super::steps::{self, COUNT_STEP, DOCUMENTS_STEP, MATCH_STEP, METHOD_STEP, TERMS_STEP};
use crate::field::Open;
use crate::files::{FiledFile, named};

/// Numbers the shape of [`Filing`].
pub(super) const SCHEMA_VERSION: i32 = 1;

/// How the facility proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum VerifiedBy {
    Match,
    Documents,
}

/// The facility as the master knew it when this was filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FiledFacility {
    pub code: String,
    pub kind: String,
    pub name: String,
}

/// The legal record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filing {
    pub facility: FiledFacility,
    pub verified_by: VerifiedBy,
    pub evidence_label: String,
    pub evidence: Vec<FiledFile>,
    pub staff_count: u32,
    pub device_count: u32,
    pub terms_version: String,
}

impl Filing {
    /// Reads a filed document.
    pub fn read(values: &Value) -> Result<Self> {
        Ok(serde_json::from_value(values.clone())?)
    }

    /// Its lines for people.
    pub fn lines(&self) -> Vec<SummaryRow> {
        let method = match self.verified_by {
            VerifiedBy::Match => Method::Match,
            VerifiedBy::Documents => Method::Documents,
        };
        lines(&Lines {
            method: Some(method),
            matched: method == Method::Match,
            evidence_label: &self.evidence_label,
            files: named(&self.evidence),
            staff_count: people(self.staff_count),
            device_count: devices(self.device_count),
            terms_read: true,
        })
    }
}

/// The whole application as values, or everything that still stands in the way.
pub(super) fn file(case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
    let mut open = Open::default();
    let method = open.take(METHOD_STEP, METHOD, form::method(case.document.answer(METHOD.name)));
    let method = steps::method(case).or(method);
    let verified_by = method.and_then(|method| proof(&mut open, case, method));
    let staff_count = open.take(COUNT_STEP, STAFF, form::staff_count(case.document.answer(STAFF.name)));
    let device_count = open.take(COUNT_STEP, DEVICES, form::device_count(case.document.answer(DEVICES.name)));
    let terms_version = open.take(TERMS_STEP, TERMS, steps::agreed_version(case));
    let filing = (|| {
        Some(Filing {
            facility: FiledFacility {
                code: case.facility.code.as_str().to_owned(),
                kind: case.facility.kind.as_str().to_owned(),
                name: case.facility.name.clone(),
            },
            verified_by: verified_by?,
            evidence_label: case.facility.kind.entry().evidence_label.to_owned(),
            evidence: evidence_of(case, verified_by?),
            staff_count: staff_count?,
            device_count: device_count?,
            terms_version: terms_version?.to_owned(),
        })
    })();
    match filing.and_then(|filing| serde_json::to_value(filing).ok()) {
        Some(values) if open.0.is_empty() => Ok(values),
        _ => Err(open.0),
    }
}

/// Files count only where documents are the proof.
fn evidence_of(case: &Case, verified_by: VerifiedBy) -> Vec<FiledFile> {
    match verified_by {
        VerifiedBy::Match => Vec::new(),
        VerifiedBy::Documents => case.evidence.iter().map(FiledFile::from).collect(),
    }
}

/// The proof, or a note of what is missing for it.
fn proof(open: &mut Open, case: &Case, method: Method) -> Option<VerifiedBy> {
    match method {
        Method::Match if steps::is_matched(case) => return Some(VerifiedBy::Match),
        Method::Match => {
            let sentence = "「施設の確認」がまだ済んでいません".to_owned();
            open.add(MATCH_STEP, "match", "施設の確認", FieldFault::Sentence(sentence));
        }
        Method::Documents if !case.evidence.is_empty() => return Some(VerifiedBy::Documents),
        Method::Documents => {
            let label = case.facility.kind.entry().evidence_label;
            open.add(DOCUMENTS_STEP, EVIDENCE_FIELD, label, FieldFault::NotChosen);
        }
    }
    None
}

/// What is filled in so far, folded where it can be read, as typed where not.
pub(super) fn summary(case: &Case) -> Vec<SummaryRow> {
    let shown = |typed: &str, read: std::result::Result<u32, FieldFault>, words: fn(u32) -> String| {
        read.map_or_else(|_| typed.to_owned(), words)
    };
    let (staff, asked) = (case.document.answer(STAFF.name), case.document.answer(DEVICES.name));
    lines(&Lines {
        method: steps::method(case),
        matched: steps::is_matched(case),
        evidence_label: case.facility.kind.entry().evidence_label,
        files: named(&case.evidence.iter().map(FiledFile::from).collect::<Vec<_>>()),
        staff_count: shown(staff, form::staff_count(staff), people),
        device_count: shown(asked, form::device_count(asked), devices),
        terms_read: steps::agreed_version(case).is_ok(),
    })
}

/// The lines' contents, wherever they come from.
struct Lines<'a> {
    method: Option<Method>,
    matched: bool,
    evidence_label: &'a str,
    files: String,
    staff_count: String,
    device_count: String,
    terms_read: bool,
}

fn lines(from: &Lines<'_>) -> Vec<SummaryRow> {
    let row = |step, field, label: &str, value: String| SummaryRow { step, field, label: label.to_owned(), value };
    let mut rows =
        vec![row(METHOD_STEP, METHOD.name, METHOD.label, from.method.map_or(String::new(), |m| m.label().to_owned()))];
    match from.method {
        Some(Method::Match) => {
            let result = if from.matched { "提出済みの情報と一致しました" } else { "" };
            rows.push(row(MATCH_STEP, "match", "施設の確認", result.to_owned()));
        }
        Some(Method::Documents) => {
            rows.push(row(DOCUMENTS_STEP, EVIDENCE_FIELD, from.evidence_label, from.files.clone()));
        }
        None => {}
    }
    rows.push(row(COUNT_STEP, STAFF.name, STAFF.label, from.staff_count.clone()));
    rows.push(row(COUNT_STEP, DEVICES.name, DEVICES.label, from.device_count.clone()));
    let agreed = if from.terms_read { "同意する" } else { "" };
    rows.push(row(TERMS_STEP, TERMS.name, TERMS.label, agreed.to_owned()));
    rows
}

fn people(count: u32) -> String {
    format!("{}人", words::digits(count))
}

fn devices(count: u32) -> String {
    format!("{count}台")
}
