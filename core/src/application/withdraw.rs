//! Taking a sent application back.

use super::model::EventDetail;
use super::state::{Party, State, Verb};
use super::{mail, repo};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::ApplicationId;
use crate::scope::FacilityScope;

/// Takes it back; a second try finds it done.
///
/// # Errors
/// `NotFound`; `Refused(NotInThisState)` when it is decided; `Conflict` when a
/// reviewer moved it at the same moment.
pub fn withdraw(tx: &mut Tx<'_>, scope: &FacilityScope, id: &ApplicationId) -> Result<()> {
    let application = repo::get_in_scope(tx.conn(), scope, id)?;
    if application.state == State::Withdrawn {
        return Ok(());
    }
    repo::advance(tx, &application, (Party::Applicant, Verb::Withdraw), "", &EventDetail::default())?;
    repo::resolve_faults(tx, id)?;
    tx.send(&mail::Withdrawn { application: id.clone() })?;
    Ok(())
}
