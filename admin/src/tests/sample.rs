//! The smallest procedure a reviewer can weigh: a name, a number, a note; with the
//! right note also an amount.

use std::sync::Mutex;

use serde_json::{Value, json};
use uketsuke_core::application::procedure::*;
use uketsuke_core::application::{Answers, Application, ApplicationKind};
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::grant::Grant;
use uketsuke_core::money::shown;

#[derive(Default)]
pub struct Sample {
    /// On what terms approvals were carried out.
    pub carried_out: Mutex<Vec<Terms>>,
}

/// The note of a filing that asks for an amount as well.
pub const WITH_COSTS: &str = "費用あり";
/// What such a filing asks for, yen.
const COSTS: i64 = 41_000;

const REASONS: &[FaultReason] = &[
    FaultReason {
        code: "name", field: "name", label: "名称が違う", text: "名称を通知書のとおりに直してください。"
    },
    FaultReason {
        code: "unreadable",
        field: EVIDENCE_FIELD,
        label: "書類が読めない",
        text: "書類を撮り直してください。",
    },
    FaultReason { code: "other", field: "note", label: "その他", text: "" },
];

impl Procedure for Sample {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::UsageStart
    }
    fn title(&self) -> &'static str {
        "試験申請"
    }
    fn schema_version(&self) -> i32 {
        1
    }
    fn steps(&self, _: &Case) -> Vec<Step> {
        let content = StepContent::Fields { kept: &["name", "count", "note"], secret: &[], button: "次へ" };
        vec![Step { key: "all", title: "全部", content }]
    }
    fn draw(&self, _: &Step, _: &Case, _: &Answers, _: &FieldErrors) -> Result<String> {
        Ok(String::new())
    }
    fn check(&self, _: &mut Tx<'_>, _: &Step, _: &Case, _: &Answers) -> Result<Checked> {
        Ok(Checked::default())
    }
    fn file(&self, case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
        let answer = |field: &str| case.document.answer(field).to_owned();
        let count: u32 = answer("count").parse().map_err(|_| Vec::new())?;
        Ok(json!({ "name": answer("name"), "count": count, "note": answer("note") }))
    }
    fn summary(&self, _: &Case) -> Vec<SummaryRow> {
        Vec::new()
    }
    fn filed_summary(&self, values: &Value) -> Result<Vec<SummaryRow>> {
        let row = |field, label: &str, value: String| SummaryRow { step: "all", field, label: label.into(), value };
        let name = values["name"].as_str().unwrap_or_default().to_owned();
        Ok(vec![row("name", "名称", name), row("count", "申請台数", values["count"].to_string())])
    }
    fn review(&self, _: &mut Conn, case: &Case, values: &Value) -> Result<Vec<Fact>> {
        let fact = |field, label: &str, stated: &str, master: &str, verdict| Fact {
            field,
            label: label.into(),
            stated: stated.into(),
            master: master.into(),
            verdict,
        };
        let name = values["name"].as_str().unwrap_or_default();
        let verdict = if name == case.facility.name { Verdict::Same } else { Verdict::Differs };
        Ok(vec![
            fact("name", "名称", name, &case.facility.name, verdict),
            fact("note", "電話番号", "0312345678", "0312345678", Verdict::Same),
            fact("note", "開設者", "山田", "", Verdict::Absent),
        ])
    }
    fn method(&self, values: &Value) -> Option<Method> {
        Some(if values["note"] == "照合" { Method::Match } else { Method::Documents })
    }
    fn checklist(&self, _: &Case) -> Vec<CheckItem> {
        vec![CheckItem { code: "name", text: "通知書の名称が登録情報と同じ" }]
    }
    fn fault_reasons(&self) -> &'static [FaultReason] {
        REASONS
    }
    fn quantity(&self, values: &Value) -> Option<Quantity> {
        let asked = u32::try_from(values["count"].as_u64()?).ok()?;
        Some(Quantity { label: "申請台数", asked })
    }
    fn allowances(&self, values: &Value) -> Vec<Allowance> {
        let asked = Allowance { code: "1".into(), label: "スマートフォンの費用".into(), asked: COSTS };
        if values["note"] == WITH_COSTS { vec![asked] } else { Vec::new() }
    }
    fn outcome(&self, _: &mut Conn, values: &Value, terms: &Terms, _: At) -> Result<Vec<(String, String)>> {
        let granted = |asked: Allowance| terms.allowed.get(&asked.code).map_or(asked.asked, |part| part.yen);
        let line = |asked: Allowance| ("助成金の額".to_owned(), shown(granted(asked) / 2));
        Ok(self.allowances(values).into_iter().map(line).collect())
    }
    fn approves_itself(&self, _: &mut Conn, _: &Case, _: &Value) -> Result<bool> {
        Ok(false)
    }
    fn effect(&self, _: &mut Tx<'_>, _: &Grant, _: &Value, terms: &Terms) -> Result<()> {
        self.carried_out.lock().expect("no test has fallen over").push(terms.clone());
        Ok(())
    }
    fn retract(&self, _: &mut Tx<'_>, _: &Application) -> Result<()> {
        Ok(())
    }
}
