//! `POST /oauth/introspect` (RFC 7662): the check at the card. The eligibility
//! service, by its own credential. Answered from memory, in one go once the body is
//! there; whatever is not in good standing gets the same bytes.

use std::fmt::Write;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use uketsuke_core::db::At;
use uketsuke_core::device::SCOPE;
use uketsuke_core::ids;
use uketsuke_core::jose::{AccessClaims, read_access_token};
use uketsuke_core::snapshot::{Answer, Facts, Footing};
use uketsuke_web::request::address_of;

use super::answer;
use super::error::{ApiError, INVALID_SERVICE, UNAVAILABLE};
use super::tally::Outcome;
use super::{DeviceApi, basic, question};

/// The media type of a signed answer (RFC 9701 §5).
const SIGNED: &str = "application/token-introspection+jwt";
/// All that is ever said of a token that is not good.
const INACTIVE: &str = r#"{"active":false}"#;
/// Room for an active answer, bytes.
const ROOM: usize = 512;

/// Answers whether a token is good, and for which facility its device speaks.
pub async fn introspect(api: Data<DeviceApi>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let body = question::read(&request, payload).await;
    let began = Instant::now();
    let answered = match body.and_then(|body| answer(&api, &request, body.as_ref())) {
        Ok(answered) => answered,
        Err(error) => {
            let outcome = if error.is_unavailable() { Outcome::Unavailable } else { Outcome::Refused };
            api.tally.count(outcome, began.elapsed());
            return error.error_response();
        }
    };
    api.tally.count(answered.outcome, began.elapsed());
    if wants_signed(&request) {
        return signed(&api, &request, &answered).await.unwrap_or_else(|error| error.error_response());
    }
    let body = answered.facts.map_or(BoxBody::new(INACTIVE), BoxBody::new);
    let mut response = HttpResponse::with_body(StatusCode::OK, body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// What came of a question.
struct Answered {
    outcome: Outcome,
    /// JSON, if the token is good.
    facts: Option<String>,
}

fn answer(api: &DeviceApi, request: &HttpRequest, body: Option<&Bytes>) -> Result<Answered, ApiError> {
    // First of all: what is read afterwards is at least as new.
    let since = match api.checks.footing() {
        Footing::Fresh => None,
        Footing::Aged(age) => Some(age),
        Footing::None => return Err(ApiError::new(UNAVAILABLE, "checks cannot be answered").retry_after(1)),
    };
    let utc = api.now();
    let now = At::from(utc);
    let refused = || ApiError::new(INVALID_SERVICE, "the service's credential is missing or wrong");
    let from = || address_of(request, &api.config.trusted_proxies);
    let known = basic::with_credentials(request, |id, secret| api.checks.knows_client(id, secret, now, from));
    if known != Some(true) {
        return Err(refused());
    }
    let claims = question::with_token(request, body, |token| read_access_token(&api.keyring, token))?;
    let Some(claims) = claims else { return Ok(Answered { outcome: Outcome::Foreign, facts: None }) };
    Ok(match api.checks.check(&claims, now) {
        Answer::Active(facts) => {
            let as_of = since.map(|age| utc.timestamp() - i64::try_from(age.as_secs()).unwrap_or(0));
            Answered { outcome: Outcome::Active, facts: Some(active(&claims, &facts, as_of)) }
        }
        Answer::Inactive(reason) => Answered { outcome: Outcome::Inactive(reason), facts: None },
    })
}

/// The members of an active answer. Written by hand: at every card, and a general
/// writer of JSON takes five times as long.
fn active(claims: &AccessClaims, facts: &Facts, as_of: Option<i64>) -> String {
    let mut out = String::with_capacity(ROOM);
    out.push_str("{\"active\":true,\"client_id\":\"");
    ids::push_text(&claims.client_id, &mut out);
    out.push_str("\",\"sub\":\"");
    ids::push_text(&claims.client_id, &mut out);
    out.push_str("\",\"scope\":\"");
    out.push_str(SCOPE);
    out.push_str("\",\"token_type\":\"DPoP\"");
    number(&mut out, ",\"iat\":", claims.iat);
    number(&mut out, ",\"exp\":", claims.exp);
    out.push_str(",\"cnf\":{\"jkt\":\"");
    claims.push_jkt(&mut out);
    out.push_str("\"},\"facility_code\":");
    text(&mut out, facts.facility_code.as_str());
    let kind = facts.facility_kind.entry();
    out.push_str(",\"annex_facility_codes\":[");
    if let Some(code) = &facts.annex_facility_code {
        text(&mut out, code.as_str());
    }
    for (name, word) in [
        ("],\"facility_kind\":\"", kind.id),
        ("\",\"service\":\"", kind.client.as_str()),
        ("\",\"role\":\"", facts.role.as_str()),
    ] {
        out.push_str(name);
        out.push_str(word);
    }
    out.push_str("\",\"user_id\":");
    text(&mut out, facts.user_id.as_str());
    out.push_str(",\"features\":[");
    for (place, feature) in facts.features.iter().enumerate() {
        out.push_str(if place == 0 { "\"" } else { ",\"" });
        out.push_str(feature.as_str());
        out.push('"');
    }
    out.push(']');
    if let Some(as_of) = as_of {
        // When the database was last heard of, if that is longer ago than usual.
        number(&mut out, ",\"as_of\":", as_of);
    }
    out.push('}');
    out
}

/// Adds a text in quotes.
fn text(out: &mut String, text: &str) {
    let special = text.bytes().fold(false, |found, byte| found | (byte < 0x20) | (byte == b'"') | (byte == b'\\'));
    if special {
        out.push_str(&serde_json::Value::from(text).to_string());
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

fn number(out: &mut String, name: &str, value: i64) {
    out.push_str(name);
    // Writing to a text does not fail.
    let _ = write!(out, "{value}");
}

fn wants_signed(request: &HttpRequest) -> bool {
    let accepted = request.headers().get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|kind| kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(SIGNED))
}

/// The same answer as a JWT, for an asker that keeps it as evidence.
async fn signed(api: &DeviceApi, request: &HttpRequest, answered: &Answered) -> Result<HttpResponse, ApiError> {
    let facts = answered.facts.as_deref().unwrap_or(INACTIVE);
    let claims = serde_json::json!({
        "iss": api.issuer(),
        "aud": basic::with_credentials(request, |id, _| id.to_owned()),
        "iat": api.now().timestamp(),
        "token_introspection": serde_json::from_str::<serde_json::Value>(facts).expect("just written"),
    });
    let jwt = api.signing_key().await?.sign_jwt("token-introspection+jwt", &claims);
    Ok(answer::typed(StatusCode::OK, SIGNED, jwt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_json_has_them() {
        for value in ["", "W1234567", "あ", "a\"b", "a\\b", "a\nb", "\u{1}"] {
            let mut out = String::new();
            text(&mut out, value);
            assert_eq!(serde_json::from_str::<String>(&out).expect("JSON"), value);
        }
        let mut out = String::new();
        number(&mut out, "\"n\":", -5);
        assert_eq!(out, "\"n\":-5");
    }
}
