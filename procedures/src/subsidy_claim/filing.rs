//! What is filed, and its lines for people.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{EVIDENCE_FIELD, Shortfall, SummaryRow};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldFault;
use uketsuke_core::ids::{FacilityId, ProgrammeId};
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::calculate::{Calculation, calculate};
use uketsuke_core::subsidy::payee::{self, Payee};
use uketsuke_core::subsidy::programme::Programme;

use super::purchases::{self, Line};
use super::{EVIDENCE_LABEL, EVIDENCE_STEP, PAYEE_STEP, PURCHASES_STEP};
use crate::field::Open;
use crate::files::{FiledFile, named};

pub(super) const SCHEMA_VERSION: i32 = 1;

/// The programme that holds for the draft, as JSON.
pub(super) const PROGRAMME: &str = "programme";
/// The other office of the annex, as JSON.
pub(super) const ANNEXED: &str = "annexed";
/// The account as it was understood, as JSON.
pub(super) const PAYEE: &str = "payee";
/// Banks or branches to choose from, as JSON.
pub(super) const UNCLEAR: &str = "unclear";

/// The programme as a mark and as a filing keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Under {
    pub id: ProgrammeId,
    pub version: i32,
    pub rules: uketsuke_core::subsidy::rules::Rules,
}

impl From<Programme> for Under {
    fn from(programme: Programme) -> Self {
        Self { id: programme.id, version: programme.version, rules: programme.rules }
    }
}

impl From<Under> for Programme {
    fn from(under: Under) -> Self {
        Self { id: under.id, version: under.version, rules: under.rules }
    }
}

/// The other office of an annex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Annexed {
    pub id: FacilityId,
    pub code: String,
    pub name: String,
}

impl Annexed {
    pub fn shown(&self) -> String {
        format!("{}（{}）", self.name, self.code)
    }
}

/// What is filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filing {
    /// The rules it was sent under: they never change for it.
    pub programme: Under,
    pub lines: Vec<Line>,
    pub payee: Payee,
    pub evidence: Vec<FiledFile>,
    /// As computed from all lines.
    pub calculation: Calculation,
    pub annexed: Option<Annexed>,
}

impl Filing {
    pub fn read(values: &Value) -> Result<Self> {
        Ok(Filing::deserialize(values)?)
    }

    /// The programme it was sent under.
    pub fn programme(&self) -> Programme {
        self.programme.clone().into()
    }

    pub fn summary(&self) -> Vec<SummaryRow> {
        let mut rows = programme_rows(&self.programme, self.annexed.as_ref());
        rows.push(row(EVIDENCE_STEP, EVIDENCE_FIELD, EVIDENCE_LABEL, named(&self.evidence)));
        rows.extend(self.lines.iter().map(line_row));
        rows.extend(calculation_rows(&self.calculation));
        rows.extend(payee_rows(&self.payee));
        rows
    }
}

fn row(step: &'static str, field: &'static str, label: &str, value: String) -> SummaryRow {
    SummaryRow { step, field, label: label.to_owned(), value }
}

fn programme_rows(under: &Under, annexed: Option<&Annexed>) -> Vec<SummaryRow> {
    let mut rows = vec![row(PURCHASES_STEP, "programme", "制度", under.rules.name.clone())];
    if let Some(annexed) = annexed {
        let value = format!("{}　併設の施術所と合わせて1回の申請です", annexed.shown());
        rows.push(row(PURCHASES_STEP, "annexed", "併設の施術所", value));
    }
    rows
}

fn line_row(line: &Line) -> SummaryRow {
    // Each line is a field of its own where two filings are compared.
    let field = purchases::NAMES.get((line.number - 1) * purchases::PARTS.len()).copied().unwrap_or(purchases::PIN);
    row(PURCHASES_STEP, field, &format!("購入したもの {}", line.number), line.whole())
}

fn calculation_rows(calculation: &Calculation) -> Vec<SummaryRow> {
    const FIELDS: [&str; 4] = ["calculation.1", "calculation.2", "calculation.3", "calculation.4"];
    let last = calculation.steps.len().saturating_sub(1);
    let steps = calculation.steps.iter().enumerate();
    steps
        .map(|(n, step)| {
            let (field, label) = match n {
                n if n == last => ("claimed", "申請額".to_owned()),
                n => (FIELDS.get(n).copied().unwrap_or("calculation"), format!("計算：{}", step.label)),
            };
            row(PURCHASES_STEP, field, &label, format!("{}　→　{}", step.how, shown(step.yen)))
        })
        .collect()
}

