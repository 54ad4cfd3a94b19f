//! 変更申請 (SPEC 4.6): contact and phone number are recorded at once; address, manager
//! and a new code (承継) are what a facility is known by, and a reviewer looks.
//!
//! - `what` are the things that can change, as one table;
//! - `form` reads what was typed; `filing` is what is filed; `reasons` for reviewers.

mod filing;
mod form;
mod reasons;
#[cfg(test)]
mod tests;
mod what;

use askama::Template;
use serde_json::Value;
use uketsuke_core::application::procedure::{
    CheckItem, Checked, DecisionReason, Fact, FaultReason, Shortfall, Step, StepContent, SummaryRow, Terms, Verdict,
};
use uketsuke_core::application::{Answers, Application, ApplicationKind, Case, Method, Procedure};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::amend::{self, Amendment};
use uketsuke_core::facility::{Facility, succession};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::grant::Grant;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::registration;
use uketsuke_web::form::Choice;
use uketsuke_web::words;

use crate::Means;
use crate::field::{fields, text};
use filing::Filing;
use form::{Changed, WHAT};
use what::What;

const WHAT_STEP: &str = "what";
const VALUES_STEP: &str = "values";
const DOCUMENTS_STEP: &str = "documents";
/// What documents are called here.
const EVIDENCE_LABEL: &str = "変更を確かめられる書類（変更届の控え、新しい通知書など）";

#[derive(Template)]
#[template(path = "procedures/change/what.html")]
struct WhatPage<'a> {
    errors: &'a FieldErrors,
    what: &'a str,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "procedures/change/values.html")]
struct ValuesPage<'a> {
    errors: &'a FieldErrors,
    what: What,
    /// What was typed, by name; fields that are not open are left out.
    boxes: Vec<Entry<'a>>,
    reasons: Vec<Choice>,
    facility: &'a Facility,
}

/// One box of the form.
struct Entry<'a> {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: &'a str,
    required: bool,
}

/// 変更申請
#[derive(Debug, Clone)]
pub struct Change {
    means: Means,
}

impl Change {
    /// The procedure, with what it needs of the installation.
    pub fn new(means: Means) -> Self {
        Self { means }
    }
}

/// What is to change, once it is chosen.
fn chosen(case: &Case) -> Option<What> {
    What::parse(case.document.answer(WHAT.name))
}

