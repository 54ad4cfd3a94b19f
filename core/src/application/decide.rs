//! Deciding: approve, return with faults, reject. The only place that makes a
//! [`Grant`], and never without the history row of the decision.

use diesel::prelude::*;
use serde_json::Value;

use super::claim::held;
use super::model::{Application, EventDetail, Filing};
use super::procedure::{Procedure, Procedures, Terms};
use super::reasons::{self, Reason, ReasonAction};
use super::state::{Party, Verb};
use super::undo::letter_key;
use super::{mail, repo, rules};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::form::{FieldErrors, FieldFault};
use crate::grant::Grant;
use crate::ids::{ApplicationEventId, ApplicationId};
use crate::mail::Letter;
use crate::refusal::Refusal;
use crate::schema::applications;
use crate::scope::StaffScope;

/// 「その他」 needs at least this many characters.
pub const OTHER_MIN_CHARS: usize = 10;
/// The longest reason or fault text, characters.
pub const REASON_MAX_CHARS: usize = 1000;

/// One fault as the reviewer named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFault {
    /// The field that opens.
    pub field: String,
    /// The reason's code.
    pub reason: String,
    /// What the applicant reads.
    pub text: String,
}

/// Approves; with a lower quantity the reason is owed to the applicant.
/// `seen` is the revision the reviewer was looking at.
///
/// # Errors
/// As [`held`]; `Conflict` when it changed since; `Invalid` for bad terms;
/// `Refused(NeedsSecondPerson)` where nobody decides alone.
pub fn approve(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &StaffScope,
    (id, seen): (&ApplicationId, i64),
    terms: Terms,
) -> Result<()> {
    let application = repo::unchanged(held(tx, scope, id)?, seen)?;
    let procedure = procedures.get(application.kind)?;
    alone(tx, procedure)?;
    let values = filed(tx, id)?.values()?;
    let terms = valid_terms(procedure, &values, terms)?;
    carry_out_approval(tx, procedures, &application, Party::Reviewer, &terms)?;
    settle_review(tx, &application, scope)
}

/// The approval itself, on valid terms: state, registers, letter.
pub(super) fn carry_out_approval(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    application: &Application,
    by: Party,
    terms: &Terms,
) -> Result<()> {
    let procedure = procedures.get(application.kind)?;
    let values = filed(tx, &application.id)?.values()?;
    let detail = EventDetail { granted: terms.quantity, ..EventDetail::default() };
    let event = repo::advance(tx, application, (by, Verb::Approve), &terms.reason, &detail)?;
    settle(tx, application)?;
    post(tx, procedure, application, &values, terms)?;
    let letter = mail::Approved { application: application.id.clone() };
    send_after_undo(tx, procedures, &letter, &event)
}

/// Refuses where a second person has to decide.
fn alone(tx: &mut Tx<'_>, procedure: &dyn Procedure) -> Result<()> {
    if rules::second_person(tx.conn(), procedure)? { Err(Refusal::NeedsSecondPerson.into()) } else { Ok(()) }
}

/// The letter of a decision waits until the decision cannot be undone any more.
fn send_after_undo<L: Letter>(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    letter: &L,
    event: &ApplicationEventId,
) -> Result<()> {
    let at = tx.now() + procedures.undo_window();
    tx.send_once_at(letter, &letter_key(event), at)?;
    Ok(())
}

/// Approves by rule, in the transaction that submitted.
pub(super) fn approve_at_once(
    tx: &mut Tx<'_>,
    procedure: &dyn Procedure,
    id: &ApplicationId,
    values: &Value,
) -> Result<()> {
    let application = repo::get(tx.conn(), id)?;
    repo::advance(tx, &application, (Party::Rule, Verb::ApproveAtOnce), "", &EventDetail::default())?;
    settle(tx, &application)?;
    let quantity = procedure.quantity(values).map(|q| q.asked);
    post(tx, procedure, &application, values, &Terms { quantity, ..Terms::default() })
}

fn post(
    tx: &mut Tx<'_>,
    procedure: &dyn Procedure,
    application: &Application,
    values: &Value,
    terms: &Terms,
) -> Result<()> {
    let grant =
        Grant::new(application.facility_id.clone(), application.id.clone(), application.account_id.clone(), tx.now());
    procedure.effect(tx, &grant, values, terms)
}

/// A lower quantity must be at least one and carries a reason, and so does each
/// lower amount; equal or none given means all that was asked.
///
/// # Errors
/// `Invalid`, by the fields `quantity`, `reason`, `yen_…` and `reason_…` of the form.
pub fn valid_terms(procedure: &dyn Procedure, values: &Value, terms: Terms) -> Result<Terms> {
    let mut errors = FieldErrors::default();
    let quantity = procedure.quantity(values).map(|quantity| {
        let granted = terms.quantity.unwrap_or(quantity.asked);
        if granted < 1 || granted > quantity.asked {
            let fault = FieldFault::OutOfRange { min: 1, max: i64::from(quantity.asked) };
            errors.add("quantity", "承認する台数", fault);
        } else if granted < quantity.asked && terms.reason.trim().is_empty() {
            errors.add("reason", "減らす理由", FieldFault::Missing);
        }
        granted
    });
    let mut allowed = terms.allowed;
    allowed.retain(|code, part| {
        let Some(asked) = procedure.allowances(values).into_iter().find(|one| one.code == *code) else { return false };
        let (field, label) = (format!("reason_{code}"), format!("{}を減らす理由", asked.label));
        if !(0..=asked.asked).contains(&part.yen) {
            errors.add(&format!("yen_{code}"), &asked.label, FieldFault::OutOfRange { min: 0, max: asked.asked });
        } else if part.yen < asked.asked && part.reason.trim().is_empty() {
            errors.add(&field, &label, FieldFault::Missing);
        }
        part.yen < asked.asked
    });
    errors.into_result(Some(Terms { quantity, reason: terms.reason, allowed })).map_err(Error::from)
}

