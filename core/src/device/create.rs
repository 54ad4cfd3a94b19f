//! Accounts of 居宅同意取得型, as the facility's manager makes and amends them
//! (SPEC 4.2). From there on they are device accounts like all others.

use diesel::prelude::*;
use serde_json::json;

use super::holder::{self, Holder, HolderTyped};
use super::issue::{fresh, new_code};
use super::model::Device;
use super::places;
use super::repo;
use super::standing;
use super::state::DeviceState;
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::facility::{self, kind::ClientForm};
use crate::form::{FieldErrors, FieldFault};
use crate::ids::{DeviceId, FacilityId};
use crate::refusal::Refusal;
use crate::schema::devices;
use crate::scope::FacilityScope;
use crate::secret::Keyring;

/// Makes an account in a free place, with a password and a code that is good for
/// `code_days` days. The same form sent twice makes one.
///
/// # Errors
/// `NotFound` for the unverified and for other forms of the client app; `Invalid`
/// (fields `role`, `user_id`, `name`, `kana`, `starts_on`, those of `day` among
/// them); `Refused` for a facility that is closed, not in the register, or has no
/// place left.
pub fn create(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    scope: &FacilityScope,
    (typed, day): (&HolderTyped, FieldErrors),
    code_days: i64,
) -> Result<DeviceId> {
    makes_accounts(tx.conn(), scope)?;
    let (now, of) = (tx.now(), scope.facility());
    standing::hold_good(tx, of)?;
    let (user_id, holder) = holder::read(typed, day, tokyo_date(now.utc()), None)?;
    if let Some(known) = repo::find_by_user_id(tx.conn(), of, &user_id)? {
        return if is_same(&known, &user_id, &holder) { Ok(known.id) } else { Err(taken()) };
    }
    if repo::user_ids_in_use(tx.conn(), of)?.contains(&user_id.to_ascii_lowercase()) {
        return Err(taken());
    }
    let (application, slot) = places::hold_free(tx, of)?;
    let device = Device {
        role: holder.role,
        holder_name: holder.name,
        holder_kana: holder.kana,
        starts_on: Some(holder.starts_on),
        ..fresh(of, &application, slot, user_id, now)
    };
    if !tx.insert_once(|c| diesel::insert_into(devices::table).values(&device).execute(c))? {
        return Err(taken());
    }
    new_code(tx, keyring, &device.id, code_days, false)?;
    let told = json!({ "user_id": device.user_id, "role": device.role, "starts_on": device.starts_on });
    tx.record(Deed::new("device.created", "devices", device.id.as_str()).at_facility(of).with(told))?;
    Ok(device.id)
}

/// Changes who holds an account, what they may do, and from when. The ID stays.
///
/// # Errors
/// As [`create`], for an account of the scope; `Refused` for a revoked one, `Conflict`
/// when it changes at this moment.
pub fn amend(
    tx: &mut Tx<'_>,
    scope: &FacilityScope,
    id: &DeviceId,
    (typed, day): (&HolderTyped, FieldErrors),
) -> Result<()> {
    let before = repo::get_in_scope(tx.conn(), scope, id)?;
    makes_accounts(tx.conn(), scope)?;
    if before.state == DeviceState::Revoked {
        return Err(Refusal::DeviceState.into());
    }
    let now = tx.now();
    let (_, holder) = holder::read(typed, day, tokyo_date(now.utc()), Some(&before))?;
    if is_same(&before, &before.user_id, &holder) {
        return Ok(());
    }
    let changed = diesel::update(devices::table.find(id))
        .filter(devices::revision.eq(before.revision))
        .set((
            devices::role.eq(holder.role),
            devices::holder_name.eq(&holder.name),
            devices::holder_kana.eq(&holder.kana),
            devices::starts_on.eq(holder.starts_on),
            devices::revision.eq(before.revision + 1),
            devices::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    let first_day = before.starts_on.map(|on| on.to_string()).unwrap_or_default();
    let deed = Deed::new("device.amended", "devices", id.as_str())
        .at_facility(&before.facility_id)
        .changed("role", before.role, holder.role)
        .changed("starts_on", first_day, holder.starts_on);
    // Names of people do not belong into a trail that is never erased.
    let renamed = (&before.holder_name, &before.holder_kana) != (&holder.name, &holder.kana);
    tx.record(deed.with(json!({ "renamed": renamed })))
}

/// Whether people of the scope make accounts at all: `NotFound` if not.
fn makes_accounts(conn: &mut Conn, scope: &FacilityScope) -> Result<()> {
    let of: &FacilityId = scope.facility();
    let theirs = scope.verified() && facility::repo::get(conn, of)?.client() == ClientForm::HomeConsent;
    if theirs { Ok(()) } else { Err(Error::NotFound) }
}

fn is_same(device: &Device, user_id: &str, holder: &Holder) -> bool {
    let holds = Holder {
        role: device.role,
        name: device.holder_name.clone(),
        kana: device.holder_kana.clone(),
        starts_on: device.starts_on.unwrap_or_default(),
    };
    device.state != DeviceState::Revoked && device.user_id == user_id && holds == *holder
}

fn taken() -> Error {
    let text = "このIDはすでに使われています（失効したアカウントのIDも使えません）。別のIDにしてください";
    let mut errors = FieldErrors::default();
    errors.add("user_id", "ID", FieldFault::Sentence(text.to_owned()));
    errors.into()
}