impl Procedure for Change {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::Change
    }

    fn title(&self) -> &'static str {
        self.kind().title()
    }

    fn schema_version(&self) -> i32 {
        filing::SCHEMA_VERSION
    }

    fn steps(&self, case: &Case) -> Vec<Step> {
        let what = chosen(case).unwrap_or(What::Contact);
        let mut steps =
            vec![fields(WHAT_STEP, WHAT.label, &[WHAT.name]), fields(VALUES_STEP, what.label(), what.names())];
        if what.is_reviewed() {
            let content = StepContent::Evidence { label: EVIDENCE_LABEL };
            steps.push(Step { key: DOCUMENTS_STEP, title: "書類の添付", content });
        }
        steps
    }

    fn draw(&self, step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
        match (step.key, chosen(case)) {
            (WHAT_STEP, _) => {
                let choice = |what: &What| Choice::new(what.as_str(), what.label()).hint(what.hint());
                let choices = What::ALL.iter().map(choice).collect();
                WhatPage { errors, what: text(typed, WHAT.name), choices }.render()
            }
            (VALUES_STEP, what) => {
                let what = what.unwrap_or(What::Contact);
                let open = what.boxes().iter().filter(|one| case.open.has(one.field.name));
                let boxes = open.map(|one| Entry {
                    name: one.field.name,
                    label: one.field.label,
                    hint: one.hint,
                    value: text(typed, one.field.name),
                    required: one.required,
                });
                let reasons = form::REASONS.iter().map(|(value, label)| Choice::new(*value, *label)).collect();
                ValuesPage { errors, what, boxes: boxes.collect(), reasons, facility: &case.facility }.render()
            }
            _ => return Err(Error::NotFound),
        }
        .map_err(Error::internal)
    }

    fn check(&self, tx: &mut Tx<'_>, step: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
        let mut found = Checked::default();
        match (step.key, chosen(case)) {
            (WHAT_STEP, _) if case.open.has(WHAT.name) => {
                let what = What::parse(text(typed, WHAT.name)).ok_or(FieldFault::NotChosen);
                found.errors.take(WHAT.name, WHAT.label, what);
            }
            (VALUES_STEP, Some(what)) => {
                let answer = |name: &str| match case.open.has(name) {
                    true => text(typed, name).to_owned(),
                    false => case.document.answer(name).to_owned(),
                };
                match form::read(what, &case.facility, &answer) {
                    Err(errors) => found.errors = errors,
                    Ok(Changed::Code { code, .. }) => {
                        let today = tokyo_date(tx.now().utc());
                        match succession::obstacle(tx.conn(), &case.facility, &code, today)? {
                            // The master may learn of it while a reviewer looks.
                            None | Some(Refusal::CodeUnknown) => {}
                            Some(refusal) => {
                                let fault = FieldFault::Sentence(refusal.sentence().to_owned());
                                found.errors.add(form::CODE.name, form::CODE.label, fault);
                            }
                        }
                    }
                    Ok(_) => {}
                }
            }
            _ => {}
        }
        Ok(found)
    }

    fn file(&self, case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
        filing::file(case)
    }

    fn summary(&self, case: &Case) -> Vec<SummaryRow> {
        filing::summary(case)
    }

    fn filed_summary(&self, values: &Value) -> Result<Vec<SummaryRow>> {
        Ok(Filing::read(values)?.lines())
    }

    fn review(&self, conn: &mut Conn, case: &Case, values: &Value) -> Result<Vec<Fact>> {
        let filing = Filing::read(values)?;
        let master = |field: &str| match field {
            "address" => case.facility.whole_address(),
            "postal_code" => case.facility.postal_code.clone(),
            "manager_name" => case.facility.manager_name.clone(),
            "new_code" => case.facility.code.as_str().to_owned(),
            _ => String::new(),
        };
        let fact = |row: SummaryRow| match master(row.field) {
            known if known.is_empty() => Fact::stated(row),
            known => Fact { master: known, verdict: Verdict::Differs, ..Fact::stated(row) },
        };
        let mut facts: Vec<Fact> = filing.lines().into_iter().map(fact).collect();
        if let Changed::Code { code, .. } = &filing.changed {
            let today = filing.filed_on;
            let known = match succession::obstacle(conn, &case.facility, code, today)? {
                None => "承継できます".to_owned(),
                Some(refusal) => refusal.sentence().to_owned(),
            };
            facts.push(Fact::known("新しい機関コードの状態", known));
        }
        Ok(facts)
    }

    fn checklist(&self, case: &Case) -> Vec<CheckItem> {
        match chosen(case) {
            Some(what) if what.is_reviewed() => reasons::CHECKLIST.to_vec(),
            _ => Vec::new(),
        }
    }

    fn fault_reasons(&self) -> &'static [FaultReason] {
        reasons::FAULT_REASONS
    }

    fn decision_reasons(&self) -> &'static [DecisionReason] {
        reasons::DECISION_REASONS
    }

    fn method(&self, values: &Value) -> Option<Method> {
        Filing::read(values).ok()?.changed.what().is_reviewed().then_some(Method::Documents)
    }

    fn standing(&self, conn: &mut Conn, facility: &Facility, _: At) -> Result<Vec<(String, String)>> {
        let mut lines = vec![
            ("機関コード".to_owned(), facility.code.as_str().to_owned()),
            ("施設の電話番号".to_owned(), facility.phone.clone()),
            ("所在地".to_owned(), facility.whole_address()),
            ("管理者".to_owned(), facility.manager_name.clone()),
        ];
        if let Some(contact) = amend::contact(conn, &facility.id)? {
            lines.push(("担当者".to_owned(), words::contact(&contact)));
        }
        Ok(lines)
    }

    fn not_offered(&self, conn: &mut Conn, facility: &Facility, verified: bool, now: At) -> Result<Option<Refusal>> {
        let registered = registration::find(conn, &facility.id)?.is_some_and(|entry| entry.holds(now));
        Ok((!(verified && registered)).then_some(Refusal::UsageStartFirst))
    }

    fn approves_itself(&self, _: &mut Conn, _: &Case, values: &Value) -> Result<bool> {
        Ok(!Filing::read(values)?.changed.what().is_reviewed())
    }

    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, _: &Terms) -> Result<()> {
        match Filing::read(values)?.changed {
            Changed::Contact { name, phone, email } => amend::set_contact(tx, grant, (&name, &phone, &email)),
            Changed::Phone { phone } => amend::amend(tx, grant, &Amendment::Phone(phone)),
            Changed::Address { postal_code, address } => {
                amend::amend(tx, grant, &Amendment::Address { postal_code, address })
            }
            Changed::Manager { name } => amend::amend(tx, grant, &Amendment::Manager(name)),
            Changed::Code { code, .. } => {
                let good_until = tx.now() + chrono::Duration::days(self.means.former_code_days);
                succession::succeed(tx, grant, &code, good_until)
            }
        }
    }

    fn retract(&self, _: &mut Tx<'_>, _: &Application) -> Result<()> {
        Err(Refusal::NoUndo.into())
    }
}
