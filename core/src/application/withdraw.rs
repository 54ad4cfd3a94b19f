//! Taking a sent application back.

use super::model::{Application, EventDetail};
use super::procedure::{Procedure, Procedures};
use super::state::{Party, State, Verb, verbs};
use super::{mail, repo};
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::ApplicationId;
use crate::refusal::Refusal;
use crate::scope::FacilityScope;

/// Takes it back; a second try finds it done. What was approved goes back only
/// where its procedure still lets it, and its effects with it.
///
/// # Errors
/// `NotFound`; `Refused(NotInThisState)` when it is decided; `Conflict` when a
/// reviewer moved it at the same moment.
pub fn withdraw(tx: &mut Tx<'_>, procedures: &Procedures, scope: &FacilityScope, id: &ApplicationId) -> Result<()> {
    let application = repo::hold_in_scope(tx, scope, id)?;
    match application.state {
        State::Withdrawn => return Ok(()),
        State::Approved => take_back(tx, procedures, scope, &application)?,
        _ => {
            repo::advance(tx, &application, (Party::Applicant, Verb::Withdraw), "", &EventDetail::default())?;
            repo::resolve_faults(tx, id)?;
        }
    }
    tx.send(&mail::Withdrawn { application: id.clone() })?;
    Ok(())
}

/// Whether this person can take it back now.
///
/// # Errors
/// From the database only.
pub fn may_withdraw(
    conn: &mut Conn,
    procedure: &dyn Procedure,
    scope: &FacilityScope,
    application: &Application,
    now: At,
) -> Result<bool> {
    match application.state {
        State::Approved => {
            let theirs = scope.verified() || *scope.account() == application.account_id;
            Ok(theirs && procedure.may_take_back(conn, application, now)?)
        }
        state => Ok(verbs(state, Party::Applicant).any(|verb| verb == Verb::Withdraw)),
    }
}

fn take_back(tx: &mut Tx<'_>, procedures: &Procedures, scope: &FacilityScope, application: &Application) -> Result<()> {
    let (procedure, now) = (procedures.get(application.kind)?, tx.now());
    if !may_withdraw(tx.conn(), procedure, scope, application, now)? {
        return Err(Refusal::NotInThisState.into());
    }
    repo::advance(tx, application, (Party::Applicant, Verb::TakeBack), "", &EventDetail::default())?;
    procedure.retract(tx, application)
}
