//! `GET /devices`: all devices of the facility. Signed in; whoever is not yet
//! verified sees when there will be something to see.

use actix_web::web::Data;
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::device::{self, CodeStanding, DeviceState, Places};
use uketsuke_core::facility;
use uketsuke_core::facility::feature::{Feature, Features};
use uketsuke_core::facility::kind::ClientForm;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, words};

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
    /// What people of 居宅同意取得型 manage themselves, once they are verified.
    accounts: Option<Accounts>,
    closing: Closing,
}

struct Accounts {
    places: Places,
    /// Features that are on, in words.
    features: String,
}

struct Row {
    href: String,
    name: String,
    user_id: String,
    /// 権限 and 開始日 (居宅同意取得型).
    holder: String,
    state: DeviceState,
    note: String,
    last_used: String,
}

/// The list.
pub async fn show(portal: Data<Portal>, who: SignedIn) -> PageResult {
    let (scope, now) = (who.scope().clone(), portal.now());
    let (facility, devices, codes, places, running) = portal
        .db
        .read(move |c| {
            let devices = device::list_in_scope(c, &scope)?;
            let codes = device::code_standings(c, &devices, now)?;
            let places = device::places(c, scope.facility())?;
            let running = device::running(c, &devices)?;
            Ok((facility::repo::get(c, scope.facility())?, devices, codes, places, running))
        })
        .await?;
    let cards = codes.values().any(|code| matches!(code, CodeStanding::Open { .. }));
    let row = |device: &device::Device| Row {
        href: format!("{NAV}/{}", device.id),
        name: device.name().to_owned(),
        user_id: device.user_id.clone(),
        holder: holder(device, tokyo_date(now.utc())),
        state: device.state,
        note: match (device.state, codes.get(&device.id)) {
            (DeviceState::Active, _) if running.get(&device.id).is_some_and(|app| app.fault.is_some()) => {
                "アプリの更新が必要です".to_owned()
            }
            (DeviceState::Revoked, _) | (_, Some(CodeStanding::Used { .. })) => String::new(),
            (_, code) => code_sentence(code),
        },
        last_used: last_used(device),
    };
    let closing = Closing::of(&portal, &facility);
    let manages = facility.client() == ClientForm::HomeConsent && who.scope().verified() && places.given > 0;
    let accounts = manages.then(|| Accounts { places, features: on(facility.features) });
    html(&Page { frame: who.frame("端末"), rows: devices.iter().map(row).collect(), cards, accounts, closing })
}

/// Features in words.
fn on(features: Features) -> String {
    let labels: Vec<&str> = features.iter().map(Feature::label).collect();
    if labels.is_empty() { "使う機能がまだ選ばれていません".to_owned() } else { labels.join("、") }
}

/// What the holder of an account may do, and from when if that is yet to come.
fn holder(device: &device::Device, today: NaiveDate) -> String {
    let from = device.starts_on.filter(|on| *on > today).map(|on| format!("（{}から）", words::plain_date(on)));
    match device.starts_on {
        Some(_) => format!("{}{}", device.role.label(), from.unwrap_or_default()),
        None => String::new(),
    }
}
