//! `GET` and `POST /devices/{id}/label`: 端末識別メモ. Verified people.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::device::{self, Device};
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::flash;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageResult, html, invalid, see_other};

use super::find;
use crate::Portal;
use crate::session::Verified;

#[derive(Template)]
#[template(path = "portal/devices/label.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    device: Device,
    typed: Typed,
}

/// The form as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    label: String,
}

/// The form, with the label there is (or what was typed before the session ended).
pub async fn show(portal: Data<Portal>, who: Verified, id: Path<String>) -> PageResult {
    let device = find(&portal, &who, &id).await?;
    let kept = who.kept_fields().await?;
    let label = if kept.has("label") { kept.get("label").to_owned() } else { device.label.clone() };
    html(&page(&who, device, Typed { label }, FieldErrors::default()))
}

/// Keeps the label.
pub async fn save(portal: Data<Portal>, who: Verified, id: Path<String>, Form(typed): Form<Typed>) -> PageResult {
    let device = find(&portal, &who, &id).await?;
    let (scope, id, label) = (who.scope().clone(), device.id.clone(), typed.label.clone());
    match portal.db.write(who.actor(), move |tx| device::set_label(tx, &scope, &id, &label)).await {
        Ok(()) => Ok(saved(&who, &device)),
        Err(Error::Invalid(errors)) => invalid(&page(&who, device, typed, errors)),
        Err(other) => Err(other.into()),
    }
}

fn saved(who: &Verified, device: &Device) -> HttpResponse {
    let to = see_other(format!("/devices/{}", device.id));
    flash::carry(who.request(), to, FlashKind::Success, "端末識別メモを保存しました")
}

fn page(who: &Verified, device: Device, typed: Typed, errors: FieldErrors) -> Page {
    Page { frame: who.frame("端末識別メモ").error(!errors.is_empty()), errors, device, typed }
}
