//! The register's SQL. `advance` alone writes a device's state.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use serde_json::json;

use super::model::{Activation, CodeStanding, Credential, CredentialState, Device};
use super::state::{DeviceState, DeviceVerb};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx, lower};
use crate::error::{Error, Result};
use crate::ids::{DeviceId, FacilityId};
use crate::schema::{activations, credentials, devices, facilities};
use crate::scope::{FacilityScope, StaffScope};
use crate::staff::role::Permission;

/// A device, whoever asks: for letters and the machinery.
///
/// # Errors
/// `NotFound`.
pub(super) fn get(conn: &mut Conn, id: &DeviceId) -> Result<Device> {
    Ok(devices::table.find(id).select(Device::as_select()).first(conn)?)
}

/// A device of the scope's facility.
///
/// # Errors
/// `NotFound`, also for another facility's device and for the unverified.
pub fn get_in_scope(conn: &mut Conn, scope: &FacilityScope, id: &DeviceId) -> Result<Device> {
    let device = get(conn, id)?;
    let theirs = scope.verified() && device.facility_id == *scope.facility();
    if theirs { Ok(device) } else { Err(Error::NotFound) }
}

/// The facility's devices, oldest first; none for the unverified.
///
/// # Errors
/// From the database only.
pub fn list_in_scope(conn: &mut Conn, scope: &FacilityScope) -> Result<Vec<Device>> {
    if !scope.verified() {
        return Ok(Vec::new());
    }
    list(conn, scope.facility())
}

/// A facility's devices, for the back office.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list_for_staff(conn: &mut Conn, scope: &StaffScope, facility: &FacilityId) -> Result<Vec<Device>> {
    if !scope.may(Permission::ReadFacilities) {
        return Err(Error::Forbidden);
    }
    list(conn, facility)
}

/// A device, for the back office.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`.
pub fn get_for_staff(conn: &mut Conn, scope: &StaffScope, id: &DeviceId) -> Result<Device> {
    if scope.may(Permission::ReadFacilities) { get(conn, id) } else { Err(Error::Forbidden) }
}

/// How many device accounts a facility has that are not revoked.
///
/// # Errors
/// From the database only.
pub(super) fn count_live(conn: &mut Conn, facility: &FacilityId) -> Result<u32> {
    let live = devices::table.filter(devices::facility_id.eq(facility)).filter(devices::state.ne(DeviceState::Revoked));
    let count: i64 = live.count().get_result(conn)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// How many devices of a facility are in use.
///
/// # Errors
/// From the database only.
pub fn count_active(conn: &mut Conn, facility: &FacilityId) -> Result<i64> {
    let active =
        devices::table.filter(devices::facility_id.eq(facility)).filter(devices::state.eq(DeviceState::Active));
    Ok(active.count().get_result(conn)?)
}

fn list(conn: &mut Conn, facility: &FacilityId) -> Result<Vec<Device>> {
    Ok(devices::table
        .filter(devices::facility_id.eq(facility))
        .order((devices::created_at, devices::slot, devices::id))
        .select(Device::as_select())
        .load(conn)?)
}

/// Where the newest code of each of these devices stands.
///
/// # Errors
/// From the database only.
pub fn code_standings(conn: &mut Conn, of: &[Device], now: At) -> Result<HashMap<DeviceId, CodeStanding>> {
    let ids: Vec<&DeviceId> = of.iter().map(|device| &device.id).collect();
    let rows: Vec<Activation> = activations::table
        .filter(activations::device_id.eq_any(ids))
        .order((activations::created_at, activations::id))
        .select(Activation::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.device_id.clone(), row.standing(now))).collect())
}

