//! What a facility does with its devices: label, reissue, suspend, resume,
//! revoke. Staff with the permission suspend and revoke as well.

use super::issue::new_code;
use super::mail::{self, Notice};
use super::model::{Device, LABEL_MAX_CHARS};
use super::repo;
use super::state::DeviceVerb;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::fold;
use crate::form::FieldErrors;
use crate::ids::DeviceId;
use crate::link::{self, LinkPurpose};
use crate::scope::{FacilityScope, StaffScope};
use crate::secret::{Keyring, TokenHash};
use crate::staff::role::Permission;

/// Sets 端末識別メモ; an empty one takes it away.
///
/// # Errors
/// `NotFound` outside the scope, `Invalid` (field `label`).
pub fn set_label(tx: &mut Tx<'_>, scope: &FacilityScope, id: &DeviceId, typed: &str) -> Result<()> {
    let device = repo::get_in_scope(tx.conn(), scope, id)?;
    let mut errors = FieldErrors::default();
    let label = errors.take("label", "端末識別メモ", fold::one_line_label(typed, LABEL_MAX_CHARS));
    let label = errors.into_result(label)?;
    if label == device.label {
        return Ok(());
    }
    repo::set_label(tx, id, &label)?;
    let deed = Deed::new("device.labelled", "devices", id.as_str()).changed("label", &device.label, &label);
    tx.record(deed.at_facility(&device.facility_id))
}

/// Whom a new code is for, and hence when the credential in use ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// The same device again: when it is set up.
    Again,
    /// Another device: when that one is first used.
    Swap,
    /// Another device, the one in use being lost: at once.
    Lost,
}

impl Replacement {
    /// The step it is.
    pub const fn verb(self) -> DeviceVerb {
        match self {
            Self::Again => DeviceVerb::Reissue,
            Self::Swap => DeviceVerb::Swap,
            Self::Lost => DeviceVerb::ReissueLost,
        }
    }

    const fn notice(self) -> Notice {
        match self {
            Self::Again => Notice::Reissued,
            Self::Swap => Notice::SwapBegun,
            Self::Lost => Notice::ReissuedLost,
        }
    }
}

/// Makes a new password and code.
///
/// # Errors
/// `NotFound` outside the scope, `Refused` in a state that does not allow it.
pub fn reissue(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    scope: &FacilityScope,
    id: &DeviceId,
    replacement: Replacement,
    code_days: i64,
) -> Result<()> {
    let device = repo::get_in_scope(tx.conn(), scope, id)?;
    repo::advance(tx, &device, replacement.verb())?;
    new_code(tx, keyring, id, code_days, replacement == Replacement::Swap)?;
    mail::tell(tx, &device, replacement.notice())
}

/// Stops a device for the time being 「紛失」.
///
/// # Errors
/// As [`reissue`].
pub fn suspend(tx: &mut Tx<'_>, scope: &FacilityScope, id: &DeviceId) -> Result<()> {
    let device = repo::get_in_scope(tx.conn(), scope, id)?;
    step(tx, &device, DeviceVerb::Suspend)
}

/// Lets a suspended device go on.
///
/// # Errors
/// As [`reissue`].
pub fn resume(tx: &mut Tx<'_>, scope: &FacilityScope, id: &DeviceId) -> Result<()> {
    let device = repo::get_in_scope(tx.conn(), scope, id)?;
    step(tx, &device, DeviceVerb::Resume)
}

/// Ends a device for good.
///
/// # Errors
/// As [`reissue`].
pub fn revoke(tx: &mut Tx<'_>, scope: &FacilityScope, id: &DeviceId) -> Result<()> {
    let device = repo::get_in_scope(tx.conn(), scope, id)?;
    step(tx, &device, DeviceVerb::Revoke)
}

/// The device a mailed link would suspend; looking changes nothing.
///
/// # Errors
/// `NotFound`, or the refusal that tells why the link no longer works.
pub fn look_at_stop_link(conn: &mut Conn, token: &TokenHash, now: At) -> Result<Device> {
    let link = link::peek(conn, LinkPurpose::SuspendDevice, token, now)?;
    if let Some(refusal) = link.dead {
        return Err(refusal.into());
    }
    repo::get(conn, &DeviceId::parse(&link.subject_id).ok_or(Error::NotFound)?)
}

/// Suspends the device a mailed link is about, without a login. A device that
/// is no longer in use is left as it is.
///
/// # Errors
/// As [`link::consume`].
pub fn suspend_by_link(tx: &mut Tx<'_>, token: &TokenHash) -> Result<Device> {
    let subject = link::consume(tx, LinkPurpose::SuspendDevice, token)?;
    let id = DeviceId::parse(&subject).ok_or(Error::NotFound)?;
    let device = repo::get(tx.conn(), &id)?;
    if device.state.allows(DeviceVerb::Suspend) {
        step(tx, &device, DeviceVerb::Suspend)?;
    }
    repo::get(tx.conn(), &id)
}

/// Suspends or revokes a device for the back office.
///
/// # Errors
/// `Forbidden` without the permission or for another verb, else as [`reissue`].
pub fn manage_for_staff(tx: &mut Tx<'_>, scope: &StaffScope, id: &DeviceId, verb: DeviceVerb) -> Result<()> {
    let listed = matches!(verb, DeviceVerb::Suspend | DeviceVerb::Resume | DeviceVerb::Revoke);
    if !listed || !scope.may(Permission::ManageDevices) {
        return Err(Error::Forbidden);
    }
    let device = repo::get(tx.conn(), id)?;
    step(tx, &device, verb)
}

fn step(tx: &mut Tx<'_>, device: &Device, verb: DeviceVerb) -> Result<()> {
    repo::advance(tx, device, verb)?;
    match verb {
        DeviceVerb::Suspend => mail::tell(tx, device, Notice::Suspended),
        DeviceVerb::Resume => mail::tell(tx, device, Notice::Resumed),
        DeviceVerb::Revoke => mail::tell(tx, device, Notice::Revoked),
        _ => Ok(()),
    }
}
