//! `POST /oauth/register` (RFC 7591): a device activates. The activation code is
//! the initial access token, the DPoP proof shows that the device holds its key.
//! Anyone who knows the four values, once.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Value;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::device::{self, Activated, Attempt, Outcome};
use uketsuke_core::jose::Jwk;
use uketsuke_web::request::{ClientAddress, traced};

use super::answer::{self, ApiResult};
use super::body::Body;
use super::client_metadata::{Described, information};
use super::error::{ApiError, INVALID_CLIENT_METADATA, INVALID_REQUEST, INVALID_TOKEN, TOO_MANY};
use super::routes::REGISTER;
use super::{DeviceApi, basic, proof};

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
    #[serde(flatten)]
    described: Described,
}

/// Activates a device, or repeats the answer that was lost.
pub async fn register(api: Data<DeviceApi>, request: HttpRequest, address: ClientAddress, body: Body) -> ApiResult {
    let sent = read(&body)?;
    let key = Jwk::from_set(&sent.jwks).map_err(|e| ApiError::new(INVALID_CLIENT_METADATA, format!("jwks: {e}")))?;
    let metadata = sent.described.kept()?;
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

fn wrong() -> ApiError {
    ApiError::new(INVALID_TOKEN, WRONG).message(WRONG_MESSAGE)
}

fn answered(api: &DeviceApi, outcome: Outcome, key: &Jwk, metadata: Value) -> ApiResult {
    match outcome {
        Outcome::Activated(Activated { client_id, registration_token, activated_at }) => {
            let body = information(api, &client_id, activated_at, key, &metadata, &registration_token);
            Ok(answer::json(StatusCode::CREATED, &body))
        }
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
