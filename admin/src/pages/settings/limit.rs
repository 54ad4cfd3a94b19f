//! `GET, POST /settings/device-limit`: up to how many devices of a facility a
//! rule approves more of them. Administrators.

use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::{ApplicationKind, rules};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::{ManageSettings, Staff};

#[derive(Template)]
#[template(path = "admin/settings/limit.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    title: &'static str,
    devices: String,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LimitForm {
    devices: String,
}

/// The kind that the limit is for.
const KIND: ApplicationKind = ApplicationKind::DeviceAddition;

/// The limit as it is.
pub async fn show(office: Data<Office>, who: Staff<ManageSettings>) -> PageResult {
    let limit = office.db.read(move |c| rules::automatic_limit(c, KIND)).await?;
    html(&page(&who, limit.to_string(), FieldErrors::default()))
}

/// Sets another.
pub async fn set(office: Data<Office>, who: Staff<ManageSettings>, Form(form): Form<LimitForm>) -> PageResult {
    let mut errors = FieldErrors::default();
    let read = fold::number(&form.devices, 0, i64::from(rules::HIGHEST_LIMIT));
    let Some(devices) = errors.take("devices", "台数", read).and_then(|number| u32::try_from(number).ok()) else {
        return invalid(&page(&who, form.devices, errors));
    };
    let scope = who.scope.clone();
    office.db.write(who.actor(), move |tx| rules::set_automatic_limit(tx, &scope, KIND, devices)).await?;
    Ok(who.done("/settings", "自動で承認する台数を変更しました"))
}

fn page(who: &Staff<ManageSettings>, devices: String, errors: FieldErrors) -> Page {
    let frame = who.frame("自動で承認する台数", "/settings").error(!errors.is_empty());
    Page { frame, errors, title: KIND.title(), devices }
}
