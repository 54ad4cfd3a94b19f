//! `GET, POST /facilities/{id}/stop`: asks why, and stops all devices of a facility;
//! `POST /facilities/{id}/resume` lets them go on. Whoever manages devices.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::desk;
use uketsuke_core::device;
use uketsuke_core::error::Error;
use uketsuke_core::facility::Facility;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::FacilityId;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, invalid};

use crate::Office;
use crate::access::{ManageDevices, Staff};

#[derive(Template)]
#[template(path = "admin/facilities/stop.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    facility: Facility,
    typed: Typed,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    reason: String,
}

/// The question.
pub async fn show(office: Data<Office>, who: Staff<ManageDevices>, id: Path<String>) -> PageResult {
    let facility = find(&office, &who, &id).await?;
    let typed = Typed { reason: facility.devices_stop_reason.clone() };
    html(&page(&who, facility, typed, FieldErrors::default()))
}

/// Stops them.
pub async fn stop(
    office: Data<Office>,
    who: Staff<ManageDevices>,
    id: Path<String>,
    Form(typed): Form<Typed>,
) -> PageResult {
    let facility = find(&office, &who, &id).await?;
    let (of, scope, reason) = (facility.id.clone(), who.scope.clone(), typed.reason.clone());
    match office.db.write(who.actor(), move |tx| device::stop_facility(tx, &scope, &of, &reason)).await {
        Ok(()) => Ok(who.done(format!("/facilities/{}", facility.id), "施設のすべての端末を停止しました")),
        Err(Error::Invalid(errors)) => invalid(&page(&who, facility, typed, errors)),
        Err(other) => Err(other.into()),
    }
}

/// Lets them go on.
pub async fn resume(office: Data<Office>, who: Staff<ManageDevices>, id: Path<String>) -> PageResult {
    let facility = find(&office, &who, &id).await?;
    let (of, scope) = (facility.id.clone(), who.scope.clone());
    office.db.write(who.actor(), move |tx| device::resume_facility(tx, &scope, &of)).await?;
    Ok(who.done(format!("/facilities/{}", facility.id), "施設の端末での資格確認を再開しました"))
}

async fn find(office: &Office, who: &Staff<ManageDevices>, id: &str) -> Result<Facility, PageError> {
    let (id, scope) = (FacilityId::parse(id).ok_or(Error::NotFound)?, who.scope.clone());
    Ok(office.db.read(move |c| desk::get_facility(c, &scope, &id)).await?)
}

fn page(who: &Staff<ManageDevices>, facility: Facility, typed: Typed, errors: FieldErrors) -> Page {
    let frame = who.frame("施設のすべての端末を停止する", "/facilities").error(!errors.is_empty());
    Page { frame, errors, facility, typed }
}
