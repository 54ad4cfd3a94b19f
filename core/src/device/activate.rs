//! Activation: a device shows facility code, ID, password and code, and hands
//! over its public key. Anything wrong about the four is one and the same answer.
//!
//! 1. A mistyped code (check character) is told and costs nothing.
//! 2. Facility and address must have tries left.
//! 3. The code is used up by compare-and-set: of two devices, one gets it.
//!    With a code for a swap it waits beside the one in use (`swap.rs`).
//! 4. The same request with the same key again gets the same device again.
//! 5. A wrong try is counted at the code that was typed and at the code of the
//!    device that was named; the fifth ends it.

use diesel::prelude::*;

use super::issue::password_data;
use super::mail::{self, Notice};
use super::model::{Activation, Credential, CredentialState, Device, TRIES_PER_CODE};
use super::repo;
use super::standing::{self, Standing};
use super::state::{DeviceState, DeviceVerb};
use crate::audit::Deed;
use crate::client_app;
use crate::db::{At, Tx};
use crate::error::{Error, Result};
use crate::facility::succession;
use crate::fold;
use crate::ids::{ActivationId, CredentialId, DeviceId};
use crate::jose::Jwk;
use crate::schema::{activations, credentials};
use crate::secret::{ActivationCode, CodeSlip, InitialPassword, Keyring, PlainToken, Purpose};
use crate::throttle::{self, ACTIVATION_ADDRESS, ACTIVATION_FACILITY, Limit};

/// What a device sends, as typed by its user.
#[derive(Clone)]
pub struct Attempt {
    /// 機関コード.
    pub facility_code: String,
    /// ID.
    pub user_id: String,
    /// The initial password.
    pub password: String,
    /// The activation code.
    pub code: String,
    /// The device's public key, its possession proved.
    pub key: Jwk,
    /// What the device says of itself, JSON text.
    pub metadata: String,
    /// The network address, for the throttle.
    pub address: String,
}

/// How an attempt ended. All of these are remembered, hence not errors.
#[derive(Debug)]
pub enum Outcome {
    /// The device is active.
    Activated(Activated),
    /// The code cannot be one; nothing was counted.
    Slip(CodeSlip),
    /// Something is wrong; never said what.
    Wrong,
    /// Too many wrong tries by this address or for this facility.
    Throttled {
        /// When to try again.
        retry_after_seconds: u32,
    },
}

/// A device's new credential.
#[derive(Debug)]
pub struct Activated {
    /// The OAuth client id.
    pub client_id: CredentialId,
    /// The token to manage the registration with (RFC 7592), shown once.
    pub registration_token: PlainToken,
    /// When it was activated.
    pub activated_at: At,
}

/// Tries to activate a device.
///
/// # Errors
/// From the database, or `Conflict` when the device changes at this moment.
pub fn activate(tx: &mut Tx<'_>, keyring: &Keyring, attempt: &Attempt) -> Result<Outcome> {
    let code = match ActivationCode::parse(&attempt.code) {
        Ok(code) => code,
        Err(slip) => return Ok(Outcome::Slip(slip)),
    };
    let typed = Typed::read(attempt);
    let gates = gates(keyring, attempt, &typed);
    if let Some(retry_after_seconds) = closed(tx, &gates)? {
        return Ok(Outcome::Throttled { retry_after_seconds });
    }
    let found = repo::find_code(tx.conn(), &keyring.macs(Purpose::ActivationCode, code.reveal().as_bytes()))?;
    let matched = match &found {
        Some(activation) => matching_device(tx, keyring, activation, &typed)?,
        None => None,
    };
    if let (Some(activation), Some(device)) = (&found, matched) {
        // Whoever knows all four guesses nothing: a code that is used or over costs no try.
        return Ok(take(tx, activation, &device, attempt)?.map_or(Outcome::Wrong, Outcome::Activated));
    }
    count_wrong(tx, found.as_ref(), &typed, &gates)?;
    Ok(Outcome::Wrong)
}

/// The typed values, folded.
struct Typed {
    facility_code: String,
    user_id: String,
    password: Option<InitialPassword>,
}

impl Typed {
    fn read(attempt: &Attempt) -> Self {
        Self {
            facility_code: fold::code_digits(&attempt.facility_code).unwrap_or_default(),
            user_id: user_id(&attempt.user_id),
            password: InitialPassword::parse(&attempt.password),
        }
    }
}

/// An ID in any case and width.
fn user_id(typed: &str) -> String {
    fold::narrowed(typed).chars().filter(|c| !c.is_whitespace()).take(16).collect()
}

/// The device the code belongs to, if all the rest is right too.
fn matching_device(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    activation: &Activation,
    typed: &Typed,
) -> Result<Option<Device>> {
    let device = repo::get(tx.conn(), &activation.device_id)?;
    let facility_code = standing::facility_code(tx.conn(), &device.facility_id)?;
    // The password is always verified, so that every wrong answer takes the same work.
    let password = typed.password.as_ref().map_or("", InitialPassword::reveal);
    let data = password_data(&activation.id, password);
    let password_right = keyring.verify_mac(Purpose::DevicePassword, &data, &activation.password_mac);
    let now = tx.now();
    let known = typed.facility_code == facility_code
        || succession::is_former(tx.conn(), &device.facility_id, &typed.facility_code, now)?;
    let right = password_right && known && typed.user_id.eq_ignore_ascii_case(&device.user_id);
    Ok(right.then_some(device))
}

