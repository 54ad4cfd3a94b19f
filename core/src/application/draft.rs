//! Filling in: open a draft, save it step by step, throw it away. Each step is
//! kept as typed, right or wrong; nothing is lost with a session.

use super::kind::ApplicationKind;
use super::model::{Answers, Document, EventDetail};
use super::procedure::{Case, Procedure, Procedures, Step, StepContent};
use super::repo;
use super::state::{Party, State, Verb};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::fold::contains_personal_number;
use crate::form::FieldErrors;
use crate::ids::ApplicationId;
use crate::refusal::Refusal;
use crate::scope::FacilityScope;
use crate::{clock, facility};

/// Opens the person's draft of this kind: the one begun before, or a new one.
///
/// # Errors
/// Refused when the facility is closed, or has one open or approved already.
pub fn open(tx: &mut Tx<'_>, scope: &FacilityScope, kind: ApplicationKind) -> Result<ApplicationId> {
    begin(tx, scope, kind, &Document::default())
}

/// Opens the person's draft of a kind that its procedure offers them now.
///
/// # Errors
/// As [`open`]; the refusal that tells why it is not offered.
pub fn start(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &FacilityScope,
    kind: ApplicationKind,
) -> Result<ApplicationId> {
    let (facility, now) = (facility::repo::get(tx.conn(), scope.facility())?, tx.now());
    let procedure = procedures.get(kind)?;
    if !procedure.applies_to(&facility) {
        return Err(Error::NotFound);
    }
    if let Some(refusal) = procedure.not_offered(tx.conn(), &facility, scope.verified(), now)? {
        return Err(refusal.into());
    }
    let id = open(tx, scope, kind)?;
    let application = repo::get(tx.conn(), &id)?;
    let mut case = repo::case(tx.conn(), application)?;
    renew_marks(tx, procedure, &mut case)?;
    Ok(id)
}

/// Looks the draft's marks up anew; answers whether one changed.
pub(super) fn renew_marks(tx: &mut Tx<'_>, procedure: &dyn Procedure, case: &mut Case) -> Result<bool> {
    let (before, now) = (case.document.marks.clone(), tx.now());
    if case.application.state == State::Draft {
        let marks = procedure.current_marks(tx.conn(), case, now)?;
        set_marks(case, marks);
    }
    let changed = case.document.marks != before;
    if changed {
        repo::save_document(tx, &case.application, &case.document)?;
    }
    Ok(changed)
}

fn set_marks(case: &mut Case, marks: Vec<(&'static str, Option<String>)>) {
    for (mark, value) in marks {
        match value {
            Some(value) => case.document.marks.insert(mark.to_owned(), value),
            None => case.document.marks.remove(mark),
        };
    }
}

/// Opens a draft with the answers of a rejected or withdrawn application. Files
/// and marks stay behind: they are given and checked anew.
///
/// # Errors
/// As [`open`]; `NotFound` when the old one is not theirs.
pub fn open_from(tx: &mut Tx<'_>, scope: &FacilityScope, old: &ApplicationId) -> Result<ApplicationId> {
    let old = repo::get_in_scope(tx.conn(), scope, old)?;
    if !matches!(old.state, State::Rejected | State::Withdrawn) {
        return Err(Refusal::NotInThisState.into());
    }
    let answers = old.document()?.answers;
    begin(tx, scope, old.kind, &Document { answers, ..Document::default() })
}

fn begin(tx: &mut Tx<'_>, scope: &FacilityScope, kind: ApplicationKind, document: &Document) -> Result<ApplicationId> {
    let today = clock::tokyo_date(tx.now().utc());
    if facility::repo::get(tx.conn(), scope.facility())?.is_closed(today) {
        return Err(Refusal::FacilityClosed.into());
    }
    match repo::find_standing(tx.conn(), scope.facility(), kind)? {
        Some((_, State::Approved)) if kind.once() => return Err(Refusal::UsageStartApproved.into()),
        None | Some((_, State::Approved)) => {}
        Some(_) => return Err(repo::open_already(kind).into()),
    }
    if let Some(id) = repo::find_draft(tx.conn(), scope, kind)? {
        return Ok(id);
    }
    match repo::insert_draft(tx, scope, kind, document)? {
        Some(id) => Ok(id),
        None => repo::find_draft(tx.conn(), scope, kind)?.ok_or(Error::Conflict),
    }
}

/// Saves what was typed on one step and tells what is wrong with it. Wrong or
/// not, it is kept, and tries are counted: both are outcomes, not errors.
///
/// # Errors
/// `NotFound`; `Refused(NotInThisState)` when nothing can be changed any more.
pub fn save_step(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &FacilityScope,
    id: &ApplicationId,
    step_key: &str,
    typed: &Answers,
) -> Result<FieldErrors> {
    let application = repo::hold_in_scope(tx, scope, id)?;
    if !application.state.is_editable() {
        return Err(Refusal::NotInThisState.into());
    }
    let procedure = procedures.get(application.kind)?;
    let mut case = repo::case(tx.conn(), application)?;
    let step = find_step(&procedure.steps(&case), step_key)?;
    keep(&mut case, &step, typed);
    renew_marks(tx, procedure, &mut case)?;
    let checked = procedure.check(tx, &step, &case, typed)?;
    set_marks(&mut case, checked.marks);
    repo::save_document(tx, &case.application, &case.document)?;
    Ok(checked.errors)
}

fn find_step(steps: &[Step], key: &str) -> Result<Step> {
    steps.iter().find(|s| s.key == key).cloned().ok_or(Error::NotFound)
}

/// Longest answer kept, characters; no field takes more.
const ANSWER_MAX_CHARS: usize = 2_000;

/// Only the step's own fields, and of those only the open ones, are taken over.
/// What must not be kept (個人番号) or is endless is left out; the page that
/// complains shows it once more from what was sent.
fn keep(case: &mut Case, step: &Step, typed: &Answers) {
    let StepContent::Fields { kept, .. } = &step.content else { return };
    for field in kept.iter().filter(|field| case.open.has(field)) {
        let value = typed.get(*field).filter(|value| may_be_kept(value)).cloned().unwrap_or_default();
        case.document.answers.insert((*field).to_owned(), value);
    }
}

fn may_be_kept(value: &str) -> bool {
    value.chars().count() <= ANSWER_MAX_CHARS && !contains_personal_number(value)
}

/// Throws a draft away; its files are swept up later.
///
/// # Errors
/// `NotFound`; `Refused(NotInThisState)` when it was sent already.
pub fn discard(tx: &mut Tx<'_>, scope: &FacilityScope, id: &ApplicationId) -> Result<()> {
    let application = repo::get_in_scope(tx.conn(), scope, id)?;
    repo::advance(tx, &application, (Party::Applicant, Verb::Discard), "", &EventDetail::default())?;
    crate::evidence::repo::remove_all(tx, id)
}