/// Takes one step of the machine by compare-and-set, with all that ends by it,
/// and records it.
///
/// # Errors
/// `Refused` when the table has no such step, `Conflict` when somebody was faster.
pub(super) fn advance(tx: &mut Tx<'_>, device: &Device, verb: DeviceVerb) -> Result<()> {
    let (to, now) = (device.state.after(verb)?, tx.now());
    let at = |happens: bool, before: Option<At>| if happens { Some(now) } else { before };
    let lost = matches!(verb, DeviceVerb::Suspend | DeviceVerb::ReissueLost);
    let found = matches!(verb, DeviceVerb::Activate | DeviceVerb::Resume);
    let takes_over = matches!(verb, DeviceVerb::Activate | DeviceVerb::TakeOver);
    let changed = diesel::update(devices::table.find(&device.id))
        .filter(devices::state.eq(device.state).and(devices::revision.eq(device.revision)))
        .set((
            devices::state.eq(to),
            devices::generation.eq(device.generation + i64::from(!verb.keeps_tokens())),
            devices::lost_at.eq(at(lost, device.lost_at.filter(|_| !found))),
            devices::suspended_at.eq(at(verb == DeviceVerb::Suspend, device.suspended_at.filter(|_| !found))),
            devices::revoked_at.eq(at(verb == DeviceVerb::Revoke, device.revoked_at)),
            devices::activated_at.eq(at(takes_over, device.activated_at)),
            devices::revision.eq(device.revision + 1),
            devices::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    if verb.ends_credential() {
        end_credentials(tx, &device.id, CredentialState::Active)?;
    }
    if verb.ends_incoming() {
        end_credentials(tx, &device.id, CredentialState::Incoming)?;
    }
    if verb.ends_code() {
        end_codes(tx, &device.id)?;
    }
    tx.record(
        Deed::new(verb.action(), "devices", device.id.as_str())
            .at_facility(&device.facility_id)
            .changed("state", device.state, to)
            .with(json!({ "from": device.state, "to": to })),
    )
}

/// Makes every token given so far worthless.
pub(super) fn end_tokens(tx: &mut Tx<'_>, device: &Device) -> Result<()> {
    let now = tx.now();
    let changed = diesel::update(devices::table.find(&device.id))
        .filter(devices::revision.eq(device.revision))
        .set((
            devices::generation.eq(device.generation + 1),
            devices::revision.eq(device.revision + 1),
            devices::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    tx.record(Deed::new("device.tokens_ended", "devices", device.id.as_str()).at_facility(&device.facility_id))
}

/// Ends a device's credential that is in this state, if there is one.
pub(super) fn end_credentials(tx: &mut Tx<'_>, device: &DeviceId, state: CredentialState) -> Result<()> {
    let now = tx.now();
    diesel::update(credentials::table)
        .filter(credentials::device_id.eq(device).and(credentials::state.eq(state)))
        .set((
            credentials::state.eq(CredentialState::Ended),
            credentials::ended_at.eq(now),
            credentials::app_id.eq(None::<i32>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

fn end_codes(tx: &mut Tx<'_>, device: &DeviceId) -> Result<()> {
    let now = tx.now();
    diesel::update(activations::table)
        .filter(activations::device_id.eq(device))
        .filter(activations::used_at.is_null().and(activations::ended_at.is_null()))
        .set((activations::ended_at.eq(now), activations::sealed.eq(None::<String>)))
        .execute(tx.conn())?;
    Ok(())
}

/// The code of a device that can still be typed at `now`.
pub(super) fn open_code(conn: &mut Conn, device: &DeviceId, now: At) -> Result<Option<Activation>> {
    let newest: Option<Activation> = activations::table
        .filter(activations::device_id.eq(device))
        .filter(activations::used_at.is_null().and(activations::ended_at.is_null()))
        .select(Activation::as_select())
        .first(conn)
        .optional()?;
    Ok(newest.filter(|code| code.is_open(now)))
}

/// A code by its MAC, whatever became of it.
pub(super) fn find_code(conn: &mut Conn, macs: &[String]) -> Result<Option<Activation>> {
    Ok(activations::table
        .filter(activations::code_mac.eq_any(macs))
        .select(Activation::as_select())
        .first(conn)
        .optional()?)
}

/// The devices that go by this ID at facilities with this code.
pub(super) fn by_user_id(conn: &mut Conn, facility_code: &str, user_id: &str) -> Result<Vec<DeviceId>> {
    Ok(devices::table
        .inner_join(facilities::table)
        .filter(facilities::code.eq(facility_code).and(lower(devices::user_id).eq(user_id.to_ascii_lowercase())))
        .select(devices::id)
        .load(conn)?)
}

/// The facility's account that goes by this ID.
pub(super) fn find_by_user_id(conn: &mut Conn, facility: &FacilityId, user_id: &str) -> Result<Option<Device>> {
    Ok(devices::table
        .filter(devices::facility_id.eq(facility).and(lower(devices::user_id).eq(user_id.to_ascii_lowercase())))
        .select(Device::as_select())
        .first(conn)
        .optional()?)
}

/// The IDs in use under the facility's code, in small letters: several kinds can
/// share one, and the app's user types the code, not the kind.
pub(super) fn user_ids_in_use(conn: &mut Conn, facility: &FacilityId) -> Result<HashSet<String>> {
    let code: String = facilities::table.find(facility).select(facilities::code).first(conn)?;
    let ids: Vec<String> = devices::table
        .inner_join(facilities::table)
        .filter(facilities::code.eq(code))
        .select(devices::user_id)
        .load(conn)?;
    Ok(ids.into_iter().map(|id| id.to_ascii_lowercase()).collect())
}

/// The credential that a code was used for.
pub(super) fn credential_of(conn: &mut Conn, code: &Activation) -> Result<Option<Credential>> {
    Ok(credentials::table
        .filter(credentials::activation_id.eq(&code.id))
        .select(Credential::as_select())
        .first(conn)
        .optional()?)
}

/// Sets the label.
pub(super) fn set_label(tx: &mut Tx<'_>, id: &DeviceId, label: &str) -> Result<()> {
    let now = tx.now();
    diesel::update(devices::table.find(id))
        .set((devices::label.eq(label), devices::updated_at.eq(now)))
        .execute(tx.conn())?;
    Ok(())
}
