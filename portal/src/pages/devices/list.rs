//! `GET /devices`: all devices of the facility. Signed in; whoever is not yet
//! verified sees when there will be something to see.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::device::{self, CodeStanding, DeviceState};
use uketsuke_core::facility;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::{NAV, code_sentence, last_used};
use crate::Portal;
use crate::pages::closed::Closing;
use crate::session::SignedIn;

#[derive(Template)]
#[template(path = "portal/devices/list.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    /// Whether there is a card to print.
    cards: bool,
    closing: Closing,
}

struct Row {
    href: String,
    name: String,
    user_id: String,
    state: DeviceState,
    note: String,
    last_used: String,
}

/// The list.
pub async fn show(portal: Data<Portal>, who: SignedIn) -> PageResult {
    let (scope, now) = (who.scope().clone(), portal.now());
    let (facility, devices, codes) = portal
        .db
        .read(move |c| {
            let devices = device::list_in_scope(c, &scope)?;
            let codes = device::code_standings(c, &devices, now)?;
            Ok((facility::repo::get(c, scope.facility())?, devices, codes))
        })
        .await?;
    let cards = codes.values().any(|code| matches!(code, CodeStanding::Open { .. }));
    let row = |device: &device::Device| Row {
        href: format!("{NAV}/{}", device.id),
        name: device.name().to_owned(),
        user_id: device.user_id.clone(),
        state: device.state,
        note: match (device.state, codes.get(&device.id)) {
            (DeviceState::Revoked, _) | (_, Some(CodeStanding::Used { .. })) => String::new(),
            (_, code) => code_sentence(code),
        },
        last_used: last_used(device),
    };
    let closing = Closing::of(&portal, &facility);
    html(&Page { frame: who.frame("端末"), rows: devices.iter().map(row).collect(), cards, closing })
}
