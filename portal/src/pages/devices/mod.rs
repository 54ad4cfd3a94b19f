//! 「端末」: the facility's device accounts. The list for whoever is signed in
//! (empty before the approval), everything else for verified people alone.

pub mod account;
pub mod card;
pub mod card_pdf;
pub mod confirm;
pub mod features;
pub mod label;
pub mod list;
pub mod reissue;
pub mod requests;
pub mod show;
pub mod stop;

#[cfg(test)]
mod tests;

use uketsuke_core::client_app::AppFault;
use uketsuke_core::device::{self, CodeStanding, Device, Running};
use uketsuke_core::facility::kind::ClientForm;
use uketsuke_core::facility::{self, Facility};
use uketsuke_core::ids::DeviceId;
use uketsuke_web::PageError;
use uketsuke_web::words;

use crate::Portal;
use crate::session::Verified;

/// The navigation entry of these pages.
const NAV: &str = "/devices";

/// The id in an address.
fn id_of(text: &str) -> Result<DeviceId, PageError> {
    DeviceId::parse(text).ok_or_else(PageError::not_found)
}

/// The device in an address, if it is this facility's.
async fn find(portal: &Portal, who: &Verified, id: &str) -> Result<Device, PageError> {
    let (id, scope) = (id_of(id)?, who.scope().clone());
    Ok(portal.db.read(move |c| device::get_in_scope(c, &scope, &id)).await?)
}

/// The facility in hand, if its people make accounts and switch features; else there
/// is no such page.
async fn home_consent(portal: &Portal, who: &Verified) -> Result<Facility, PageError> {
    let facility = who.scope().facility().clone();
    let facility = portal.db.read(move |c| facility::repo::get(c, &facility)).await?;
    if facility.client() == ClientForm::HomeConsent { Ok(facility) } else { Err(PageError::not_found()) }
}

/// When a device was last used, in words.
fn last_used(device: &Device) -> String {
    device.last_used_at.map_or_else(|| "まだ使われていません".to_owned(), |at| words::date_time_full(at.utc()))
}

/// The app that a device runs, and what to do where it is refused.
fn app_words(running: &Running) -> String {
    let name = format!("{} {}", running.app.platform.label(), running.app.name());
    match running.fault {
        None => name,
        Some(AppFault::TooOld) => format!("{name}（古いため使えません。アプリを最新のものに更新してください）"),
        Some(AppFault::Stopped) => format!("{name}（停止されています。アプリを最新のものに更新してください）"),
    }
}

/// What the newest code of a device means for its owner, in one sentence.
fn code_sentence(code: Option<&CodeStanding>) -> String {
    match code {
        Some(CodeStanding::Open { until }) => {
            format!("アクティベーションコードは{}まで使えます", words::date_time_full(until.utc()))
        }
        Some(CodeStanding::Used { at }) => {
            format!("アクティベーションコードは{}に使用済みです", words::date_time_full(at.utc()))
        }
        Some(CodeStanding::Expired { at }) => {
            format!(
                "アクティベーションコードの期限が{}に切れました。再発行してください",
                words::date_time_full(at.utc())
            )
        }
        Some(CodeStanding::TriedTooOften) => {
            "続けて間違えて入力されたため、アクティベーションコードは使えなくなりました。再発行してください".to_owned()
        }
        Some(CodeStanding::Ended) | None => "使えるアクティベーションコードはありません".to_owned(),
    }
}
