//! The engine by itself, with the smallest procedure there can be: one field,
//! one number that a reviewer may lower.

mod bulk;
mod canned;
mod hands;
mod life;
mod races;
mod second;
mod undo;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::claim::claim;
use super::decide::NamedFault;
use super::kind::ApplicationKind;
use super::model::{Answers, Application};
use super::procedure::*;
use super::reasons::ReasonAction;
use super::state::Verb;
use super::submit::{Sent, submit};
use super::{draft, repo};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::form::{FieldError, FieldErrors, FieldFault};
use crate::grant::Grant;
use crate::ids::ApplicationId;
use crate::refusal::Refusal;
use crate::scope::{FacilityScope, StaffScope};
use crate::staff::role::Role;
use crate::testing::{add_member, letters, office, test_db};

/// Asks for a number; the word 「一致」 in `note` approves itself.
#[derive(Default)]
struct Sample {
    granted: Mutex<Vec<Option<u32>>>,
}

const REASONS: &[FaultReason] = &[
    FaultReason { code: "few", field: "count", label: "台数", text: "台数を確かめてください" },
    FaultReason { code: "other", field: "note", label: "その他", text: "" },
];

const DECISIONS: &[DecisionReason] = &[DecisionReason {
    action: ReasonAction::Reject,
    code: "strange",
    label: "対象外",
    text: "対象の施設ではありません。",
}];

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
        let content = StepContent::Fields { kept: &["count", "note"], secret: &["pin"], button: "次へ" };
        vec![Step { key: "all", title: "全部", content }]
    }
    fn draw(&self, _: &Step, _: &Case, _: &Answers, _: &FieldErrors) -> Result<String> {
        Ok(String::new())
    }
    fn check(&self, _: &mut Tx<'_>, _: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
        let mut checked = Checked::default();
        if case.document.answer("count").is_empty() {
            checked.errors.add("count", "台数", FieldFault::Missing);
        }
        checked.marks.push(("pin", typed.get("pin").map(|_| "seen".into())));
        Ok(checked)
    }
    fn file(&self, case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
        let error = |fault| {
            vec![Shortfall { step: "all", error: FieldError { field: "count".into(), label: "台数".into(), fault } }]
        };
        let count: u32 = case.document.answer("count").parse().map_err(|_| error(FieldFault::Missing))?;
        Ok(json!({ "count": count, "note": case.document.answer("note") }))
    }
    fn summary(&self, _: &Case) -> Vec<SummaryRow> {
        Vec::new()
    }
    fn filed_summary(&self, values: &Value) -> Result<Vec<SummaryRow>> {
        let row = |field, value: String| SummaryRow { step: "all", field, label: field.into(), value };
        let note = values["note"].as_str().unwrap_or_default().to_owned();
        Ok(vec![row("count", values["count"].to_string()), row("note", note)])
    }
    fn review(&self, _: &mut Conn, _: &Case, values: &Value) -> Result<Vec<Fact>> {
        let verdict = if values["note"] == "照合、相違" { Verdict::Differs } else { Verdict::Same };
        Ok(vec![Fact { field: "note", label: "名称".into(), stated: "甲".into(), master: "乙".into(), verdict }])
    }
    fn method(&self, values: &Value) -> Option<Method> {
        let matched = values["note"].as_str().is_some_and(|note| note.starts_with("照合"));
        Some(if matched { Method::Match } else { Method::Documents })
    }
    fn checklist(&self, _: &Case) -> Vec<CheckItem> {
        vec![CheckItem { code: "name", text: "名前" }, CheckItem { code: "page", text: "ページ" }]
    }
    fn fault_reasons(&self) -> &'static [FaultReason] {
        REASONS
    }
    fn decision_reasons(&self) -> &'static [DecisionReason] {
        DECISIONS
    }
    fn quantity(&self, values: &Value) -> Option<Quantity> {
        let asked = u32::try_from(values["count"].as_u64()?).ok()?;
        Some(Quantity { label: "台数", asked })
    }
    fn approves_itself(&self, _: &mut Conn, _: &Case, values: &Value) -> Result<bool> {
        Ok(values["note"] == "一致")
    }
    fn effect(&self, _: &mut Tx<'_>, _: &Grant, _: &Value, terms: &Terms) -> Result<()> {
        self.granted.lock().unwrap().push(terms.quantity);
        Ok(())
    }
    fn retract(&self, _: &mut Tx<'_>, _: &Application) -> Result<()> {
        self.granted.lock().unwrap().pop();
        Ok(())
    }
}

struct World {
    db: crate::testing::TestDb,
    sample: Arc<Sample>,
    procedures: Procedures,
    applicant: FacilityScope,
}

fn world() -> World {
    let db = test_db();
    let sample = Arc::new(Sample::default());
    let applicant = office(&db, true);
    World { procedures: Procedures::new(vec![sample.clone()]), db, sample, applicant }
}

impl World {
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.db.write_blocking(self.applicant.actor(), work)
    }

    fn by<T>(&self, staff: &StaffScope, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.db.write_blocking(staff.actor(), work)
    }

    /// A sent application in this reviewer's hands, and its revision.
    fn claimed(&self, staff: &StaffScope) -> (ApplicationId, i64) {
        let id = self.sent("");
        self.by(staff, |tx| claim(tx, staff, &id)).unwrap();
        let seen = self.get(&id).revision;
        (id, seen)
    }

    fn verbs(&self, id: &ApplicationId) -> Vec<Verb> {
        let events = self.db.read_blocking(|c| repo::history(c, id)).unwrap();
        events.into_iter().rev().map(|event| event.verb).collect()
    }

    fn save(&self, id: &ApplicationId, count: &str, note: &str) -> FieldErrors {
        let typed = [("count", count), ("note", note), ("pin", "1234"), ("state", "approved")];
        let typed = typed.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        self.write(|tx| draft::save_step(tx, &self.procedures, &self.applicant, id, "all", &typed)).unwrap()
    }

    fn draft(&self, count: &str, note: &str) -> ApplicationId {
        let id = self.write(|tx| draft::open(tx, &self.applicant, ApplicationKind::UsageStart)).unwrap();
        self.save(&id, count, note);
        id
    }

    fn sent(&self, note: &str) -> ApplicationId {
        let id = self.draft("3", note);
        assert_eq!(self.send(&id).unwrap(), Sent::Done);
        id
    }

    fn send(&self, id: &ApplicationId) -> Result<Sent> {
        self.write(|tx| submit(tx, &self.procedures, &self.applicant, id))
    }

    fn get(&self, id: &ApplicationId) -> Application {
        self.db.read_blocking(|c| repo::get(c, id)).unwrap()
    }

    fn letters(&self) -> Vec<String> {
        let all = self.db.read_blocking(letters).unwrap();
        all.into_iter().map(|(name, _)| name).collect()
    }
}

fn reviewer(db: &Db) -> StaffScope {
    crate::testing::add_staff(db, Role::Reviewer)
}

fn fault(code: &str, field: &str, text: &str) -> NamedFault {
    NamedFault { field: field.into(), reason: code.into(), text: text.into() }
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}
