//! The page behind every button 「書き出す」, and the file it answers with:
//! which format, how many rows, and what CP932 cannot hold, known before.
//!
//! A list adds two lines to the table of routes (`GET` and `POST`
//! `/{list}/export`), a [`Listing`], and two handlers that call [`show`] and
//! [`send`].

use askama::Template;
use serde::Deserialize;
use uketsuke_core::clock::tokyo_stamp;
use uketsuke_core::desk::export::{self, Listing, MAX_ROWS, Preview};
use uketsuke_core::error::Error;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::spreadsheet::Format;
use uketsuke_core::storage::Download;
use uketsuke_web::download::{self, Disposition};
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::words::digits;
use uketsuke_web::{PageError, PageResult, html, invalid};

use crate::Office;
use crate::access::{Demand, Staff};

#[derive(Template)]
#[template(path = "admin/export.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    conditions: Vec<(&'static str, String)>,
    preview: Preview,
    formats: Vec<Choice>,
    typed: String,
    place: Place,
}

/// Where the page stands.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its own address, with the conditions.
    pub action: String,
    /// The list it belongs to, with the conditions.
    pub back: String,
    /// The open entry of the menu.
    pub menu: &'static str,
}

/// What was chosen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    format: String,
}

/// The page.
///
/// # Errors
/// As the listing.
pub async fn show<D: Demand>(office: &Office, who: &Staff<D>, listing: impl Listing, place: Place) -> PageResult {
    let typed = Format::Xlsx.as_str().to_owned();
    html(&page(office, who, listing, place, (typed, FieldErrors::default())).await?)
}

/// The file; the page again when the choice is none, or the list too long.
///
/// # Errors
/// As the listing.
pub async fn send<D: Demand>(
    office: &Office,
    who: &Staff<D>,
    listing: impl Listing,
    place: Place,
    chosen: Chosen,
) -> PageResult {
    let mut errors = FieldErrors::default();
    if let Some(format) = Format::parse(&chosen.format) {
        let whose = (&who.scope, who.actor());
        if let Some(file) = export::write(&office.db, &office.storage, whose, listing.clone(), format).await? {
            let name = format!("{}_{}.{}", listing.sheet().title, tokyo_stamp(file.at.utc()), format.extension());
            let content = Download::of_received(file.content).await.map_err(Error::internal)?;
            return Ok(download::answer(content, format.media_type(), Disposition::Save(&name)));
        }
    } else {
        errors.add("format", "ファイルの種類", FieldFault::NotChosen);
    }
    invalid(&page(office, who, listing, place, (chosen.format, errors)).await?)
}

async fn page<D: Demand>(
    office: &Office,
    who: &Staff<D>,
    listing: impl Listing,
    place: Place,
    (typed, errors): (String, FieldErrors),
) -> Result<Page, PageError> {
    let (title, conditions) = (listing.sheet().title, listing.conditions());
    let scope = who.scope.clone();
    let preview = office.db.patient().read(move |c| export::preview(c, &scope, listing)).await?;
    let frame = who.frame(format!("{title}を書き出す"), place.menu).error(!errors.is_empty());
    Ok(Page { frame, errors, conditions, preview, formats: formats(preview), typed, place })
}

fn formats(preview: Preview) -> Vec<Choice> {
    let hint = |format| match format {
        Format::Xlsx => "ふだんはこちらを選んでください。番号の先頭の0も残ります。".to_owned(),
        Format::CsvUtf8 => "ほかのシステムに読み込ませるとき。".to_owned(),
        Format::CsvCp932 if preview.unmappable > 0 => {
            format!("表せない文字が{}文字あり、〓に置き換えます。", digits(preview.unmappable))
        }
        Format::CsvCp932 => "表せない文字はありません。".to_owned(),
    };
    Format::ALL.iter().map(|format| Choice::new(format.as_str(), format.label()).hint(hint(*format))).collect()
}
