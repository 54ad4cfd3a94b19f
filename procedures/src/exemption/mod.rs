//! やむを得ない事由の申告 (SPEC 4.7): why an office does not take part. Recorded at
//! once, and taken back when things change.

mod filing;
#[cfg(test)]
mod tests;

use askama::Template;
use chrono::NaiveDate;
use serde_json::Value;
use uketsuke_core::application::procedure::{Checked, Shortfall, Step, SummaryRow, Terms};
use uketsuke_core::application::{Answers, Application, ApplicationKind, Case, Procedure};
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::exemption::{self, ExemptionReason};
use uketsuke_core::facility::Facility;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::grant::Grant;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::{account, registration};
use uketsuke_web::form::Choice;
use uketsuke_web::words;

use crate::field::{Field, TICKED, fields, text, ticked};
use filing::Filing;

const REASON_STEP: &str = "reason";
const REASON: Field = Field { name: "reason", label: "やむを得ない事由" };
const ON: Field = Field { name: "takes_effect_on", label: "廃止・休止・辞退する日" };
const TRUE: Field = Field { name: "true", label: "申告内容の確認" };

#[derive(Template)]
#[template(path = "procedures/exemption/reason.html")]
struct ReasonPage<'a> {
    errors: &'a FieldErrors,
    reason: &'a str,
    choices: Vec<Choice>,
    takes_effect_on: &'a str,
    ticked: bool,
}

/// やむを得ない事由の申告
#[derive(Debug, Clone, Copy)]
pub struct Exemption;

fn reason(kind: FacilityKind, typed: &str) -> std::result::Result<ExemptionReason, FieldFault> {
    let offered = ExemptionReason::of_kind(kind).iter().copied();
    offered.into_iter().find(|reason| reason.as_str() == typed).ok_or(FieldFault::NotChosen)
}

/// The day, which reasons that have none leave out.
fn day(reason: Option<ExemptionReason>, typed: &str) -> std::result::Result<Option<NaiveDate>, FieldFault> {
    match reason {
        Some(reason) if reason.has_day() => fold::date(typed).map(Some),
        _ => Ok(None),
    }
}

fn said_true(typed: &str) -> std::result::Result<(), FieldFault> {
    ticked(typed, "申告の内容を確かめて、印を付けてください")
}

impl Procedure for Exemption {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::Exemption
    }

    fn title(&self) -> &'static str {
        self.kind().title()
    }

    fn schema_version(&self) -> i32 {
        filing::SCHEMA_VERSION
    }

    fn steps(&self, _: &Case) -> Vec<Step> {
        vec![fields(REASON_STEP, REASON.label, &[REASON.name, ON.name, TRUE.name])]
    }

    fn draw(&self, step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
        if step.key != REASON_STEP {
            return Err(Error::NotFound);
        }
        let reasons = ExemptionReason::of_kind(case.facility.kind).iter();
        let page = ReasonPage {
            errors,
            reason: text(typed, REASON.name),
            choices: reasons.map(|reason| Choice::new(reason.as_str(), reason.label())).collect(),
            takes_effect_on: text(typed, ON.name),
            ticked: text(typed, TRUE.name) == TICKED,
        };
        page.render().map_err(Error::internal)
    }

    fn check(&self, _: &mut Tx<'_>, _: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
        let mut found = Checked::default();
        let errors = &mut found.errors;
        let reason = errors.take(REASON.name, REASON.label, reason(case.facility.kind, text(typed, REASON.name)));
        errors.take(ON.name, ON.label, day(reason, text(typed, ON.name)));
        errors.take(TRUE.name, TRUE.label, said_true(text(typed, TRUE.name)));
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

    fn standing(&self, conn: &mut Conn, facility: &Facility, _: At) -> Result<Vec<(String, String)>> {
        let Some(held) = exemption::find(conn, &facility.id)? else { return Ok(Vec::new()) };
        let mut lines = vec![(REASON.label.to_owned(), held.reason.label().to_owned())];
        lines.extend(held.takes_effect_on.map(|on| (ON.label.to_owned(), words::date(on))));
        lines.push(("申告した日時".to_owned(), words::date_time_full(held.declared_at.utc())));
        Ok(lines)
    }

    fn applies_to(&self, facility: &Facility) -> bool {
        !ExemptionReason::of_kind(facility.kind).is_empty()
    }

    fn not_offered(&self, conn: &mut Conn, facility: &Facility, verified: bool, now: At) -> Result<Option<Refusal>> {
        if registration::find(conn, &facility.id)?.is_some_and(|entry| entry.holds(now)) {
            return Ok(Some(Refusal::TakesPart));
        }
        // An office that does not take part has nobody verified; once it has, or once it
        // declared something, only they may: a stranger learns nothing of it.
        let held = exemption::find(conn, &facility.id)?.is_some();
        Ok(match (verified, held) {
            (true, true) => Some(Refusal::ExemptAlready),
            (true, false) => None,
            (false, true) => Some(Refusal::NotVerified),
            (false, false) => {
                (!account::verified_people(conn, &facility.id)?.is_empty()).then_some(Refusal::NotVerified)
            }
        })
    }

    fn approves_itself(&self, _: &mut Conn, _: &Case, _: &Value) -> Result<bool> {
        Ok(true)
    }

    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, _: &Terms) -> Result<()> {
        let filing = Filing::read(values)?;
        exemption::declare(tx, grant, filing.reason, filing.takes_effect_on)
    }

    fn retract(&self, tx: &mut Tx<'_>, application: &Application) -> Result<()> {
        exemption::end(tx, &application.facility_id)
    }

    fn may_take_back(&self, conn: &mut Conn, application: &Application, _: At) -> Result<bool> {
        let held = exemption::find(conn, &application.facility_id)?;
        Ok(held.is_some_and(|held| held.application_id == application.id))
    }
}
