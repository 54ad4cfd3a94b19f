//! `POST /oauth/token`: a device proves itself by a signed assertion (RFC 7523)
//! and gets a token bound to its key (RFC 9449) for ten minutes. Devices.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::device::diagnose::cause_of;
use uketsuke_core::device::{self, Client, SCOPE};
use uketsuke_core::jose::{
    AccessClaims, Assertion, Dpop, JoseError, claimed_client_id, mint_access_token, verify_client_assertion,
};
use uketsuke_web::fields::Fields;
use uketsuke_web::request::traced;

use super::answer::{self, ApiResult};
use super::body::Body;
use super::error::{
    ApiError, INVALID_CLIENT, INVALID_REQUEST, INVALID_SCOPE, UNAUTHORIZED_CLIENT, UNSUPPORTED_GRANT_TYPE,
};
use super::routes::TOKEN;
use super::{DeviceApi, proof};

/// A token's life.
const LIFE: Duration = Duration::minutes(10);
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Gives a token.
pub async fn token(api: Data<DeviceApi>, request: HttpRequest, body: Body) -> ApiResult {
    let form = body.form()?;
    check_grant(&form)?;
    let (client, assertion) = authenticate(&api, &form, TOKEN).await?;
    let proof = proof::of(&api, &request, TOKEN, &client.key)?;
    if let Some(reason) = client.inactive {
        let cause = cause_of(reason);
        let stopped = ApiError::new(UNAUTHORIZED_CLIENT, "this device may not ask at present");
        return Err(stopped.message(format!("{}{}", cause.title, cause.advice)));
    }
    let actor = traced(&request, Actor::new(ActorKind::Device, client.id.as_str()));
    use_up(&api, actor, &client, &assertion, proof).await?;
    let now = api.now();
    let token = mint_access_token(&api.keyring, &claims(&client, now));
    let body = json!({
        "access_token": token,
        "token_type": "DPoP",
        "expires_in": LIFE.num_seconds(),
        "scope": SCOPE,
    });
    Ok(answer::json(StatusCode::OK, &body))
}

fn check_grant(form: &Fields) -> Result<(), ApiError> {
    match form.get("grant_type") {
        "client_credentials" => {}
        "" => return Err(ApiError::new(INVALID_REQUEST, "grant_type is missing")),
        _ => return Err(ApiError::new(UNSUPPORTED_GRANT_TYPE, "only client_credentials")),
    }
    match form.get("scope") {
        "" | SCOPE => Ok(()),
        _ => Err(ApiError::new(INVALID_SCOPE, "only eligibility")),
    }
}

/// The client behind the assertion, which may name the endpoint at `path` or the
/// issuer. Unknown clients and wrong signatures look the same.
pub(super) async fn authenticate(api: &DeviceApi, form: &Fields, path: &str) -> Result<(Client, Assertion), ApiError> {
    let proved = prove(api, form, path).await?;
    proved.checked.map(|assertion| (proved.client, assertion)).map_err(|error| unproved(&error))
}

/// A client that is known, and what became of its assertion.
pub(super) struct Proved {
    pub client: Client,
    /// As it was sent.
    pub assertion: String,
    pub checked: Result<Assertion, JoseError>,
}

/// Looks the client up that the assertion names, and checks that.
pub(super) async fn prove(api: &DeviceApi, form: &Fields, path: &str) -> Result<Proved, ApiError> {
    let assertion = form.get("client_assertion").to_owned();
    if form.get("client_assertion_type") != ASSERTION_TYPE {
        return Err(refused());
    }
    let claimed = claimed_client_id(&assertion).ok_or_else(refused)?;
    if form.has("client_id") && form.get("client_id") != claimed {
        return Err(refused());
    }
    let (now, id) = (api.now(), claimed.clone());
    let client = api.db.read(move |c| device::find_client(c, &id, now.into())).await?.ok_or_else(refused)?;
    let endpoint = api.address(path);
    let checked = verify_client_assertion(&assertion, &client.key, &claimed, &[api.issuer(), &endpoint], now);
    Ok(Proved { client, assertion, checked })
}

fn refused() -> ApiError {
    ApiError::new(INVALID_CLIENT, "the client assertion is missing or wrong")
}

/// A clock that is off is told, because its owner can mend it; it shows only
/// after the signature has been found good.
fn unproved(error: &JoseError) -> ApiError {
    match error {
        JoseError::Expired { .. } | JoseError::Future { .. } => {
            ApiError::new(INVALID_CLIENT, error.to_string()).message(proof::CLOCK)
        }
        _ => refused(),
    }
}

/// Uses assertion and proof up, on every instance. A device that was to take over
/// from another does so.
async fn use_up(
    api: &DeviceApi,
    actor: Actor,
    client: &Client,
    assertion: &Assertion,
    proof: Dpop,
) -> Result<(), ApiError> {
    let sender = format!("assertion {}", client.id);
    let (jti, until) = (assertion.jti.clone(), assertion.exp);
    let incoming = client.incoming.then(|| client.id.clone());
    let fresh = api
        .db
        .write(actor, move |tx| {
            let fresh = (device::use_jti(tx, &sender, &jti, until)?, proof::use_up(tx, &proof)?);
            if let (Some(client), (true, true)) = (&incoming, fresh) {
                device::take_over(tx, client)?;
            }
            Ok(fresh)
        })
        .await?;
    match fresh {
        (true, true) => Ok(()),
        (false, _) => Err(ApiError::new(INVALID_CLIENT, "this assertion was used before")),
        (true, false) => Err(proof::replayed()),
    }
}

fn claims(client: &Client, now: DateTime<Utc>) -> AccessClaims {
    let claims = AccessClaims::of(client.id.as_str(), &client.key.thumbprint(), now, now + LIFE, client.generation);
    claims.expect("ids and thumbprints of ours are ids and thumbprints")
}
