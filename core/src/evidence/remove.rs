//! Taking an attached file off. The row stays, with the time; the file stays as
//! long as it may be part of something that was sent (see `sweep`).

use super::repo;
use crate::audit::Deed;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ApplicationId, EvidenceId};
use crate::scope::FacilityScope;

/// Takes a file off; one that is off already is no error.
///
/// # Errors
/// `NotFound` when the application never had such a file.
pub(crate) fn remove(
    tx: &mut Tx<'_>,
    scope: &FacilityScope,
    application: &ApplicationId,
    id: &EvidenceId,
) -> Result<()> {
    repo::get(tx.conn(), application, id)?;
    if repo::set_removed(tx, application, id)? {
        tx.record(Deed::new("evidence.removed", "evidence", id.as_str()).at_facility(scope.facility()))?;
    }
    Ok(())
}
