//! `GET` and `POST /devices/{id}/reissue`: a new password and code, for the same
//! or another device. Verified people.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::device::{self, Device, DeviceState, Replacement};
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
    let Some(replacement) = replacement(device.state, &typed.reason) else {
        let mut errors = FieldErrors::default();
        errors.add("reason", "再発行の理由", FieldFault::NotChosen);
        return invalid(&page(&who, device, typed, errors)?);
    };
    let (scope, id, keyring) = (who.scope().clone(), device.id.clone(), portal.keyring.clone());
    let days = portal.config.activation_code_days;
    portal.db.write(who.actor(), move |tx| device::reissue(tx, &keyring, &scope, &id, replacement, days)).await?;
    Ok(done(&who, &device))
}

/// Each reason with what it means for the device in use.
const REASONS: [(Replacement, &str, &str, &str); 3] = [
    (Replacement::Swap, "swap", "新しい端末に入れ替える", "今の端末は、新しい端末を初めて使うときまで使えます"),
    (Replacement::Again, "again", "今の端末を設定し直す", "今の端末は、設定し直すまで使えます"),
    (Replacement::Lost, "lost", "今の端末を紛失した、盗まれた、壊れた", "今の端末は、すぐに使えなくなります"),
];

/// The reasons that are possible in this state.
fn possible(state: DeviceState) -> Vec<(Replacement, Choice)> {
    let possible = REASONS.into_iter().filter(|(replacement, ..)| state.allows(replacement.verb()));
    possible.map(|(replacement, value, label, hint)| (replacement, Choice::new(value, label).hint(hint))).collect()
}

/// What was chosen; where there is one possibility, that one.
fn replacement(state: DeviceState, reason: &str) -> Option<Replacement> {
    match possible(state).as_slice() {
        [(only, _)] => Some(*only),
        several => several.iter().find(|(_, choice)| choice.value == reason).map(|(replacement, _)| *replacement),
    }
}

fn done(who: &Verified, device: &Device) -> HttpResponse {
    let to = see_other(format!("/devices/{}", device.id));
    let text = "パスワードとアクティベーションコードを再発行しました。新しい設定情報を表示して入力してください";
    flash::carry(who.request(), to, FlashKind::Success, text)
}

fn page(who: &Verified, device: Device, typed: Typed, errors: FieldErrors) -> Result<Page, PageError> {
    let possible = possible(device.state);
    if possible.is_empty() {
        return Err(Refusal::DeviceState.into());
    }
    let several = possible.len() > 1;
    let choices = possible.into_iter().map(|(_, choice)| choice).filter(|_| several).collect();
    let frame = who.frame("再発行").error(!errors.is_empty());
    Ok(Page { frame, errors, device, typed, choices })
}
