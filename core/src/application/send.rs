//! 「この内容で申請する」: the one button that sends a draft or a correction. The
//! revision the applicant saw is the key by which sending twice sends once.

use super::procedure::Procedures;
use super::repo;
use super::state::State;
use super::submit::{Sent, resubmit, submit};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::ApplicationId;
use crate::scope::FacilityScope;

/// Sends what stands there; `seen` is the revision the applicant looked at.
///
/// # Errors
/// `NotFound`; `Conflict` when it was sent, and came back, since; refused as
/// [`submit`] refuses.
pub fn send(
    tx: &mut Tx<'_>,
    procedures: &Procedures,
    scope: &FacilityScope,
    id: &ApplicationId,
    seen: i64,
) -> Result<Sent> {
    let application = repo::hold_in_scope(tx, scope, id)?;
    match application.state {
        State::Draft | State::Returned if application.revision != seen => Err(Error::Conflict),
        State::Returned => resubmit(tx, procedures, scope, id),
        _ => submit(tx, procedures, scope, id),
    }
}
