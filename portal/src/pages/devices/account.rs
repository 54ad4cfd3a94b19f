//! `GET` and `POST /devices/new`: an account, made by people of a facility of
//! 居宅同意取得型. `GET` and `POST /devices/{id}/holder`: who holds it, what they may
//! do, from when. Verified people.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::device::{self, AccountRole, Device, DeviceState, HolderTyped, Places};
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::refusal::Refusal;
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::flash;
use uketsuke_web::form::{Choice, DateTyped};
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageError, PageResult, html, invalid, see_other};

use super::{find, home_consent};
use crate::Portal;
use crate::session::Verified;

#[derive(Template)]
#[template(path = "portal/devices/account.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    /// The account to amend; none for a new one.
    device: Option<Device>,
    /// Accounts that can still be made.
    free: u32,
    typed: HolderTyped,
    day: DateTyped,
    roles: Vec<Choice>,
}

/// The empty form, from today on; or what was typed before the session ended.
pub async fn show_new(portal: Data<Portal>, who: Verified) -> PageResult {
    let places = places(&portal, &who).await?;
    let kept = who.kept_fields().await?;
    let (typed, mut day) = typed(&kept);
    if !kept.has("starts_on_year") {
        day = DateTyped::of(tokyo_date(portal.now().utc()));
    }
    html(&page(&who, None, places.free(), (typed, day), FieldErrors::default()))
}

/// Makes the account.
pub async fn create(portal: Data<Portal>, who: Verified, AllFields(fields): AllFields) -> PageResult {
    let places = places(&portal, &who).await?;
    let (mut typed, day) = typed(&fields);
    let mut faults = FieldErrors::default();
    typed.starts_on = day.read("starts_on", "開始日", &mut faults);
    let (scope, keyring, sent) = (who.scope().clone(), portal.keyring.clone(), typed.clone());
    let days = portal.config.activation_code_days;
    let made = portal.db.write(who.actor(), move |tx| device::create(tx, &keyring, &scope, (&sent, faults), days));
    match made.await {
        Ok(id) => {
            let to = see_other(format!("/devices/{id}"));
            let text = "アカウントを作成しました。設定情報を表示して、マイナ資格確認アプリに入力してください";
            Ok(flash::carry(who.request(), to, FlashKind::Success, text))
        }
        Err(Error::Invalid(errors)) => invalid(&page(&who, None, places.free(), (typed, day), errors)),
        Err(other) => Err(other.into()),
    }
}

/// The form with what is known of the account.
pub async fn show(portal: Data<Portal>, who: Verified, id: Path<String>) -> PageResult {
    let device = amendable(&portal, &who, &id).await?;
    let kept = who.kept_fields().await?;
    let filled = if kept.has("name") { typed(&kept) } else { known(&device) };
    html(&page(&who, Some(device), 0, filled, FieldErrors::default()))
}

/// Changes it.
pub async fn amend(portal: Data<Portal>, who: Verified, id: Path<String>, fields: AllFields) -> PageResult {
    let device = amendable(&portal, &who, &id).await?;
    let (mut typed, day) = typed(&fields.0);
    let mut faults = FieldErrors::default();
    typed.starts_on = day.read("starts_on", "開始日", &mut faults);
    let (scope, id, sent) = (who.scope().clone(), device.id.clone(), typed.clone());
    match portal.db.write(who.actor(), move |tx| device::amend(tx, &scope, &id, (&sent, faults))).await {
        Ok(()) => {
            let to = see_other(format!("/devices/{}", device.id));
            Ok(flash::carry(who.request(), to, FlashKind::Success, "アカウントの情報を変更しました"))
        }
        Err(Error::Invalid(errors)) => invalid(&page(&who, Some(device), 0, (typed, day), errors)),
        Err(other) => Err(other.into()),
    }
}

async fn amendable(portal: &Portal, who: &Verified, id: &str) -> Result<Device, PageError> {
    let device = find(portal, who, id).await?;
    home_consent(portal, who).await?;
    if device.state == DeviceState::Revoked { Err(Refusal::DeviceState.into()) } else { Ok(device) }
}

async fn places(portal: &Portal, who: &Verified) -> Result<Places, PageError> {
    home_consent(portal, who).await?;
    let facility = who.scope().facility().clone();
    Ok(portal.db.read(move |c| device::places(c, &facility)).await?)
}

/// The form as sent; the day is yet to be read.
fn typed(fields: &Fields) -> (HolderTyped, DateTyped) {
    let get = |name: &str| fields.get(name).to_owned();
    let typed = HolderTyped {
        role: get("role"),
        user_id: get("user_id"),
        name: get("name"),
        kana: get("kana"),
        starts_on: None,
    };
    (typed, DateTyped::from_fields(fields, "starts_on"))
}

fn known(device: &Device) -> (HolderTyped, DateTyped) {
    let typed = HolderTyped {
        role: device.role.as_str().to_owned(),
        user_id: device.user_id.clone(),
        name: device.holder_name.clone(),
        kana: device.holder_kana.clone(),
        starts_on: device.starts_on,
    };
    (typed, device.starts_on.map(DateTyped::of).unwrap_or_default())
}

fn page(
    who: &Verified,
    device: Option<Device>,
    free: u32,
    (typed, day): (HolderTyped, DateTyped),
    errors: FieldErrors,
) -> Page {
    let title = if device.is_some() { "アカウントの情報の変更" } else { "アカウントの作成" };
    let hint = |role| match role {
        AccountRole::General => "資格確認をする方。受付の方などに",
        AccountRole::MedicalInformation => "資格確認に加えて、薬剤情報などの医療情報を閲覧する方。医師や薬剤師などに",
    };
    let role = |role: &AccountRole| Choice::new(role.as_str(), role.label()).hint(hint(*role));
    let frame = who.frame(title).error(!errors.is_empty());
    Page { frame, errors, device, free, typed, day, roles: AccountRole::ALL.iter().map(role).collect() }
}
