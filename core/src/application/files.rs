//! Attaching files to an application and taking them off: while it is a draft,
//! or when a return has named the files.

use super::model::Application;
use super::procedure::EVIDENCE_FIELD;
use super::repo;
use super::state::State;
use crate::db::{Actor, Db, Tx};
use crate::error::{Error, Result};
use crate::evidence::{self, Attached, EvidenceError, EvidenceFault, NewEvidence};
use crate::ids::{ApplicationId, EvidenceId};
use crate::refusal::Refusal;
use crate::scope::FacilityScope;
use crate::storage::{Received, Storage};

/// A file as it was received, with the name the browser gave it.
#[derive(Debug)]
pub struct Handed {
    /// The file; dropping it removes it.
    pub content: Received,
    /// Unchecked.
    pub file_name: String,
}

/// Takes a received file in: examines it, keeps it, and attaches it. What is
/// wrong with the file is an answer, not an error; nothing of it is then left.
///
/// # Errors
/// As [`attach`], or from the store.
pub async fn take_in(
    (db, storage): (&Db, &Storage),
    actor: Actor,
    scope: &FacilityScope,
    id: &ApplicationId,
    handed: Handed,
) -> Result<std::result::Result<EvidenceId, EvidenceFault>> {
    let kept = match evidence::attach::keep(storage, handed.content, &handed.file_name).await {
        Ok(kept) => kept,
        Err(EvidenceError::Fault(fault)) => return Ok(Err(fault)),
        Err(EvidenceError::Storage(error)) => return Err(error.into()),
    };
    let (scope, id, file) = (scope.clone(), id.clone(), kept.clone());
    let attached = db.write(actor, move |tx| attach(tx, &scope, &id, &file)).await;
    if attached.as_ref().map_or_else(Error::is_certain, |done| !matches!(done, Attached::Done(_))) {
        evidence::attach::forget(storage, &kept).await;
    }
    Ok(match attached? {
        Attached::Done(id) | Attached::Already(id) => Ok(id),
        Attached::TooMany => Err(EvidenceFault::TooMany),
    })
}

/// Attaches a file that the store has kept.
///
/// # Errors
/// `NotFound`; `Refused(NotInThisState)` when its files cannot change any more.
pub fn attach(tx: &mut Tx<'_>, scope: &FacilityScope, id: &ApplicationId, file: &NewEvidence) -> Result<Attached> {
    let application = hold_open(tx, scope, id)?;
    evidence::attach::insert(tx, scope, &application.id, file)
}

/// Takes a file off; one that is off already is no error.
///
/// # Errors
/// As [`attach`].
pub fn remove(tx: &mut Tx<'_>, scope: &FacilityScope, id: &ApplicationId, file: &EvidenceId) -> Result<()> {
    let application = hold_open(tx, scope, id)?;
    evidence::remove::remove(tx, scope, &application.id, file)
}

/// The application, held, if its files may change.
fn hold_open(tx: &mut Tx<'_>, scope: &FacilityScope, id: &ApplicationId) -> Result<Application> {
    let application = repo::hold_in_scope(tx, scope, id)?;
    let open = match application.state {
        State::Draft => true,
        State::Returned => repo::open_faults(tx.conn(), id)?.iter().any(|fault| fault.field == EVIDENCE_FIELD),
        _ => false,
    };
    if open { Ok(application) } else { Err(Refusal::NotInThisState.into()) }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
