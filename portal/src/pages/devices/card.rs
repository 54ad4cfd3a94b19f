//! `GET /devices/{id}/card` and `GET /devices/cards`: cards to print, with QR
//! code and the four values. Each showing is recorded. Verified people.

use actix_web::web::{Data, Path};
use askama::Template;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde_json::json;
use uketsuke_core::device::{self, Device, Settings};
use uketsuke_core::error::Error;
use uketsuke_core::facility;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, words};

use super::{card_pdf, id_of};
use crate::Portal;
use crate::session::VerifiedPerson;

/// The QR code's width on screen, CSS pixels.
const QR_WIDTH: u32 = 220;

#[derive(Template)]
#[template(path = "portal/devices/card.html")]
struct Page {
    frame: Frame,
    facility: String,
    cards: Vec<Card>,
    back: String,
    /// The same cards as a file; empty where none can be written.
    file: String,
}

struct Card {
    device: Device,
    settings: Settings,
    /// A drawing of ours, safe to put into the page.
    qr: String,
}

/// One device's card.
pub async fn one(portal: Data<Portal>, who: VerifiedPerson, id: Path<String>) -> PageResult {
    let (id, scope, keyring) = (id_of(&id)?, who.scope().clone(), portal.keyring.clone());
    let back = format!("/devices/{id}");
    let revealed = portal.db.write(who.actor(), move |tx| device::reveal(tx, &keyring, &scope, &id));
    let file = format!("{back}/card.pdf");
    page(&portal, &who, vec![revealed.await?], back, file).await
}

/// The cards of all devices that wait to be set up.
pub async fn all(portal: Data<Portal>, who: VerifiedPerson) -> PageResult {
    let (scope, keyring) = (who.scope().clone(), portal.keyring.clone());
    let revealed = portal.db.write(who.actor(), move |tx| device::reveal_all(tx, &keyring, &scope));
    page(&portal, &who, revealed.await?, "/devices".to_owned(), "/devices/cards.pdf".to_owned()).await
}

async fn page(
    portal: &Portal,
    who: &VerifiedPerson,
    shown: Vec<(Device, Settings)>,
    back: String,
    file: String,
) -> PageResult {
    let facility = who.scope().facility().clone();
    let facility = portal.db.read(move |c| facility::repo::get(c, &facility)).await?.name;
    let cards = shown.into_iter().map(card).collect::<Result<_, _>>()?;
    let file = if card_pdf::can_write(portal) { file } else { String::new() };
    html(&Page { frame: who.frame("設定カード"), facility, cards, back, file })
}

fn card((device, settings): (Device, Settings)) -> Result<Card, PageError> {
    Ok(Card { qr: qr(&settings)?, device, settings })
}

/// The four values as JSON, as apps read them.
pub(super) fn qr_code(settings: &Settings) -> Result<QrCode, Error> {
    let values = json!({
        "facility_code": settings.facility_code,
        "user_id": settings.user_id,
        "password": settings.password,
        "activation_code": settings.code,
    });
    QrCode::with_error_correction_level(values.to_string(), EcLevel::M).map_err(Error::internal)
}

/// The code drawn as SVG.
fn qr(settings: &Settings) -> Result<String, PageError> {
    let drawing = qr_code(settings)?.render::<svg::Color<'_>>().min_dimensions(QR_WIDTH, QR_WIDTH).build();
    // The declaration in front belongs to a file, not into a page.
    let drawing = drawing.find("<svg").map_or(String::new(), |at| drawing[at..].to_owned());
    Ok(drawing.replacen("<svg", r#"<svg role="img" aria-label="設定情報のQRコード""#, 1))
}
