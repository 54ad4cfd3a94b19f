//! `POST /api/v1/diagnose`: why is this device refused? Devices, by the assertion
//! of the token endpoint. One that nothing blocks is told so; any other gets the one
//! thing that does, as RFC 9457 writes it.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::device::diagnose::{CLOCK, first_cause};
use uketsuke_core::device::{self, Client, Reason};
use uketsuke_core::facility::feature::Feature;
use uketsuke_core::jose::{JoseError, clock_offset};
use uketsuke_web::fields::Fields;
use uketsuke_web::request::traced;

use super::body::Body;
use super::error::{ApiError, INVALID_REQUEST};
use super::problem::Problem;
use super::routes::DIAGNOSE;
use super::token::{Proved, prove};
use super::{DeviceApi, answer};

/// Tells a device what blocks it.
pub async fn diagnose(
    api: Data<DeviceApi>,
    request: HttpRequest,
    body: Result<Body, ApiError>,
) -> Result<HttpResponse, Problem> {
    let form = body?.form()?;
    let wanted = wanted(&form)?;
    let Proved { client, assertion, checked } = prove(&api, &form, DIAGNOSE).await?;
    let proof = match checked {
        Ok(proof) => proof,
        // The signature is good, so the device may know; its state it learns by a
        // message that is not an old one.
        Err(JoseError::Expired { .. } | JoseError::Future { .. }) => return Err(clock(&api, &client, &assertion)),
        Err(_) => return Err(Problem::not_proved()),
    };
    let actor = traced(&request, Actor::new(ActorKind::Device, client.id.as_str()));
    let sender = format!("assertion {}", client.id);
    let fresh = api.db.write(actor, move |tx| device::use_jti(tx, &sender, &proof.jti, proof.exp)).await?;
    if !fresh {
        return Err(Problem::not_proved());
    }
    let Some(cause) = first_cause(&client, wanted) else {
        return Ok(answer::json(StatusCode::OK, &json!({ "ready": true })));
    };
    let problem = Problem::blocked(&cause);
    Err(match (client.inactive, client.starts_on) {
        (Some(Reason::NotStarted), Some(on)) => problem.with("starts_on", on.to_string().into()),
        _ => problem,
    })
}

/// The feature that the app wants to use, if it names one.
fn wanted(form: &Fields) -> Result<Option<Feature>, ApiError> {
    let unknown = || ApiError::new(INVALID_REQUEST, "feature is not one that there is");
    if !form.has("feature") {
        return Ok(None);
    }
    Feature::parse(form.get("feature")).map(Some).ok_or_else(unknown)
}

fn clock(api: &DeviceApi, client: &Client, assertion: &str) -> Problem {
    let names = [api.issuer(), &api.address(DIAGNOSE)];
    let offset = clock_offset(assertion, &client.key, client.id.as_str(), &names, api.now());
    match offset {
        Ok(Some(seconds)) => Problem::blocked(&CLOCK).with("offset_seconds", seconds.into()),
        _ => Problem::not_proved(),
    }
}
