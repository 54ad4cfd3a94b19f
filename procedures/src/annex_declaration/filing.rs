//! What is filed, and the lines in which people read it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uketsuke_core::application::procedure::{EVIDENCE_FIELD, Shortfall, SummaryRow};
use uketsuke_core::application::{Case, Method};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldFault;
use uketsuke_core::ids::FacilityId;

use super::office;
use super::steps::{self, AGREED, CODE, DOCUMENTS_STEP, EFFECT_STEP, MATCH_STEP, METHOD, OFFICE_STEP};
use crate::field::Open;
use crate::files::{FiledFile, named};

/// Numbers the shape of [`Filing`].
pub(super) const SCHEMA_VERSION: i32 = 1;

/// The legal record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filing {
    pub main_code: String,
    pub main_name: String,
    pub other_id: FacilityId,
    pub other_code: String,
    pub other_name: String,
    /// The master's revision of the other office that its secret matched; none
    /// where documents are the proof.
    pub matched_revision: Option<i64>,
    pub evidence_label: String,
    pub evidence: Vec<FiledFile>,
}

impl Filing {
    /// Reads a filed document.
    pub fn read(values: &Value) -> Result<Self> {
        Ok(serde_json::from_value(values.clone())?)
    }

    /// Its lines for people.
    pub fn lines(&self) -> Vec<SummaryRow> {
        let method = if self.matched_revision.is_some() { Method::Match } else { Method::Documents };
        let mut rows =
            vec![office_row(&self.other_code, &self.other_name), METHOD.row(OFFICE_STEP, label(Some(method)))];
        rows.push(match method {
            Method::Match => match_row(true),
            Method::Documents => evidence_row(&self.evidence_label, named(&self.evidence)),
        });
        rows.push(AGREED.row(EFFECT_STEP, "確認しました"));
        rows
    }
}

fn office_row(code: &str, name: &str) -> SummaryRow {
    let value = if name.is_empty() { code.to_owned() } else { format!("{name}（{code}）") };
    SummaryRow { label: "従たる施術所".to_owned(), ..CODE.row(OFFICE_STEP, value) }
}

fn match_row(matched: bool) -> SummaryRow {
    let value = if matched { "提出済みの情報と一致しました" } else { "" };
    SummaryRow { step: MATCH_STEP, field: "match", label: "施術所の確認".to_owned(), value: value.to_owned() }
}

fn evidence_row(label: &str, files: String) -> SummaryRow {
    SummaryRow { step: DOCUMENTS_STEP, field: EVIDENCE_FIELD, label: label.to_owned(), value: files }
}

fn label(method: Option<Method>) -> &'static str {
    match method {
        Some(Method::Match) => "① 提出済みの情報との照合",
        Some(Method::Documents) => "② 書類を添付",
        None => "",
    }
}

/// The whole application as values, or everything that still stands in the way.
pub(super) fn file(case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
    let mut open = Open::default();
    let other = open.take(OFFICE_STEP, CODE, office::known(case).ok_or(FieldFault::Missing));
    let method = open.take(OFFICE_STEP, METHOD, steps::method(case).ok_or(FieldFault::NotChosen));
    let label = office::kind(case).entry().evidence_label;
    let matched_revision = match method {
        Some(Method::Match) => {
            let revision = steps::matched_revision(case);
            if revision.is_none() {
                let sentence = FieldFault::Sentence("「施術所の確認」がまだ済んでいません".to_owned());
                open.add(MATCH_STEP, "match", "施術所の確認", sentence);
            }
            revision
        }
        Some(Method::Documents) if case.evidence.is_empty() => {
            open.add(DOCUMENTS_STEP, EVIDENCE_FIELD, label, FieldFault::NotChosen);
            None
        }
        _ => None,
    };
    open.take(EFFECT_STEP, AGREED, steps::agreed(case.document.answer(AGREED.name)));
    let evidence = match method {
        Some(Method::Documents) => case.evidence.iter().map(FiledFile::from).collect(),
        _ => Vec::new(),
    };
    let filing = other.map(|other| Filing {
        main_code: case.facility.code.as_str().to_owned(),
        main_name: case.facility.name.clone(),
        other_id: other.id,
        other_code: other.code,
        other_name: other.name,
        matched_revision,
        evidence_label: label.to_owned(),
        evidence,
    });
    match filing.and_then(|filing| serde_json::to_value(filing).ok()) {
        Some(values) if open.0.is_empty() => Ok(values),
        _ => Err(open.0),
    }
}

/// What is filled in so far.
pub(super) fn summary(case: &Case) -> Vec<SummaryRow> {
    let method = steps::method(case);
    let office = match office::known(case) {
        Some(other) => office_row(&other.code, &other.name),
        None => office_row(case.document.answer(CODE.name), ""),
    };
    let mut rows = vec![office, METHOD.row(OFFICE_STEP, label(method))];
    rows.extend(method.map(|method| match method {
        Method::Match => match_row(steps::matched_revision(case).is_some()),
        Method::Documents => {
            let files: Vec<FiledFile> = case.evidence.iter().map(FiledFile::from).collect();
            evidence_row(office::kind(case).entry().evidence_label, named(&files))
        }
    }));
    let agreed = steps::agreed(case.document.answer(AGREED.name)).is_ok();
    rows.push(AGREED.row(EFFECT_STEP, if agreed { "確認しました" } else { "" }));
    rows
}
