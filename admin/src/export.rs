//! Writing a list out as a file: which format, what that format cannot hold, and
//! the file. Each list has `GET, POST …/export`; the POST is recorded with its
//! conditions and number of rows.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;
use serde_json::json;
use uketsuke_core::audit::Deed;
use uketsuke_core::clock::tokyo_stamp;
use uketsuke_core::error::Error;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::spreadsheet::{Format, MOST_ROWS, Sheet, Written};
use uketsuke_web::download::{self, Disposition};
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::Staff;

/// One list to write out.
#[derive(Debug, Clone)]
pub struct Export {
    /// The list's name, which the file bears too.
    pub list: &'static str,
    /// The menu entry it belongs to.
    pub menu: &'static str,
    /// Where the form is sent, conditions included.
    pub action: String,
    /// Where the list is, conditions included.
    pub back: String,
}

/// What is chosen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExportForm {
    format: String,
    agreed: String,
}

#[derive(Template)]
#[template(path = "admin/export.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    export: Export,
    formats: Vec<Choice>,
    format: String,
    rows: usize,
    too_many: bool,
    replaced: usize,
}

/// The form; `rows` is one more than is written at once when there are more.
pub fn ask<D>(who: &Staff<D>, export: Export, rows: usize) -> PageResult {
    html(&page(who, export, rows, Format::Xlsx.as_str(), FieldErrors::default(), 0))
}

/// The file; or the form again, when characters would be lost and nobody agreed
/// to that yet, or there are too many rows.
pub async fn deliver<D>(office: &Office, who: &Staff<D>, export: Export, sheet: Sheet, form: ExportForm) -> PageResult {
    let rows = sheet.rows.len();
    let Some(format) = Format::parse(&form.format) else {
        let mut errors = FieldErrors::default();
        errors.add("format", "ファイルの種類", FieldFault::NotChosen);
        return invalid(&page(who, export, rows, &form.format, errors, 0));
    };
    if rows > MOST_ROWS {
        return invalid(&page(who, export, rows, &form.format, FieldErrors::default(), 0));
    }
    let written = actix_web::web::block(move || sheet.write(format)).await.map_err(Error::internal)??;
    if written.replaced > 0 && form.agreed != "yes" {
        return html(&page(who, export, rows, &form.format, FieldErrors::default(), written.replaced));
    }
    let detail = json!({ "list": export.list, "conditions": export.action, "rows": rows, "format": format });
    office.db.write(who.actor(), move |tx| tx.record(Deed::new("list.exported", "lists", "").with(detail))).await?;
    Ok(file(office, &export, format, written))
}

fn file(office: &Office, export: &Export, format: Format, written: Written) -> HttpResponse {
    let stamp = tokyo_stamp(office.db.clock().now());
    let name = format!("{}_{stamp}.{}", export.list, format.extension());
    download::bytes(written.bytes, format.media_type(), Disposition::Save(&name))
}

fn page<D>(who: &Staff<D>, export: Export, rows: usize, format: &str, errors: FieldErrors, replaced: usize) -> Page {
    let frame = who.frame(format!("{}を書き出す", export.list), export.menu).error(!errors.is_empty());
    Page {
        frame,
        errors,
        formats: Format::ALL.iter().map(|format| Choice::new(format.as_str(), format.label())).collect(),
        format: format.to_owned(),
        too_many: rows > MOST_ROWS,
        rows,
        replaced,
        export,
    }
}