/// Uses the code, or answers a repeated request; `None` when neither is possible.
fn take(tx: &mut Tx<'_>, activation: &Activation, device: &Device, attempt: &Attempt) -> Result<Option<Activated>> {
    let now = tx.now();
    if standing::of_facility(tx.conn(), &device.facility_id, now)? != Standing::Good {
        return Ok(None);
    }
    if device.state.allows(DeviceVerb::Activate) && activation.is_open(now) && use_up(tx, &activation.id)? {
        return first_use(tx, activation, device, attempt).map(Some);
    }
    again(tx, activation, &attempt.key)
}

/// Marks the code used and erases its text; `false` when it is used or over.
fn use_up(tx: &mut Tx<'_>, id: &ActivationId) -> Result<bool> {
    let now = tx.now();
    let used = diesel::update(activations::table.find(id))
        .filter(activations::used_at.is_null().and(activations::ended_at.is_null()))
        .filter(activations::expires_at.gt(now).and(activations::tries.lt(TRIES_PER_CODE)))
        .set((activations::used_at.eq(now), activations::sealed.eq(None::<String>)))
        .execute(tx.conn())?;
    Ok(used == 1)
}

fn first_use(tx: &mut Tx<'_>, activation: &Activation, device: &Device, attempt: &Attempt) -> Result<Activated> {
    let beside = activation.swap && device.state == DeviceState::Active;
    let app_id = client_app::admit(tx, &attempt.metadata, None)?;
    repo::advance(tx, device, if beside { DeviceVerb::ActivateBeside } else { DeviceVerb::Activate })?;
    let (token, now) = (PlainToken::mint(), tx.now());
    let row = Credential {
        id: CredentialId::mint(),
        device_id: device.id.clone(),
        activation_id: activation.id.clone(),
        jwk: attempt.key.to_json(),
        thumbprint: attempt.key.thumbprint(),
        registration_token_hash: token.hash(),
        metadata: attempt.metadata.clone(),
        state: if beside { CredentialState::Incoming } else { CredentialState::Active },
        created_at: now,
        ended_at: None,
        app_id,
    };
    if !tx.insert_once(|c| diesel::insert_into(credentials::table).values(&row).execute(c))? {
        return Err(Error::Conflict);
    }
    mail::tell(tx, device, Notice::Activated)?;
    Ok(Activated { client_id: row.id, registration_token: token, activated_at: now })
}

/// The answer to the first use was lost: the same key gets the same device, with
/// a new management token (only the hash of the first is known).
fn again(tx: &mut Tx<'_>, activation: &Activation, key: &Jwk) -> Result<Option<Activated>> {
    let Some(known) = repo::credential_of(tx.conn(), activation)? else { return Ok(None) };
    let device = repo::get(tx.conn(), &known.device_id)?;
    let same = known.thumbprint == key.thumbprint();
    if !same || known.state == CredentialState::Ended || device.state != DeviceState::Active {
        return Ok(None);
    }
    let token = PlainToken::mint();
    diesel::update(credentials::table.find(&known.id))
        .set(credentials::registration_token_hash.eq(token.hash()))
        .execute(tx.conn())?;
    Ok(Some(Activated { client_id: known.id, registration_token: token, activated_at: known.created_at }))
}

/// A throttle's key and limit.
type Gate = (String, Limit);

fn gates(keyring: &Keyring, attempt: &Attempt, typed: &Typed) -> [Gate; 2] {
    let key =
        |kind: &str, value: &str| format!("activation:{kind}:{}", keyring.mac(Purpose::ThrottleKey, value.as_bytes()));
    [
        (key("address", &attempt.address), ACTIVATION_ADDRESS),
        (key("facility", &typed.facility_code), ACTIVATION_FACILITY),
    ]
}

/// Seconds until a closed gate opens again, if one is closed.
fn closed(tx: &mut Tx<'_>, gates: &[Gate]) -> Result<Option<u32>> {
    let now = tx.now();
    for (key, limit) in gates {
        let left = throttle::look(tx.conn(), key, *limit, now)?;
        if left.left == 0 {
            return Ok(Some(u32::try_from((left.until - now).num_seconds()).unwrap_or(0).max(1)));
        }
    }
    Ok(None)
}

fn count_wrong(tx: &mut Tx<'_>, typed_code: Option<&Activation>, typed: &Typed, gates: &[Gate]) -> Result<()> {
    for (key, limit) in gates {
        throttle::spend(tx, key, *limit)?;
    }
    let mut codes: Vec<(ActivationId, DeviceId)> =
        typed_code.map(|code| (code.id.clone(), code.device_id.clone())).into_iter().collect();
    let now = tx.now();
    for device in repo::by_user_id(tx.conn(), &typed.facility_code, &typed.user_id)? {
        if let Some(code) = repo::open_code(tx.conn(), &device, now)? {
            codes.push((code.id, device));
        }
    }
    codes.sort();
    codes.dedup();
    codes.into_iter().try_for_each(|(code, device)| count_try(tx, &code, &device))
}

/// Counts one try at a code that is still open; the last one ends it.
fn count_try(tx: &mut Tx<'_>, code: &ActivationId, device: &DeviceId) -> Result<()> {
    let now = tx.now();
    let counted = diesel::update(activations::table.find(code))
        .filter(activations::used_at.is_null().and(activations::ended_at.is_null()))
        .set(activations::tries.eq(activations::tries + 1))
        .execute(tx.conn())?;
    if counted == 0 {
        return Ok(());
    }
    let spent = activations::table.find(code).filter(activations::tries.ge(TRIES_PER_CODE));
    let ended = diesel::update(spent)
        .set((activations::ended_at.eq(now), activations::sealed.eq(None::<String>)))
        .execute(tx.conn())?;
    let action = if ended == 1 { "device.code_ended" } else { "device.code_tried" };
    tx.record(Deed::new(action, "devices", device.as_str()))
}
