//! When the use of a facility ends, all its devices end with it.

use diesel::prelude::*;

use super::model::Device;
use super::repo;
use super::state::{DeviceState, DeviceVerb};
use crate::clock::tokyo_date;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::FacilityId;
use crate::schema::devices;

/// Revokes every device of a facility: credentials and codes end, secrets that
/// could still be shown are erased. Answers how many.
///
/// # Errors
/// `Conflict` when one of them changes at this moment.
pub fn revoke_all(tx: &mut Tx<'_>, facility: &FacilityId) -> Result<usize> {
    let live: Vec<Device> = devices::table
        .filter(devices::facility_id.eq(facility).and(devices::state.ne(DeviceState::Revoked)))
        .order(devices::id)
        .select(Device::as_select())
        .load(tx.conn())?;
    for device in &live {
        repo::advance(tx, device, DeviceVerb::Revoke)?;
    }
    Ok(live.len())
}

/// The day of the first check of any device of a facility (Asia/Tokyo).
///
/// # Errors
/// From the database only.
pub fn first_used_on(conn: &mut Conn, facility: &FacilityId) -> Result<Option<chrono::NaiveDate>> {
    let first: Option<At> = devices::table
        .filter(devices::facility_id.eq(facility).and(devices::first_used_at.is_not_null()))
        .order(devices::first_used_at)
        .select(devices::first_used_at)
        .first::<Option<At>>(conn)
        .optional()?
        .flatten();
    Ok(first.map(|at| tokyo_date(at.utc())))
}
