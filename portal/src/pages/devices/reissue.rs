//! `GET` and `POST /devices/{id}/reissue`: a new password and code, for the same
//! or another device. Verified people.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::device::{self, Device, DeviceState, DeviceVerb};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::refusal::Refusal;
use uketsuke_web::extract::Form;
use uketsuke_web::flash;
use uketsuke_web::form::Choice;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageError, PageResult, html, invalid, see_other};

use super::find;
use crate::Portal;
use crate::session::Verified;

#[derive(Template)]
#[template(path = "portal/devices/reissue.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    device: Device,
    typed: Typed,
    choices: Vec<Choice>,
}

/// The form as sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    reason: String,
}

/// What will happen, and the question that decides it.
pub async fn show(portal: Data<Portal>, who: Verified, id: Path<String>) -> PageResult {
    let device = find(&portal, &who, &id).await?;
    html(&page(&who, device, Typed::default(), FieldErrors::default())?)
}

/// Reissues.
pub async fn reissue(portal: Data<Portal>, who: Verified, id: Path<String>, Form(typed): Form<Typed>) -> PageResult {
    let device = find(&portal, &who, &id).await?;
    let Some(lost) = is_lost(device.state, &typed.reason) else {
        let mut errors = FieldErrors::default();
        errors.add("reason", "再発行の理由", FieldFault::NotChosen);
        return invalid(&page(&who, device, typed, errors)?);
    };
    let (scope, id, keyring) = (who.scope().clone(), device.id.clone(), portal.keyring.clone());
    let days = portal.config.activation_code_days;
    portal.db.write(who.actor(), move |tx| device::reissue(tx, &keyring, &scope, &id, lost, days)).await?;
    Ok(done(&who, &device))
}

/// A choice where there is one: a device in use goes on, or stops at once.
fn is_lost(state: DeviceState, reason: &str) -> Option<bool> {
    match (state.allows(DeviceVerb::Reissue), state.allows(DeviceVerb::ReissueLost)) {
        (true, true) => match reason {
            "swap" => Some(false),
            "lost" => Some(true),
            _ => None,
        },
        (false, lost) => Some(lost),
        (true, false) => Some(false),
    }
}

fn done(who: &Verified, device: &Device) -> HttpResponse {
    let to = see_other(format!("/devices/{}", device.id));
    let text = "パスワードとアクティベーションコードを再発行しました。新しい設定情報を表示して入力してください";
    flash::carry(who.request(), to, FlashKind::Success, text)
}

fn page(who: &Verified, device: Device, typed: Typed, errors: FieldErrors) -> Result<Page, PageError> {
    let (swap, lost) = (device.state.allows(DeviceVerb::Reissue), device.state.allows(DeviceVerb::ReissueLost));
    if !swap && !lost {
        return Err(Refusal::DeviceState.into());
    }
    let choices = if swap && lost { choices() } else { Vec::new() };
    let frame = who.frame("再発行").error(!errors.is_empty());
    Ok(Page { frame, errors, device, typed, choices })
}

fn choices() -> Vec<Choice> {
    vec![
        Choice::new("swap", "新しい端末に入れ替える").hint("今の端末は、新しい端末の設定が終わるまで使えます"),
        Choice::new("lost", "今の端末を紛失した、盗まれた、壊れた").hint("今の端末は、すぐに使えなくなります"),
    ]
}
