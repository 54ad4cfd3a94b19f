//! What an approval does: the facility enters the register, its devices are
//! issued, and the applicant is known to belong to it. All of it in the
//! transaction of the decision, or none.

use uketsuke_core::application::Application;
use uketsuke_core::application::procedure::Terms;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Tx;
use uketsuke_core::error::Result;
use uketsuke_core::grant::Grant;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::{account, device, facility, registration};

use super::filing::Filing;
use crate::Means;

/// Posts the approval. Fewer devices than asked may be granted.
pub(super) fn post(tx: &mut Tx<'_>, means: &Means, grant: &Grant, filing: &Filing, terms: &Terms) -> Result<()> {
    let today = tokyo_date(tx.now().utc());
    if facility::repo::get(tx.conn(), grant.facility())?.is_closed(today) {
        return Err(Refusal::FacilityClosed.into());
    }
    account::verify_applicant(tx, grant)?;
    registration::register(tx, grant, filing.staff_count)?;
    let count = terms.quantity.unwrap_or(filing.device_count);
    device::give(tx, &means.keyring, grant, count, means.activation_code_days)
}

/// Takes all of it back, as long as nobody saw a device's secrets.
pub(super) fn retract(tx: &mut Tx<'_>, application: &Application) -> Result<()> {
    device::take_back(tx, &application.facility_id, &application.id)?;
    registration::strike_out(tx, &application.facility_id, &application.id)?;
    if let Some(approved_at) = application.decided_at {
        account::unverify_applicant(tx, &application.account_id, &application.facility_id, approved_at)?;
    }
    Ok(())
}
