//! `GET /settings/apps`: the lowest versions and all that are in use.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::client_app::{self, Known, Platform};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::MENU;
use crate::Office;
use crate::access::{ManageSettings, Staff};

#[derive(Template)]
#[template(path = "admin/apps/list.html")]
struct Page {
    frame: Frame,
    minimums: Vec<Minimum>,
    known: Vec<Known>,
}

struct Minimum {
    platform: Platform,
    /// Empty where there is none.
    version: String,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ManageSettings>) -> PageResult {
    let scope = who.scope.clone();
    let read = office.db.read(move |c| Ok((client_app::minimums(c)?, client_app::list(c, &scope)?)));
    let (set, known) = read.await?;
    let minimum =
        |platform: &Platform| Minimum { platform: *platform, version: set.get(platform).cloned().unwrap_or_default() };
    let minimums = Platform::ALL.iter().map(minimum).collect();
    html(&Page { frame: who.frame("アプリのバージョン", MENU), minimums, known })
}
