//! Sending: the document is frozen, the state moves, history is written and
//! the letter enqueued, in one commit. A filing that a rule approves is decided
//! in the same commit.

use super::decide;
use super::draft;
use super::due;
use super::mail;
use super::model::{Application, Change, EventDetail};
use super::procedure::{Case, Procedure, Procedures, Shortfall};
use super::repo;
use super::state::{Party, State, Verb};
use crate::clock::tokyo_date;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility::Facility;
use crate::form::{FieldError, FieldFault};
use crate::ids::ApplicationId;
use crate::refusal::Refusal;
use crate::scan::ScanState;
use crate::schema::applications;
use crate::scope::FacilityScope;
use crate::secret::ReceiptNumber;
use diesel::prelude::*;
use serde_json::Value;

/// What sending led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is sent (or was already: sending twice sends once).
    Done,
    /// Something still stands in the way; nothing was sent.
    Incomplete(Vec<Shortfall>),
}

/// Sends a draft.
///
/// # Errors
/// `NotFound`; refused when the facility is closed, or has another one open or
/// approved.
pub fn submit(tx: &mut Tx<'_>, procedures: &Procedures, scope: &FacilityScope, id: &ApplicationId) -> Result<Sent> {
    let application = repo::hold_in_scope(tx, scope, id)?;
    match application.state {
        State::Draft => {}
        State::Discarded => return Err(Error::NotFound),
        _ => return Ok(Sent::Done),
    }
    let procedure = procedures.get(application.kind)?;
    let mut case = open_case(tx, application)?;
    must_be_harmless(&case)?;
    let now = tx.now();
    if let Some(refusal) = procedure.not_offered(tx.conn(), &case.facility, scope.verified(), now)? {
        return Err(refusal.into());
    }
    if draft::renew_marks(tx, procedure, &mut case)? {
        return Ok(Sent::Incomplete(vec![look_again(procedure, &case)]));
    }
    let values = match procedure.file(&case) {
        Ok(values) => values,
        Err(shortfalls) => return Ok(Sent::Incomplete(shortfalls)),
    };
    repo::advance(tx, &case.application, (Party::Applicant, Verb::Submit), "", &EventDetail::default())?;
    repo::insert_filing(tx, id, procedure, &values)?;
    repo::set_method(tx, id, procedure.method(&values))?;
    number(tx, id, &case.facility)?;
    procedure.note_filing(tx, &case.application, &values)?;
    let due_on = due::promised(tx.conn(), now)?;
    repo::set_due(tx, id, due_on)?;
    if procedure.approves_itself(tx.conn(), &case, &values)? {
        decide::approve_at_once(tx, procedure, id, &values)?;
        tx.send(&mail::ApprovedAtOnce { application: id.clone() })?;
    } else {
        tx.send(&mail::Received { application: id.clone() })?;
    }
    Ok(Sent::Done)
}

/// A file that was found to be harmful after it had come is taken off first.
fn must_be_harmless(case: &Case) -> Result<()> {
    let infected = case.evidence.iter().any(|file| file.scan == ScanState::Infected);
    if infected { Err(Refusal::AttachedInfected.into()) } else { Ok(()) }
}

/// What the sender saw is not what holds now: they look once more before it counts.
fn look_again(procedure: &dyn Procedure, case: &Case) -> Shortfall {
    let step = procedure.steps(case).first().map_or("", |step| step.key);
    let why = "入力の間に、この申請のきまりが変わりました。下の内容をもう一度確かめてから送ってください".to_owned();
    let fault = FieldFault::Sentence(why);
    Shortfall { step, error: FieldError { field: String::new(), label: procedure.title().to_owned(), fault } }
}

/// The case, if its facility is not closed: nobody could approve it any more.
fn open_case(tx: &mut Tx<'_>, application: Application) -> Result<Case> {
    let case = repo::case(tx.conn(), application)?;
    match case.facility.is_closed(tokyo_date(tx.now().utc())) {
        true => Err(Refusal::FacilityClosed.into()),
        false => Ok(case),
    }
}

