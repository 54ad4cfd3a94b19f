//! Swapping a device in place: the other one is set up beside the one in use, and
//! takes label, ID and place over when it is first used. No card is turned away
//! meanwhile.

use diesel::prelude::*;

use super::model::{CredentialState, Device};
use super::repo;
use super::state::DeviceVerb;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::{CredentialId, DeviceId};
use crate::schema::{activations, credentials};

/// How far a swap has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwapStanding {
    /// There is none.
    None,
    /// Its code waits to be typed.
    CodeWaits,
    /// The other device is set up, and was not used yet.
    DeviceWaits {
        /// Since when.
        since: At,
    },
}

/// How far a device's swap has come.
///
/// # Errors
/// From the database only.
pub fn swap_standing(conn: &mut Conn, device: &DeviceId, now: At) -> Result<SwapStanding> {
    let waiting = credentials::table
        .filter(credentials::device_id.eq(device).and(credentials::state.eq(CredentialState::Incoming)))
        .select(credentials::created_at);
    if let Some(since) = waiting.first(conn).optional()? {
        return Ok(SwapStanding::DeviceWaits { since });
    }
    let code = activations::table
        .filter(activations::device_id.eq(device).and(activations::swap.eq(true)))
        .filter(activations::used_at.is_null().and(activations::ended_at.is_null()))
        .filter(activations::expires_at.gt(now));
    let open: i64 = code.count().get_result(conn)?;
    Ok(if open > 0 { SwapStanding::CodeWaits } else { SwapStanding::None })
}

/// The first use of a credential that waits for it: it takes over, and the one
/// before ends at once. Any other credential is left as it is.
///
/// # Errors
/// `Conflict` when the device changes at this moment, `Refused` when it has been
/// stopped meanwhile.
pub fn take_over(tx: &mut Tx<'_>, client: &CredentialId) -> Result<()> {
    let (device, state): (DeviceId, CredentialState) =
        credentials::table.find(client).select((credentials::device_id, credentials::state)).first(tx.conn())?;
    if state != CredentialState::Incoming {
        return Ok(());
    }
    let device = repo::get(tx.conn(), &device)?;
    repo::advance(tx, &device, DeviceVerb::TakeOver)?;
    diesel::update(credentials::table.find(client))
        .set(credentials::state.eq(CredentialState::Active))
        .execute(tx.conn())?;
    Ok(())
}

/// The other device gives up before its first use: the one in use goes on.
pub(super) fn call_off(tx: &mut Tx<'_>, device: &Device) -> Result<()> {
    repo::end_credentials(tx, &device.id, CredentialState::Incoming)?;
    tx.record(Deed::new("device.swap_called_off", "devices", device.id.as_str()).at_facility(&device.facility_id))
}
