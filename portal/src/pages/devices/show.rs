//! `GET /devices/{id}`: one device. `POST /devices/{id}/reveal`: the same page
//! with password and code, recorded. Verified people of the facility.
//!
//! The answer to the POST is the page itself: a redirect would need the secrets,
//! or a right to them, in an address.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::device::{self, CodeStanding, Device, DeviceState, DeviceVerb, Running, Settings, SwapStanding};
use uketsuke_core::facility;
use uketsuke_core::snapshot;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, stopped, words};

use super::{code_sentence, find, id_of, last_used};
use crate::Portal;
use crate::pages::closed::Closing;
use crate::session::Verified;

#[derive(Template)]
#[template(path = "portal/devices/show.html")]
struct Page {
    frame: Frame,
    device: Device,
    facility_code: String,
    last_used: String,
    /// Where its holder is changed; empty when it is too late for that.
    amend: String,
    /// How far a stop has come; empty while there is none.
    stopped: String,
    /// What it runs, as far as it said.
    running: Option<Running>,
    /// What the code means, in one sentence.
    code_sentence: String,
    /// How far a swap has come, in one sentence; empty while there is none.
    swap: String,
    /// Whether there is something to show.
    open: bool,
    /// Password and code, after 「表示」.
    shown: Option<Settings>,
    closing: Closing,
}

impl Page {
    fn allows(&self, verb: DeviceVerb) -> bool {
        self.device.state.allows(verb)
    }

    /// A new code can be had now, and would be good for something.
    fn can_reissue(&self) -> bool {
        !self.closing.is_closed() && (self.allows(DeviceVerb::Reissue) || self.allows(DeviceVerb::ReissueLost))
    }
}

/// How long the device in use goes on beside one that is to replace it.
fn swap_sentence(swap: SwapStanding, device: &Device) -> String {
    match swap {
        _ if device.state != DeviceState::Active => String::new(),
        SwapStanding::None => String::new(),
        SwapStanding::CodeWaits => "今お使いの端末は、新しい端末を初めて使うときまで使えます。".to_owned(),
        SwapStanding::DeviceWaits { since } => format!(
            "入れ替える新しい端末は、{}に設定が終わりました。初めて使うと、今お使いの端末は使えなくなります。",
            words::date_time_full(since.utc())
        ),
    }
}

/// The page without secrets.
pub async fn show(portal: Data<Portal>, who: Verified, id: Path<String>) -> PageResult {
    let device = find(&portal, &who, &id).await?;
    html(&page(&portal, &who, device, None).await?)
}

/// The page with password and code.
pub async fn reveal(portal: Data<Portal>, who: Verified, id: Path<String>) -> PageResult {
    let (id, scope, keyring) = (id_of(&id)?, who.scope().clone(), portal.keyring.clone());
    let revealed = portal.db.write(who.actor(), move |tx| device::reveal(tx, &keyring, &scope, &id));
    let (device, settings) = revealed.await?;
    html(&page(&portal, &who, device, Some(settings)).await?)
}

async fn page(portal: &Portal, who: &Verified, device: Device, shown: Option<Settings>) -> Result<Page, PageError> {
    let (facility, now, of) = (who.scope().facility().clone(), portal.now(), device.clone());
    let (facility, codes, stopped, swap, running) = portal
        .db
        .read(move |c| {
            let stopped = stopped::is_stopped(&of).then(|| snapshot::of_device(c, &of.id)).transpose()?;
            let stopped = stopped.as_ref().map(stopped::for_facility).unwrap_or_default();
            let swap = device::swap_standing(c, &of.id, now)?;
            let running = device::running(c, std::slice::from_ref(&of))?.into_values().next();
            Ok((facility::repo::get(c, &facility)?, device::code_standings(c, &[of], now)?, stopped, swap, running))
        })
        .await?;
    let code = codes.get(&device.id);
    Ok(Page {
        frame: who.frame(device.name()),
        closing: Closing::of(portal, &facility),
        facility_code: facility.code.to_string(),
        last_used: last_used(&device),
        amend: match device.state {
            DeviceState::Revoked => String::new(),
            _ => format!("/devices/{}/holder", device.id),
        },
        stopped,
        running,
        code_sentence: code_sentence(code),
        swap: swap_sentence(swap, &device),
        open: matches!(code, Some(CodeStanding::Open { .. })),
        shown,
        device,
    })
}
