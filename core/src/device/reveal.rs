//! Showing 「マイナ資格確認アプリユーザ設定情報」 to verified people of the
//! facility, until the device is activated. Every showing is recorded.

use diesel::prelude::*;

use super::model::Device;
use super::repo;
use super::sealed::Sealed;
use crate::audit::Deed;
use crate::db::{At, Tx};
use crate::error::{Error, Result};
use crate::ids::DeviceId;
use crate::refusal::Refusal;
use crate::schema::{activations, facilities};
use crate::scope::FacilityScope;
use crate::secret::Keyring;

/// The four values an app asks for. `Debug` prints a constant.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// 機関コード.
    pub facility_code: String,
    /// ID.
    pub user_id: String,
    /// The initial password, without dashes.
    pub password: String,
    /// The activation code, without dashes.
    pub code: String,
    /// Until when the code can be typed.
    pub expires_at: At,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settings(secret)")
    }
}

/// The settings of one device.
///
/// # Errors
/// `NotFound` outside the scope, `Forbidden` for staff who look along,
/// [`Refusal::ActivationOver`] when the code was
/// used, ended or expired.
pub fn reveal(tx: &mut Tx<'_>, keyring: &Keyring, scope: &FacilityScope, id: &DeviceId) -> Result<(Device, Settings)> {
    not_for_staff(scope)?;
    let device = repo::get_in_scope(tx.conn(), scope, id)?;
    let settings = settings_of(tx, keyring, &device)?.ok_or(Refusal::ActivationOver)?;
    Ok((device, settings))
}

/// The settings of every device of the facility that has a code to type.
///
/// # Errors
/// `NotFound` for the unverified, `Forbidden` for staff who look along.
pub fn reveal_all(tx: &mut Tx<'_>, keyring: &Keyring, scope: &FacilityScope) -> Result<Vec<(Device, Settings)>> {
    if !scope.verified() {
        return Err(Error::NotFound);
    }
    not_for_staff(scope)?;
    let mut shown = Vec::new();
    for device in repo::list_in_scope(tx.conn(), scope)? {
        if let Some(settings) = settings_of(tx, keyring, &device)? {
            shown.push((device, settings));
        }
    }
    Ok(shown)
}

fn settings_of(tx: &mut Tx<'_>, keyring: &Keyring, device: &Device) -> Result<Option<Settings>> {
    let now = tx.now();
    let Some(code) = repo::open_code(tx.conn(), &device.id, now)? else { return Ok(None) };
    let sealed = code.sealed.as_deref().ok_or_else(|| Error::boxed(format!("open code {} without text", code.id)))?;
    let secrets = Sealed::open(keyring, &code.id, sealed)?;
    let facility_code = facilities::table.find(&device.facility_id).select(facilities::code).first(tx.conn())?;
    if code.revealed_at.is_none() {
        diesel::update(activations::table.find(&code.id)).set(activations::revealed_at.eq(now)).execute(tx.conn())?;
    }
    tx.record(Deed::new("device.revealed", "devices", device.id.as_str()).at_facility(&device.facility_id))?;
    Ok(Some(Settings {
        facility_code,
        user_id: device.user_id.clone(),
        password: secrets.password,
        code: secrets.code,
        expires_at: code.expires_at,
    }))
}

fn not_for_staff(scope: &FacilityScope) -> Result<()> {
    if scope.watching() { Err(Error::Forbidden) } else { Ok(()) }
}
