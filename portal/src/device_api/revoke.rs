//! `POST /oauth/revoke` (RFC 7009): a device ends its tokens. Devices, by the
//! assertion of the token endpoint.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::json;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::device;
use uketsuke_core::ids::bytes_of;
use uketsuke_core::jose::read_access_token;
use uketsuke_web::request::traced;

use super::DeviceApi;
use super::answer::{self, ApiResult};
use super::body::Body;
use super::error::{ApiError, INVALID_CLIENT, INVALID_REQUEST};
use super::routes::REVOKE;
use super::token::authenticate;

/// Ends the token, and with it the others of this device: none of them is stored,
/// so they end together (RFC 7009 §2.1 allows it). A token that is nobody's, or
/// another's, is none of this client's: 200 all the same (§2.2).
pub async fn revoke(api: Data<DeviceApi>, request: HttpRequest, body: Body) -> ApiResult {
    let form = body.form()?;
    let (client, assertion) = authenticate(&api, &form, REVOKE).await?;
    if form.get("token").is_empty() {
        return Err(ApiError::new(INVALID_REQUEST, "token is missing"));
    }
    let own = read_access_token(&api.keyring, form.get("token").as_bytes())
        .is_some_and(|of| Some(of.client_id) == bytes_of(client.id.as_str()));
    let actor = traced(&request, Actor::new(ActorKind::Device, client.id.as_str()));
    let (sender, id) = (format!("assertion {}", client.id), client.id.clone());
    let fresh = api.db.write(actor, move |tx| {
        let fresh = device::use_jti(tx, &sender, &assertion.jti, assertion.exp)?;
        if fresh && own {
            device::end_tokens(tx, &id)?;
        }
        Ok(fresh)
    });
    match fresh.await? {
        true => Ok(answer::json(StatusCode::OK, &json!({}))),
        false => Err(ApiError::new(INVALID_CLIENT, "this assertion was used before")),
    }
}
