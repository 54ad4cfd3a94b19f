//! `GET /manuals`: the handbooks of this site. Anyone.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::manual::{self, Manual, Version};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, site};

use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/manuals/list.html")]
struct Page {
    frame: Frame,
    manuals: Vec<(Manual, Version)>,
}

/// The list.
pub async fn show(portal: Data<Portal>, who: Anyone) -> PageResult {
    let site = site::which(who.request());
    let manuals = portal.db.read(move |c| manual::shelf(c, site)).await?;
    html(&Page { frame: who.frame("手順書・マニュアル"), manuals })
}