/// Returns with one or more faults; only the fields they name open.
///
/// # Errors
/// As [`approve`]; `Invalid` when no fault is named or a text is missing.
pub fn return_to_applicant(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &StaffScope,
    (id, seen): (&ApplicationId, i64),
    faults: &[NamedFault],
) -> Result<()> {
    let application = repo::unchanged(held(tx, scope, id)?, seen)?;
    let reasons = reasons::list(tx.conn(), procedures.get(application.kind)?, ReasonAction::Return)?;
    check_faults(&reasons, faults)?;
    let reason = faults.iter().map(|f| f.text.as_str()).collect::<Vec<_>>().join("\n");
    let event = repo::advance(tx, &application, (Party::Reviewer, Verb::Return), &reason, &EventDetail::default())?;
    for fault in faults {
        repo::insert_fault(tx, id, &event, fault)?;
    }
    settle_review(tx, &application, scope)?;
    send_after_undo(tx, procedures, &mail::Returned { application: id.clone() }, &event)
}

/// Checks named faults against the procedure's list: at least one, each known,
/// each with a text, 「その他」 with one that says something.
///
/// # Errors
/// `Invalid`, naming the fields `fault` and `text_<code>`.
pub fn check_faults(reasons: &[Reason], faults: &[NamedFault]) -> Result<()> {
    let mut errors = FieldErrors::default();
    if faults.is_empty() {
        let text = "差戻しの理由を1つ以上選んでください".to_owned();
        errors.add("fault", "差戻しの理由", FieldFault::Sentence(text));
    }
    for fault in faults {
        let Some(known) = reasons.iter().find(|r| r.code == fault.reason && r.field == fault.field) else {
            return Err(Error::NotFound);
        };
        let (field, now) = (format!("text_{}", known.code), fault.text.trim().chars().count());
        let min = if known.text.is_empty() { OTHER_MIN_CHARS } else { 1 };
        if now < min {
            errors.add(&field, &known.label, FieldFault::TooShort { min, now });
        } else if now > REASON_MAX_CHARS {
            errors.add(&field, &known.label, FieldFault::TooLong { max: REASON_MAX_CHARS, now });
        }
    }
    errors.into_result(Some(())).map_err(Error::from)
}

/// Rejects; the reason is what the applicant reads.
///
/// # Errors
/// As [`approve`]; `Invalid` when the reason is missing or too long.
pub fn reject(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &StaffScope,
    (id, seen): (&ApplicationId, i64),
    reason: &str,
) -> Result<()> {
    let application = repo::unchanged(held(tx, scope, id)?, seen)?;
    alone(tx, procedures.get(application.kind)?)?;
    let reason = valid_reason(reason)?;
    carry_out_rejection(tx, procedures, &application, Party::Reviewer, &reason)?;
    settle_review(tx, &application, scope)
}

/// The rejection itself, with a valid reason.
pub(super) fn carry_out_rejection(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    application: &Application,
    by: Party,
    reason: &str,
) -> Result<()> {
    let event = repo::advance(tx, application, (by, Verb::Reject), reason, &EventDetail::default())?;
    settle(tx, application)?;
    let values = filed(tx, &application.id)?.values()?;
    procedures.get(application.kind)?.reject(tx, application, &values, reason)?;
    send_after_undo(tx, procedures, &mail::Rejected { application: application.id.clone() }, &event)
}

/// A reason to reject says something, and not too much.
pub(super) fn valid_reason(reason: &str) -> Result<String> {
    let reason = reason.trim();
    let now = reason.chars().count();
    let mut errors = FieldErrors::default();
    if now < OTHER_MIN_CHARS {
        errors.add("reason", "却下の理由", FieldFault::TooShort { min: OTHER_MIN_CHARS, now });
    } else if now > REASON_MAX_CHARS {
        errors.add("reason", "却下の理由", FieldFault::TooLong { max: REASON_MAX_CHARS, now });
    }
    errors.into_result(Some(reason.to_owned())).map_err(Error::from)
}

pub(super) fn filed(tx: &mut Tx<'_>, id: &ApplicationId) -> Result<Filing> {
    repo::latest_filing(tx.conn(), id)?.ok_or_else(|| Error::boxed("a sent application without a filing"))
}

/// Notes when it was decided.
fn settle(tx: &mut Tx<'_>, application: &Application) -> Result<()> {
    let now = tx.now();
    diesel::update(applications::table.find(&application.id))
        .set(applications::decided_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes who reviewed it last: a correction comes back to them.
fn settle_review(tx: &mut Tx<'_>, application: &Application, by: &StaffScope) -> Result<()> {
    diesel::update(applications::table.find(&application.id))
        .set(applications::last_reviewer_id.eq(by.staff()))
        .execute(tx.conn())?;
    Ok(())
}
