//! `GET`, `PUT`, `DELETE /oauth/register/{client_id}` (RFC 7592): a device looks
//! at its registration, takes another key, gives its account up. By the
//! registration access token that came with the activation.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::device::{self, DeviceState, Registration};
use uketsuke_core::error::Error;
use uketsuke_core::jose::Jwk;
use uketsuke_core::secret::PlainToken;
use uketsuke_web::request::traced;

use super::answer::{self, ApiResult};
use super::body::Body;
use super::client_metadata::{Described, information};
use super::error::{ApiError, INVALID_CLIENT_METADATA, INVALID_TOKEN};
use super::routes::REGISTER;
use super::{DeviceApi, basic, proof};

/// What the device is registered as.
pub async fn show(api: Data<DeviceApi>, request: HttpRequest, client: Path<String>) -> ApiResult {
    let (token, id) = (token(&request)?, client.into_inner());
    let sent = token.clone();
    let found = api.db.read(move |c| device::find_registration(c, &id, &sent)).await.map_err(unknown)?;
    told(&api, &found, &token)
}

/// Takes another key and description; what is left out is empty from here on
/// (RFC 7592 §2.2).
pub async fn change(api: Data<DeviceApi>, request: HttpRequest, client: Path<String>, body: Body) -> ApiResult {
    let (token, id) = (token(&request)?, client.into_inner());
    let sent = body.json()?;
    if sent["client_id"].as_str() != Some(id.as_str()) {
        return Err(ApiError::new(INVALID_CLIENT_METADATA, "client_id: must be the one of the address"));
    }
    let key = Jwk::from_set(&sent["jwks"]).map_err(|e| ApiError::new(INVALID_CLIENT_METADATA, format!("jwks: {e}")))?;
    let metadata = Described::read(&sent)?.kept()?.to_string();
    let proof = proof::of(&api, &request, &format!("{REGISTER}/{id}"), &key)?;
    let actor = traced(&request, Actor::new(ActorKind::Device, &id));
    let shown = token.clone();
    let changed = api.db.write(actor, move |tx| {
        if !proof::use_up(tx, &proof)? {
            return Ok(None);
        }
        device::change_key(tx, &id, &shown, &key, &metadata).map(Some)
    });
    let found = changed.await.map_err(unknown)?.ok_or_else(proof::replayed)?;
    told(&api, &found, &token)
}

/// Gives the account up.
pub async fn give_up(api: Data<DeviceApi>, request: HttpRequest, client: Path<String>) -> ApiResult {
    let (token, id) = (token(&request)?, client.into_inner());
    let actor = traced(&request, Actor::new(ActorKind::Device, &id));
    api.db.write(actor, move |tx| device::give_up(tx, &id, &token)).await.map_err(unknown)?;
    Ok(HttpResponse::NoContent().finish())
}

fn token(request: &HttpRequest) -> Result<PlainToken, ApiError> {
    basic::authorization(request, "Bearer").map(PlainToken::received).ok_or_else(refused)
}

fn refused() -> ApiError {
    ApiError::new(INVALID_TOKEN, "the registration access token is missing, wrong or ended")
}

/// A client that does not exist looks like a wrong token (RFC 7592 §2.1).
fn unknown(error: Error) -> ApiError {
    match error {
        Error::NotFound => refused(),
        other => other.into(),
    }
}

/// The registration as it stands, with the token that was shown.
fn told(api: &DeviceApi, found: &Registration, token: &PlainToken) -> ApiResult {
    let known: Value = serde_json::from_str(&found.metadata).unwrap_or_default();
    let mut body = information(api, &found.client_id, found.activated_at, &found.key, &known, token);
    body["device_state"] = if found.state == DeviceState::Active { "active" } else { "suspended" }.into();
    Ok(answer::json(StatusCode::OK, &body))
}
