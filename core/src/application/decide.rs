//! Deciding: approve, return with faults, reject. The only place that makes a
//! [`Grant`], and never without the history row of the decision.

use diesel::prelude::*;
use serde_json::Value;

use super::claim::held;
use super::model::{Application, EventDetail, Filing};
use super::procedure::{FaultReason, Procedure, Procedures, Terms};
use super::state::{Party, Verb};
use super::{mail, repo};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::form::{FieldErrors, FieldFault};
use crate::grant::Grant;
use crate::ids::ApplicationId;
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
/// As [`held`]; `Conflict` when it changed since; `Invalid` for bad terms.
pub fn approve(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &StaffScope,
    (id, seen): (&ApplicationId, i64),
    terms: Terms,
) -> Result<()> {
    let application = unchanged(held(tx, scope, id)?, seen)?;
    let procedure = procedures.get(application.kind)?;
    let values = filed(tx, id)?.values()?;
    let terms = valid_terms(procedure, &values, terms)?;
    let detail = EventDetail { granted: terms.quantity, ..EventDetail::default() };
    repo::advance(tx, &application, (Party::Reviewer, Verb::Approve), &terms.reason, &detail)?;
    settle(tx, &application, Some(scope))?;
    post(tx, procedure, &application, &values, &terms)?;
    tx.send(&mail::Approved { application: id.clone() })?;
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
    settle(tx, &application, None)?;
    let quantity = procedure.quantity(values).map(|q| q.asked);
    post(tx, procedure, &application, values, &Terms { quantity, reason: String::new() })
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

/// A lower quantity must be at least one and carries a reason; equal or none
/// given means all that was asked.
fn valid_terms(procedure: &dyn Procedure, values: &Value, terms: Terms) -> Result<Terms> {
    let Some(quantity) = procedure.quantity(values) else {
        return Ok(Terms { quantity: None, reason: terms.reason });
    };
    let granted = terms.quantity.unwrap_or(quantity.asked);
    let mut errors = FieldErrors::default();
    if granted < 1 || granted > quantity.asked {
        let fault = FieldFault::OutOfRange { min: 1, max: i64::from(quantity.asked) };
        errors.add("quantity", "承認する台数", fault);
    } else if granted < quantity.asked && terms.reason.trim().is_empty() {
        errors.add("reason", "減らす理由", FieldFault::Missing);
    }
    errors.into_result(Some(Terms { quantity: Some(granted), reason: terms.reason })).map_err(Error::from)
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
    let application = unchanged(held(tx, scope, id)?, seen)?;
    check_faults(procedures.get(application.kind)?.fault_reasons(), faults)?;
    let reason = faults.iter().map(|f| f.text.as_str()).collect::<Vec<_>>().join("\n");
    let event = repo::advance(tx, &application, (Party::Reviewer, Verb::Return), &reason, &EventDetail::default())?;
    for fault in faults {
        repo::insert_fault(tx, id, &event, fault)?;
    }
    settle_review(tx, &application, scope)?;
    tx.send(&mail::Returned { application: id.clone() })?;
    Ok(())
}

/// Checks named faults against the procedure's list: at least one, each known,
/// each with a text, 「その他」 with one that says something.
///
/// # Errors
/// `Invalid`, naming the fields `fault` and `text_<code>`.
pub fn check_faults(reasons: &[FaultReason], faults: &[NamedFault]) -> Result<()> {
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
            errors.add(&field, known.label, FieldFault::TooShort { min, now });
        } else if now > REASON_MAX_CHARS {
            errors.add(&field, known.label, FieldFault::TooLong { max: REASON_MAX_CHARS, now });
        }
    }
    errors.into_result(Some(())).map_err(Error::from)
}

/// Rejects; the reason is what the applicant reads.
///
/// # Errors
/// As [`approve`]; `Invalid` when the reason is missing or too long.
pub fn reject(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&ApplicationId, i64), reason: &str) -> Result<()> {
    let application = unchanged(held(tx, scope, id)?, seen)?;
    let now = reason.trim().chars().count();
    let mut errors = FieldErrors::default();
    if now < OTHER_MIN_CHARS {
        errors.add("reason", "却下の理由", FieldFault::TooShort { min: OTHER_MIN_CHARS, now });
    } else if now > REASON_MAX_CHARS {
        errors.add("reason", "却下の理由", FieldFault::TooLong { max: REASON_MAX_CHARS, now });
    }
    errors.into_result(Some(()))?;
    repo::advance(tx, &application, (Party::Reviewer, Verb::Reject), reason.trim(), &EventDetail::default())?;
    settle(tx, &application, Some(scope))?;
    tx.send(&mail::Rejected { application: id.clone() })?;
    Ok(())
}

fn unchanged(application: Application, seen: i64) -> Result<Application> {
    if application.revision == seen { Ok(application) } else { Err(Error::Conflict) }
}

fn filed(tx: &mut Tx<'_>, id: &ApplicationId) -> Result<Filing> {
    repo::latest_filing(tx.conn(), id)?.ok_or_else(|| Error::boxed("a sent application without a filing"))
}

/// Notes when it was decided and by whom it was held.
fn settle(tx: &mut Tx<'_>, application: &Application, by: Option<&StaffScope>) -> Result<()> {
    let now = tx.now();
    diesel::update(applications::table.find(&application.id))
        .set((
            applications::decided_at.eq(now),
            applications::last_reviewer_id.eq(by.map(|scope| scope.staff().clone())),
        ))
        .execute(tx.conn())?;
    Ok(())
}

fn settle_review(tx: &mut Tx<'_>, application: &Application, by: &StaffScope) -> Result<()> {
    diesel::update(applications::table.find(&application.id))
        .set(applications::last_reviewer_id.eq(by.staff().clone()))
        .execute(tx.conn())?;
    Ok(())
}
