//! Issuing: device accounts for an approved application, and their codes.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::json;

use super::model::{AccountRole, Activation, Device, PER_APPLICATION};
use super::repo;
use super::sealed::Sealed;
use super::state::DeviceState;
use crate::audit::Deed;
use crate::db::{At, Tx};
use crate::error::{Error, Result};
use crate::grant::Grant;
use crate::ids::{ActivationId, ApplicationId, DeviceId, FacilityId};
use crate::refusal::Refusal;
use crate::schema::{activations, devices};
use crate::secret::{Keyring, random};

/// Issues `count` device accounts, each with a password and a code that is good
/// for `code_days` days.
///
/// # Errors
/// [`Refusal::TooManyDevices`] beyond 20 for this application, earlier ones
/// counted; `Conflict` when another transaction issues for it at this moment.
pub fn issue(tx: &mut Tx<'_>, keyring: &Keyring, grant: &Grant, count: u32, code_days: i64) -> Result<Vec<DeviceId>> {
    let taken: i64 =
        devices::table.filter(devices::application_id.eq(grant.application())).count().get_result(tx.conn())?;
    let taken = u32::try_from(taken).unwrap_or(u32::MAX);
    if taken.saturating_add(count) > PER_APPLICATION {
        return Err(Refusal::TooManyDevices.into());
    }
    let mut user_ids = repo::user_ids_in_use(tx.conn(), grant.facility())?;
    let slots = (taken + 1)..=(taken + count);
    slots.map(|slot| issue_one(tx, keyring, grant, slot, &mut user_ids, code_days)).collect()
}

fn issue_one(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    grant: &Grant,
    slot: u32,
    user_ids: &mut HashSet<String>,
    code_days: i64,
) -> Result<DeviceId> {
    let now = tx.now();
    let device = fresh(grant.facility(), grant.application(), slot.cast_signed(), new_user_id(user_ids), now);
    // The slot's unique index is what holds the cap when two transactions race.
    if !tx.insert_once(|c| diesel::insert_into(devices::table).values(&device).execute(c))? {
        return Err(Error::Conflict);
    }
    new_code(tx, keyring, &device.id, code_days, false)?;
    tx.record(
        Deed::new("device.issued", "devices", device.id.as_str())
            .at_facility(grant.facility())
            .with(json!({ "user_id": device.user_id, "application": grant.application() })),
    )?;
    Ok(device.id)
}

/// An account that nobody holds yet.
pub(super) fn fresh(facility: &FacilityId, application: &ApplicationId, slot: i32, user_id: String, now: At) -> Device {
    Device {
        id: DeviceId::mint(),
        facility_id: facility.clone(),
        application_id: application.clone(),
        slot,
        user_id,
        label: String::new(),
        state: DeviceState::Issued,
        generation: 1,
        lost_at: None,
        suspended_at: None,
        revoked_at: None,
        activated_at: None,
        last_used_at: None,
        revision: 1,
        created_at: now,
        updated_at: now,
        role: AccountRole::General,
        holder_name: String::new(),
        holder_kana: String::new(),
        starts_on: None,
        first_used_at: None,
    }
}

/// Takes back what was issued for an application, codes and all.
///
/// # Errors
/// `Refused(UndoSeen)` when the secrets of any were shown or used.
pub(super) fn unissue(tx: &mut Tx<'_>, facility: &FacilityId, application: &ApplicationId) -> Result<()> {
    let ids: Vec<DeviceId> =
        devices::table.filter(devices::application_id.eq(application)).select(devices::id).load(tx.conn())?;
    let untouched = activations::table
        .filter(activations::device_id.eq_any(&ids))
        .filter(activations::revealed_at.is_null())
        .filter(activations::used_at.is_null())
        .filter(activations::ended_at.is_null());
    // A code that is shown at this moment holds its row: it is counted here or seen there.
    if diesel::delete(untouched).execute(tx.conn())? != ids.len() {
        return Err(Refusal::UndoSeen.into());
    }
    let fresh = devices::table.filter(devices::id.eq_any(&ids)).filter(devices::state.eq(DeviceState::Issued));
    if diesel::delete(fresh).execute(tx.conn())? != ids.len() {
        return Err(Refusal::UndoSeen.into());
    }
    for id in &ids {
        tx.record(Deed::new("device.taken_back", "devices", id.as_str()).at_facility(facility))?;
    }
    Ok(())
}

fn new_user_id(in_use: &mut HashSet<String>) -> String {
    loop {
        let id = format!("W{:07}", random::below(10_000_000));
        if in_use.insert(id.to_ascii_lowercase()) {
            return id;
        }
    }
}

/// Makes a device's next password and code; earlier ones must have ended. For a
/// `swap`, whoever types it waits beside the device in use.
pub(super) fn new_code(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    device: &DeviceId,
    code_days: i64,
    swap: bool,
) -> Result<At> {
    let (id, secrets, now) = (ActivationId::mint(), Sealed::mint(), tx.now());
    let (code_mac, password_mac) = secrets.macs(keyring, &id);
    let row = Activation {
        code_mac,
        password_mac,
        sealed: Some(secrets.seal(keyring, &id)?),
        id,
        device_id: device.clone(),
        tries: 0,
        expires_at: now + chrono::Duration::days(code_days),
        used_at: None,
        ended_at: None,
        created_at: now,
        revealed_at: None,
        swap,
    };
    diesel::insert_into(activations::table).values(&row).execute(tx.conn())?;
    Ok(row.expires_at)
}

/// What the password's MAC is over: bound to its row, so that MACs cannot be moved.
pub(super) fn password_data(id: &ActivationId, password: &str) -> Vec<u8> {
    format!("{id}:{password}").into_bytes()
}