/// Gives the application its 受付番号; a number already taken is minted anew.
/// What the reviewers' list filters by is noted beside it.
fn number(tx: &mut Tx<'_>, id: &ApplicationId, facility: &Facility) -> Result<()> {
    let now = tx.now();
    for _ in 0..16 {
        let number = ReceiptNumber::mint();
        let free = tx.insert_once(|c| {
            diesel::update(applications::table.find(id))
                .set((
                    applications::number.eq(&number),
                    applications::submitted_at.eq(now),
                    applications::facility_kind.eq(facility.kind),
                    applications::prefecture.eq(i32::from(facility.prefecture.number())),
                ))
                .execute(c)
        })?;
        if free {
            return Ok(());
        }
    }
    Err(Error::boxed("no free receipt number in sixteen tries"))
}

/// Sends the correction of a returned application. It keeps its number and
/// comes back to the reviewer who returned it.
///
/// # Errors
/// `NotFound`; `Refused(NotInThisState)` when it is not returned (any more);
/// `Refused(FacilityClosed)`.
pub fn resubmit(tx: &mut Tx<'_>, procedures: &Procedures, scope: &FacilityScope, id: &ApplicationId) -> Result<Sent> {
    let application = repo::hold_in_scope(tx, scope, id)?;
    if application.state == State::InReview {
        return Ok(Sent::Done);
    }
    let procedure = procedures.get(application.kind)?;
    let case = open_case(tx, application)?;
    must_be_harmless(&case)?;
    let values = match procedure.file(&case) {
        Ok(values) => values,
        Err(shortfalls) => return Ok(Sent::Incomplete(shortfalls)),
    };
    let detail = EventDetail { changes: changes(tx, procedure, &case, &values)?, ..EventDetail::default() };
    let due_on = due::after_return(tx, &case.application)?;
    repo::advance(tx, &case.application, (Party::Applicant, Verb::Resubmit), "", &detail)?;
    repo::insert_filing(tx, id, procedure, &values)?;
    repo::set_method(tx, id, procedure.method(&values))?;
    procedure.note_filing(tx, &case.application, &values)?;
    repo::resolve_faults(tx, id)?;
    repo::set_due(tx, id, due_on)?;
    back_to_last_reviewer(tx, &case.application)?;
    tx.send(&mail::Received { application: id.clone() })?;
    Ok(Sent::Done)
}

fn changes(tx: &mut Tx<'_>, procedure: &dyn Procedure, case: &Case, now: &Value) -> Result<Vec<Change>> {
    let Some(before) = repo::latest_filing(tx.conn(), &case.application.id)? else { return Ok(Vec::new()) };
    compare(procedure, &before.values()?, now)
}

/// What differs between two filed documents, line by line.
///
/// # Errors
/// `Internal` when one is not this procedure's.
pub fn compare(procedure: &dyn Procedure, before: &Value, after: &Value) -> Result<Vec<Change>> {
    let (old, new) = (procedure.filed_summary(before)?, procedure.filed_summary(after)?);
    let was = |field: &str| old.iter().find(|row| row.field == field).map_or("", |row| row.value.as_str());
    let changed = new.iter().filter(|row| row.value != was(row.field)).map(|row| Change {
        label: row.label.clone(),
        before: was(row.field).to_owned(),
        after: row.value.clone(),
    });
    let gone = old.iter().filter(|row| new.iter().all(|n| n.field != row.field)).map(|row| Change {
        label: row.label.clone(),
        before: row.value.clone(),
        after: String::new(),
    });
    Ok(changed.chain(gone).collect())
}

fn back_to_last_reviewer(tx: &mut Tx<'_>, application: &Application) -> Result<()> {
    let now = tx.now();
    diesel::update(applications::table.find(&application.id))
        .set((applications::assignee_id.eq(application.last_reviewer_id.clone()), applications::assigned_at.eq(now)))
        .execute(tx.conn())?;
    Ok(())
}
