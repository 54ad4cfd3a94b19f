//! `POST /oauth/introspect` (RFC 7662): the check at the card. The eligibility
//! service, by its own credential. Reads only; whatever is not in good standing
//! gets the same bytes.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::web::Data;
use serde_json::{Value, json};
use uketsuke_core::db::{At, Conn};
use uketsuke_core::device::{self, Checked, Facts};
use uketsuke_core::eligibility;
use uketsuke_core::error::Result;
use uketsuke_core::ids::IntrospectionClientId;
use uketsuke_core::jose::{AccessClaims, read_access_token};
use uketsuke_core::secret::PlainToken;

use super::answer::{self, ApiResult};
use super::body::Body;
use super::error::{ApiError, INVALID_REQUEST, INVALID_SERVICE};
use super::{DeviceApi, basic};

/// The media type of a signed answer (RFC 9701 §5).
const SIGNED: &str = "application/token-introspection+jwt";

/// Answers whether a token is good, and for which facility its device speaks.
pub async fn introspect(api: Data<DeviceApi>, request: HttpRequest, body: Body) -> ApiResult {
    let refused = || ApiError::new(INVALID_SERVICE, "the service's credential is missing or wrong");
    let (id, secret) = basic::credentials(&request).ok_or_else(refused)?;
    let form = body.form();
    let token = form.as_ref().map(|form| form.get("token").to_owned()).unwrap_or_default();
    let claims = read_access_token(&api.keyring, &token);
    let (asked, now) = (claims.clone(), At::from(api.now()));
    let looked_up = api.db.read(move |c| look_up(c, &id, &secret, asked.as_ref(), now)).await?;
    let (service, checked) = looked_up.ok_or_else(refused)?;
    form?;
    if token.is_empty() {
        return Err(ApiError::new(INVALID_REQUEST, "token is missing"));
    }
    let facts = match (claims, checked) {
        (Some(claims), Some(Checked::Active(facts))) => {
            api.last_used.note(facts.device.clone(), now);
            active(&claims, &facts)
        }
        _ => json!({ "active": false }),
    };
    if wants_signed(&request) { signed(&api, &service, facts).await } else { Ok(answer::json(StatusCode::OK, &facts)) }
}

/// Who asks, and what about: one visit to the database.
fn look_up(
    conn: &mut Conn,
    id: &str,
    secret: &PlainToken,
    claims: Option<&AccessClaims>,
    now: At,
) -> Result<Option<(IntrospectionClientId, Option<Checked>)>> {
    let Some(service) = eligibility::authenticate(conn, id, secret, now)? else { return Ok(None) };
    let checked = claims.map(|claims| device::check(conn, claims, now)).transpose()?;
    Ok(Some((service, checked)))
}

fn active(claims: &AccessClaims, facts: &Facts) -> Value {
    json!({
        "active": true,
        "client_id": claims.client_id,
        "sub": claims.client_id,
        "scope": claims.scope,
        "token_type": "DPoP",
        "iat": claims.iat.timestamp(),
        "exp": claims.exp.timestamp(),
        "cnf": { "jkt": claims.jkt },
        "facility_code": facts.facility_code,
        "facility_kind": facts.facility_kind,
        "annex_facility_codes": facts.annex_facility_codes,
        "service": facts.facility_kind.entry().client,
        "user_id": facts.user_id,
        "role": facts.role,
        "features": facts.features,
    })
}

fn wants_signed(request: &HttpRequest) -> bool {
    let accepted = request.headers().get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|kind| kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(SIGNED))
}

/// The same answer as a JWT, for an asker that keeps it as evidence.
async fn signed(api: &DeviceApi, service: &IntrospectionClientId, facts: Value) -> ApiResult {
    let claims = json!({
        "iss": api.issuer(),
        "aud": service,
        "iat": api.now().timestamp(),
        "token_introspection": facts,
    });
    let jwt = api.signing_key().await?.sign_jwt("token-introspection+jwt", &claims);
    Ok(answer::typed(StatusCode::OK, SIGNED, jwt))
}
