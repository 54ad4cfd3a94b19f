//! What a device says of itself (client metadata, RFC 7591 §2), and what it is told
//! of its registration (client information, §3.2.1; RFC 7592 §3).

use serde::Deserialize;
use serde_json::{Value, json};
use uketsuke_core::client_app::Platform;
use uketsuke_core::db::At;
use uketsuke_core::device::SCOPE;
use uketsuke_core::fold;
use uketsuke_core::ids::CredentialId;
use uketsuke_core::jose::Jwk;
use uketsuke_core::secret::PlainToken;

use super::DeviceApi;
use super::error::{ApiError, INVALID_CLIENT_METADATA};
use super::routes::REGISTER;

/// The longest text a device says of itself, in characters.
const TEXT_MAX_CHARS: usize = 100;

/// The device as it describes itself.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Described {
    client_name: String,
    software_version: String,
    device: Machine,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Machine {
    platform: String,
    model: String,
    os_version: String,
}

impl Described {
    /// What a JSON body says of the device, its other members aside.
    ///
    /// # Errors
    /// `invalid_client_metadata`.
    pub fn read(sent: &Value) -> Result<Self, ApiError> {
        serde_json::from_value(sent.clone()).map_err(|_| {
            ApiError::new(
                INVALID_CLIENT_METADATA,
                "client_name, software_version (texts) and device are not as they must be",
            )
        })
    }

    /// What is kept of it: short printable lines.
    ///
    /// # Errors
    /// `invalid_client_metadata`, naming the member.
    pub fn kept(&self) -> Result<Value, ApiError> {
        let line = |name: &str, text: &str| {
            let read = fold::optional_text(text, TEXT_MAX_CHARS).map(Option::unwrap_or_default);
            read.map_err(|_| {
                ApiError::new(INVALID_CLIENT_METADATA, format!("{name}: one printable line of at most 100 characters"))
            })
        };
        if !self.device.platform.is_empty() && Platform::parse(&self.device.platform).is_none() {
            return Err(ApiError::new(INVALID_CLIENT_METADATA, "device.platform: android, ios, ipados or windows"));
        }
        Ok(json!({
            "client_name": line("client_name", &self.client_name)?,
            "software_version": line("software_version", &self.software_version)?,
            "device": {
                "platform": self.device.platform,
                "model": line("device.model", &self.device.model)?,
                "os_version": line("device.os_version", &self.device.os_version)?,
            },
        }))
    }
}

/// The client information, with the token that manages the registration.
pub fn information(
    api: &DeviceApi,
    id: &CredentialId,
    activated_at: At,
    key: &Jwk,
    metadata: &Value,
    token: &PlainToken,
) -> Value {
    let mut body = json!({
        "client_id": id,
        "client_id_issued_at": activated_at.utc().timestamp(),
        "registration_client_uri": api.address(&format!("{REGISTER}/{id}")),
        "registration_access_token": token.reveal(),
        "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"],
        "response_types": [],
        "scope": SCOPE,
        "dpop_bound_access_tokens": true,
        "jwks": { "keys": [key.to_value()] },
    });
    for name in ["client_name", "software_version", "device"] {
        body[name] = metadata[name].clone();
    }
    body
}
