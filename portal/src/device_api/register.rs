//! `POST /oauth/register` (RFC 7591): a device activates. The activation code is
//! the initial access token, the DPoP proof shows that the device holds its key.
//! Anyone who knows the four values, once.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::device::{self, Activated, Attempt, Outcome, SCOPE};
use uketsuke_core::fold;
use uketsuke_core::jose::Jwk;
use uketsuke_web::request::{ClientAddress, traced};

use super::answer::{self, ApiResult};
use super::body::Body;
use super::error::{ApiError, INVALID_CLIENT_METADATA, INVALID_REQUEST, INVALID_TOKEN, TOO_MANY};
use super::routes::REGISTER;
use super::{DeviceApi, basic, proof};

/// The longest text a device says of itself, in characters.
const TEXT_MAX_CHARS: usize = 100;
/// The one answer to whatever is wrong about the four values.
const WRONG: &str = "facility code, user id, password or activation code is wrong, expired or used";
const WRONG_MESSAGE: &str = "設定できませんでした。機関コード、ID、パスワード、アクティベーションコードをお確かめください。\
    期限が切れたとき、続けて間違えたときは、ポータルで再発行してください。";
const TOO_MANY_MESSAGE: &str = "続けて間違えたため、しばらく設定できません。時間をおいてからお試しください。";

/// What the app sends. Members that are not listed are ignored (RFC 7591 §2).
#[derive(Deserialize)]
struct Request {
    facility_code: String,
    user_id: String,
    password: String,
    jwks: Value,
    #[serde(default)]
    client_name: String,
    #[serde(default)]
    software_version: String,
    #[serde(default)]
    device: Machine,
}

/// The device as it describes itself.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Machine {
    platform: String,
    model: String,
    os_version: String,
}

/// The platforms the app runs on.
const PLATFORMS: [&str; 5] = ["", "android", "ios", "ipados", "windows"];

/// Activates a device, or repeats the answer that was lost.
pub async fn register(api: Data<DeviceApi>, request: HttpRequest, address: ClientAddress, body: Body) -> ApiResult {
    let sent = read(&body)?;
    let key = Jwk::from_set(&sent.jwks).map_err(|e| ApiError::new(INVALID_CLIENT_METADATA, format!("jwks: {e}")))?;
    let metadata = metadata(&sent.client_name, &sent.software_version, &sent.device)?;
    // Libraries that send a proof along name the scheme after it.
    let code = ["Bearer", proof::SCHEME].iter().find_map(|scheme| basic::authorization(&request, scheme));
    let code = code.ok_or_else(wrong)?.to_owned();
    let proof = proof::of(&api, &request, REGISTER, &key)?;
    let attempt = Attempt {
        facility_code: sent.facility_code,
        user_id: sent.user_id,
        password: sent.password,
        code,
        key,
        metadata: metadata.to_string(),
        address: address.to_string(),
    };
    let (keyring, actor) = (api.keyring.clone(), traced(&request, Actor::new(ActorKind::Device, "")));
    let outcome = api
        .db
        .write(actor, move |tx| {
            if !proof::use_up(tx, &proof)? {
                return Ok(None);
            }
            device::activate(tx, &keyring, &attempt).map(Some)
        })
        .await?;
    answered(&api, outcome.ok_or_else(proof::replayed)?, &key, metadata)
}

fn read(body: &Body) -> Result<Request, ApiError> {
    serde_json::from_value(body.json()?).map_err(|_| {
        let members = "facility_code, user_id, password (texts) and jwks are needed";
        ApiError::new(INVALID_CLIENT_METADATA, members)
    })
}

/// The device's description in a body, its other members aside.
pub(super) fn description(sent: &Value) -> Result<Value, ApiError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Described {
        client_name: String,
        software_version: String,
        device: Machine,
    }
    let told: Described = serde_json::from_value(sent.clone()).map_err(|_| {
        ApiError::new(
            INVALID_CLIENT_METADATA,
            "client_name, software_version (texts) and device are not as they must be",
        )
    })?;
    metadata(&told.client_name, &told.software_version, &told.device)
}

/// What is kept of the device's description: short printable lines.
fn metadata(client_name: &str, software_version: &str, machine: &Machine) -> Result<Value, ApiError> {
    let line = |name: &str, text: &str| {
        let read = fold::optional_text(text, TEXT_MAX_CHARS).map(Option::unwrap_or_default);
        read.map_err(|_| {
            ApiError::new(INVALID_CLIENT_METADATA, format!("{name}: one printable line of at most 100 characters"))
        })
    };
    if !PLATFORMS.contains(&machine.platform.as_str()) {
        return Err(ApiError::new(INVALID_CLIENT_METADATA, "device.platform: android, ios, ipados or windows"));
    }
    Ok(json!({
        "client_name": line("client_name", client_name)?,
        "software_version": line("software_version", software_version)?,
        "device": {
            "platform": machine.platform,
            "model": line("device.model", &machine.model)?,
            "os_version": line("device.os_version", &machine.os_version)?,
        },
    }))
}

fn wrong() -> ApiError {
    ApiError::new(INVALID_TOKEN, WRONG).message(WRONG_MESSAGE)
}

fn answered(api: &DeviceApi, outcome: Outcome, key: &Jwk, metadata: Value) -> ApiResult {
    match outcome {
        Outcome::Activated(activated) => Ok(created(api, &activated, key, metadata)),
        Outcome::Slip(slip) => {
            let mistyped = "the activation code is mistyped; no try was counted";
            Err(ApiError::new(INVALID_REQUEST, mistyped).message(slip.sentence()))
        }
        Outcome::Wrong => Err(wrong()),
        Outcome::Throttled { retry_after_seconds } => {
            let refused = ApiError::new(TOO_MANY, "too many wrong tries; wait");
            Err(refused.message(TOO_MANY_MESSAGE).retry_after(retry_after_seconds))
        }
    }
}

/// The client information response (RFC 7591 §3.2.1).
fn created(api: &DeviceApi, activated: &Activated, key: &Jwk, metadata: Value) -> HttpResponse {
    let id = &activated.client_id;
    let mut body = json!({
        "client_id": id,
        "client_id_issued_at": activated.activated_at.utc().timestamp(),
        "registration_client_uri": api.address(&format!("{REGISTER}/{id}")),
        "registration_access_token": activated.registration_token.reveal(),
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
    answer::json(StatusCode::CREATED, &body)
}
