//! `GET /manuals/{slug}`: the version of a handbook in force, and the ones before.
//! Anyone.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::attachment::Attachment;
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::manual::{State, Whole};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::find;
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/manuals/show.html")]
struct Page {
    frame: Frame,
    body: Option<Html>,
    is_retired: bool,
    whole: Whole,
}

impl Page {
    fn kind_and_size(&self, file: &Attachment) -> String {
        let name = file.download_name();
        let kind = name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_uppercase());
        format!("{kind}、{}", uketsuke_web::words::file_size(file.size()))
    }
}

/// The handbook.
pub async fn show(portal: Data<Portal>, who: Anyone, path: Path<String>) -> PageResult {
    let whole = find(&portal, &who, &path).await?;
    let newest = whole.versions.first().filter(|newest| !newest.body.is_empty());
    html(&Page {
        frame: who.frame(whole.manual.title.as_str()),
        body: newest.map(|newest| markdown::html(&newest.body, |_| None)),
        is_retired: whole.manual.state == State::Retired,
        whole,
    })
}
