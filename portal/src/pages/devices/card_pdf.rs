//! `GET /devices/{id}/card.pdf` and `GET /devices/cards.pdf`: the cards as a file,
//! one to a page of A4, for whoever cannot print from the browser. Each showing
//! is recorded. Verified people, no staff who look along.

use actix_web::web::{Data, Path, block};
use krilla::Document;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use qrcode::{Color, QrCode};
use uketsuke_core::device::{self, Device, Settings};
use uketsuke_core::error::Error;
use uketsuke_core::facility;
use uketsuke_core::pdf::font;
use uketsuke_web::download::{self, Disposition};
use uketsuke_web::{PageError, PageResult, words};

use super::card::qr_code;
use super::id_of;
use crate::Portal;
use crate::session::VerifiedPerson;

/// A4, points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 56.0;
/// The QR code's width, points: 5.6 cm.
const QR_WIDTH: f32 = 160.0;

/// Whether there is a font to write Japanese with.
pub(super) fn can_write(portal: &Portal) -> bool {
    font::place(portal.config.pdf_font.clone()).is_some()
}

/// One device's card.
pub async fn one(portal: Data<Portal>, who: VerifiedPerson, id: Path<String>) -> PageResult {
    let (id, scope, keyring) = (id_of(&id)?, who.scope().clone(), portal.keyring.clone());
    let font = font(&portal).await?;
    let revealed = portal.db.write(who.actor(), move |tx| device::reveal(tx, &keyring, &scope, &id));
    file(&portal, &who, font, vec![revealed.await?]).await
}

/// The cards of all devices that wait to be set up.
pub async fn all(portal: Data<Portal>, who: VerifiedPerson) -> PageResult {
    let (scope, keyring) = (who.scope().clone(), portal.keyring.clone());
    let font = font(&portal).await?;
    let revealed = portal.db.write(who.actor(), move |tx| device::reveal_all(tx, &keyring, &scope)).await?;
    if revealed.is_empty() { Err(PageError::not_found()) } else { file(&portal, &who, font, revealed).await }
}

async fn font(portal: &Portal) -> Result<Font, PageError> {
    let place = portal.config.pdf_font.clone();
    let font = block(move || font::load(place)).await.map_err(Error::internal)?;
    font.ok_or_else(PageError::not_found)
}

async fn file(portal: &Portal, who: &VerifiedPerson, font: Font, shown: Vec<(Device, Settings)>) -> PageResult {
    let id = who.scope().facility().clone();
    let facility = portal.db.read(move |c| facility::repo::get(c, &id)).await?.name;
    let written = block(move || write(&facility, &shown, &font)).await.map_err(Error::internal)??;
    Ok(download::bytes(written, "application/pdf", Disposition::Save("設定カード.pdf")))
}

fn write(facility: &str, shown: &[(Device, Settings)], font: &Font) -> Result<Vec<u8>, Error> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title("設定カード".to_owned()).language("ja".to_owned()));
    for (device, settings) in shown {
        let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| Error::boxed("a page without a size"))?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        Card { surface: &mut surface, font, y: MARGIN }.draw(facility, device, settings)?;
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| Error::boxed(format!("the cards cannot be written: {error:?}")))
}

/// One page under way.
struct Card<'a, 's> {
    surface: &'a mut Surface<'s>,
    font: &'a Font,
    /// How far down the page is written, points.
    y: f32,
}

impl Card<'_, '_> {
    fn draw(mut self, facility: &str, device: &Device, settings: &Settings) -> Result<(), Error> {
        self.lines("マイナ資格確認アプリユーザ設定情報", 18.0, MARGIN);
        self.lines(facility, 13.0, MARGIN);
        self.lines(device.name(), 13.0, MARGIN);
        self.y += 14.0;
        let top = self.y;
        self.qr(&qr_code(settings)?, top);
        let right = MARGIN + QR_WIDTH + 32.0;
        for (label, value) in [
            ("機関コード", settings.facility_code.clone()),
            ("ID", settings.user_id.clone()),
            ("パスワード", settings.password.clone()),
            ("アクティベーションコード", words::fours(&settings.code)),
        ] {
            self.lines(label, 10.0, right);
            self.lines(&value, 18.0, right);
            self.y += 6.0;
        }
        self.y = self.y.max(top + QR_WIDTH) + 24.0;
        self.lines("設定の手順", 14.0, MARGIN);
        for step in [
            "1. 端末でマイナ資格確認アプリを開きます。",
            "2. QRコードを読み取るか、4つの値を入力します。",
            "3. 設定が完了したと表示されたら終わりです。",
        ] {
            self.lines(step, 12.0, MARGIN);
        }
        self.y += 10.0;
        let until = format!("有効期限：{}", words::date_time_full(settings.expires_at.utc()));
        self.lines(&until, 13.0, MARGIN);
        self.lines(
            "1台の端末で1回だけ使えます。設定が終わるまで、ほかの人に見られないところに置き、終わったら細かく切って捨ててください。",
            11.0,
            MARGIN,
        );
        Ok(())
    }

    /// Writes a text from `x` to the right margin, in as many lines as it takes.
    fn lines(&mut self, text: &str, size: f32, x: f32) {
        for line in wrapped(text, (PAGE.0 - MARGIN - x) / size) {
            self.y += size * 1.5;
            let at = Point::from_xy(x, self.y);
            self.surface.draw_text(at, self.font.clone(), size, &line, false, TextDirection::LeftToRight);
        }
    }

    fn qr(&mut self, code: &QrCode, top: f32) {
        let side = code.width();
        let module = QR_WIDTH / side as f32;
        let mut path = PathBuilder::new();
        for (n, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            let (x, y) = (MARGIN + (n % side) as f32 * module, top + (n / side) as f32 * module);
            // Squares overlap by a hair: no light lines between them on any printer.
            if let Some(square) = Rect::from_xywh(x, y, module + 0.05, module + 0.05) {
                path.push_rect(square);
            }
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }
}

/// Cuts a text into lines of at most `ems` full-width letters; ASCII takes half.
fn wrapped(text: &str, ems: f32) -> Vec<String> {
    let (mut lines, mut line, mut width) = (Vec::new(), String::new(), 0.0);
    for letter in text.chars() {
        let wide = if letter.is_ascii() { 0.6 } else { 1.0 };
        if width + wide > ems && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            width = 0.0;
        }
        line.push(letter);
        width += wide;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn a_long_name_goes_on_in_the_next_line() {
        assert_eq!(wrapped("さくら接骨院", 4.0), ["さくら接", "骨院"]);
        assert_eq!(wrapped("ABCDEF", 2.0), ["ABC", "DEF"]);
        assert_eq!(wrapped("", 4.0), [""]);
    }
}
