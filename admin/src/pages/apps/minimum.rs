//! `GET /settings/apps/minimum?platform=…`: the form. `POST`: first says how many
//! devices it stops, then sets it.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::client_app::{self, Platform};
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, invalid};

use super::{MENU, PATH};
use crate::Office;
use crate::access::{ManageSettings, Staff};

#[derive(Template)]
#[template(path = "admin/apps/minimum.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    platform: Platform,
    version: String,
}

#[derive(Template)]
#[template(path = "admin/apps/minimum_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    platform: Platform,
    before: String,
    version: String,
    /// Devices in use that stop with it.
    devices: i64,
}

/// Which platform's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    platform: String,
}

/// What is sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    platform: String,
    version: String,
    step: String,
}

/// The form with the version there is.
pub async fn show(office: Data<Office>, who: Staff<ManageSettings>, asked: Query<Asked>) -> PageResult {
    let platform = platform(&asked.platform)?;
    let version = current(&office, platform).await?;
    html(&page(&who, platform, version, FieldErrors::default()))
}

/// Asks, and at the second step sets it.
pub async fn set(office: Data<Office>, who: Staff<ManageSettings>, Form(typed): Form<Typed>) -> PageResult {
    let platform = platform(&typed.platform)?;
    let version = match client_app::read_minimum(&typed.version) {
        Ok(version) => version,
        Err(Error::Invalid(errors)) => return invalid(&page(&who, platform, typed.version, errors)),
        Err(other) => return Err(other.into()),
    };
    let scope = who.scope.clone();
    match typed.step.as_str() {
        "correct" => html(&page(&who, platform, version, FieldErrors::default())),
        "send" => {
            office.db.write(who.actor(), move |tx| client_app::set_minimum(tx, &scope, platform, &version)).await?;
            Ok(who.done(PATH, "最低バージョンを変更しました"))
        }
        _ => {
            let (asked, before) = (version.clone(), current(&office, platform).await?);
            let devices = office.db.read(move |c| client_app::in_use_below(c, &scope, platform, &asked)).await?;
            html(&ConfirmPage {
                frame: who.frame("最低バージョンの確認", MENU), platform, before, version, devices
            })
        }
    }
}

fn platform(sent: &str) -> Result<Platform, PageError> {
    Platform::parse(sent).ok_or_else(PageError::not_found)
}

async fn current(office: &Office, platform: Platform) -> Result<String, Error> {
    Ok(office.db.read(client_app::minimums).await?.remove(&platform).unwrap_or_default())
}

fn page(who: &Staff<ManageSettings>, platform: Platform, version: String, errors: FieldErrors) -> Page {
    let frame = who.frame(format!("{}の最低バージョン", platform.label()), MENU).error(!errors.is_empty());
    Page { frame, errors, platform, version }
}
