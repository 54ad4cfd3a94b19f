//! What a device does with its own registration (RFC 7592, 7009): looks at it,
//! takes another key, ends its tokens, gives the account up. It shows the
//! registration access token of its activation, or signs with its key.

use diesel::prelude::*;

use super::model::{Credential, CredentialState, Device};
use super::repo;
use super::state::{DeviceState, DeviceVerb};
use super::swap;
use crate::audit::Deed;
use crate::client_app;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::CredentialId;
use crate::jose::Jwk;
use crate::schema::{credentials, devices};
use crate::secret::PlainToken;

/// A device's registration, as the device itself may know it.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The OAuth client id.
    pub client_id: CredentialId,
    /// When it was activated.
    pub activated_at: At,
    /// Its public key.
    pub key: Jwk,
    /// What it said of itself, JSON text.
    pub metadata: String,
    /// Where its account stands.
    pub state: DeviceState,
}

/// The registration that this token manages. Unknown clients, ended ones and wrong
/// tokens are one and the same.
///
/// # Errors
/// `NotFound`.
pub fn find_registration(conn: &mut Conn, client_id: &str, token: &PlainToken) -> Result<Registration> {
    let (credential, device) = find(conn, client_id, token)?;
    Ok(Registration {
        client_id: credential.id,
        activated_at: credential.created_at,
        key: Jwk::from_json(&credential.jwk).map_err(Error::internal)?,
        metadata: credential.metadata,
        state: device.state,
    })
}

fn find(conn: &mut Conn, client_id: &str, token: &PlainToken) -> Result<(Credential, Device)> {
    let id = CredentialId::parse(client_id).ok_or(Error::NotFound)?;
    let (credential, device): (Credential, Device) = credentials::table
        .inner_join(devices::table)
        .filter(credentials::id.eq(id))
        .filter(credentials::registration_token_hash.eq(token.hash()))
        .filter(credentials::state.ne(CredentialState::Ended))
        .select((Credential::as_select(), Device::as_select()))
        .first(conn)?;
    Ok((credential, device))
}

/// Puts another key in the place of the one in use, its possession proved. Tokens
/// bound to the old key are worth nothing from here on.
///
/// # Errors
/// `NotFound` as [`find_registration`]; `Refused` for a version of the client app
/// that is refused.
pub fn change_key(
    tx: &mut Tx<'_>,
    client_id: &str,
    token: &PlainToken,
    key: &Jwk,
    metadata: &str,
) -> Result<Registration> {
    let (credential, device) = find(tx.conn(), client_id, token)?;
    let app_id = client_app::admit(tx, metadata, credential.app_id)?;
    diesel::update(credentials::table.find(&credential.id))
        .set((
            credentials::app_id.eq(app_id),
            credentials::jwk.eq(key.to_json()),
            credentials::thumbprint.eq(key.thumbprint()),
            credentials::metadata.eq(metadata),
        ))
        .execute(tx.conn())?;
    if credential.thumbprint != key.thumbprint() {
        let deed = Deed::new("device.key_changed", "devices", device.id.as_str());
        tx.record(deed.at_facility(&device.facility_id))?;
    }
    if credential.app_id != app_id {
        let deed = Deed::new("device.app_updated", "devices", device.id.as_str());
        tx.record(deed.at_facility(&device.facility_id))?;
    }
    find_registration(tx.conn(), client_id, token)
}

/// Gives the account up: the credential ends at once, and the facility may have a
/// new code made for another device. One that was to take over from another leaves
/// that one in use.
///
/// # Errors
/// `NotFound` as [`find_registration`].
pub fn give_up(tx: &mut Tx<'_>, client_id: &str, token: &PlainToken) -> Result<()> {
    let (credential, device) = find(tx.conn(), client_id, token)?;
    if credential.state == CredentialState::Incoming {
        return swap::call_off(tx, &device);
    }
    repo::advance(tx, &device, DeviceVerb::GiveUp)
}

/// Ends every token given to this client so far. A token is proved by a MAC and
/// stored nowhere, so one cannot be ended alone.
///
/// # Errors
/// From the database; a client that is gone has no tokens.
pub fn end_tokens(tx: &mut Tx<'_>, client: &CredentialId) -> Result<()> {
    let owner = credentials::table.find(client).filter(credentials::state.eq(CredentialState::Active));
    let Some(device) = owner.select(credentials::device_id).first(tx.conn()).optional()? else { return Ok(()) };
    let device = repo::get(tx.conn(), &device)?;
    repo::end_tokens(tx, &device)
}