fn payee_rows(payee: &Payee) -> Vec<SummaryRow> {
    vec![
        row(PAYEE_STEP, payee::BANK.0, payee::BANK.1, format!("{}（{}）", payee.bank_name, payee.bank)),
        row(PAYEE_STEP, payee::BRANCH.0, payee::BRANCH.1, format!("{}（{}）", payee.branch_name, payee.branch)),
        row(PAYEE_STEP, payee::NUMBER.0, payee::NUMBER.1, payee.account()),
        row(PAYEE_STEP, payee::HOLDER.0, payee::HOLDER.1, payee.holder_shown()),
    ]
}

/// A mark, read.
pub(super) fn mark<T: serde::de::DeserializeOwned>(case: &Case, name: &str) -> Option<T> {
    serde_json::from_str(case.document.mark(name)?).ok()
}

/// The lines as they stand in the draft, or what is wrong with them. Nothing can
/// have been bought after it was last saved.
pub(super) fn lines(case: &Case) -> std::result::Result<Vec<Line>, uketsuke_core::form::FieldErrors> {
    let programme = mark::<Under>(case, PROGRAMME).map(Programme::from);
    let today = tokyo_date(case.application.updated_at.utc());
    purchases::read(|name| case.document.answer(name), programme.as_ref(), today)
}

/// What the programme grants for these lines.
pub(super) fn reckon(under: &Under, lines: &[Line]) -> Calculation {
    let costs: Vec<_> = lines.iter().map(|line| (line.item, line.yen)).collect();
    calculate(&under.rules, &costs)
}

/// The whole application as values, or everything that still stands in the way.
pub(super) fn file(case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
    let mut open = Open::default();
    let programme = mark::<Under>(case, PROGRAMME);
    if programme.is_none() {
        let why = "助成金の制度を確かめられませんでした。購入したものをもう一度保存してください".to_owned();
        open.add(PURCHASES_STEP, purchases::PIN, purchases::LABEL, FieldFault::Sentence(why));
    }
    if case.evidence.is_empty() {
        open.add(EVIDENCE_STEP, EVIDENCE_FIELD, EVIDENCE_LABEL, FieldFault::NotChosen);
    }
    let lines = lines(case).map_err(|errors| {
        for one in errors.iter() {
            open.add(PURCHASES_STEP, &one.field, &one.label, one.fault.clone());
        }
    });
    let payee = mark::<Payee>(case, PAYEE);
    if payee.is_none() {
        open.add(PAYEE_STEP, payee::BANK.0, payee::PIN.1, FieldFault::Missing);
    }
    let filing = (|| {
        let (programme, lines) = (programme?, lines.ok()?);
        let calculation = reckon(&programme, &lines);
        if calculation.yen == 0 {
            let why = "計算した助成金が0円になります。購入したものと金額をお確かめください".to_owned();
            open.add(PURCHASES_STEP, &purchases::box_name(1, "yen"), purchases::LABEL, FieldFault::Sentence(why));
        }
        Some(Filing {
            programme,
            lines,
            payee: payee?,
            evidence: case.evidence.iter().map(FiledFile::from).collect(),
            calculation,
            annexed: mark(case, ANNEXED),
        })
    })();
    match filing.and_then(|filing| serde_json::to_value(filing).ok()) {
        Some(values) if open.0.is_empty() => Ok(values),
        _ => Err(open.0),
    }
}

/// What is filled in so far.
pub(super) fn summary(case: &Case) -> Vec<SummaryRow> {
    let under = mark::<Under>(case, PROGRAMME);
    let annexed = mark::<Annexed>(case, ANNEXED);
    let mut rows = under.iter().flat_map(|under| programme_rows(under, annexed.as_ref())).collect::<Vec<_>>();
    let files: Vec<FiledFile> = case.evidence.iter().map(FiledFile::from).collect();
    rows.push(row(EVIDENCE_STEP, EVIDENCE_FIELD, EVIDENCE_LABEL, named(&files)));
    match (lines(case), &under) {
        (Ok(lines), Some(under)) => {
            rows.extend(lines.iter().map(line_row));
            rows.extend(calculation_rows(&reckon(under, &lines)));
        }
        _ => rows.push(row(PURCHASES_STEP, purchases::PIN, purchases::LABEL, String::new())),
    }
    match mark::<Payee>(case, PAYEE) {
        Some(payee) => rows.extend(payee_rows(&payee)),
        None => rows.push(row(PAYEE_STEP, payee::PIN.0, payee::PIN.1, String::new())),
    }
    rows
}
