//! 「手順書・マニュアル」: the list; one handbook with its table of revisions; its file,
//! the current one at an address that stays. Anyone.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::attachment::Attachment;
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::error::Error;
use uketsuke_core::manual::{self, Manual, State, Version, Whole};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, download, html, site};

use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/manuals/list.html")]
struct ListPage {
    frame: Frame,
    manuals: Vec<(Manual, Version)>,
}

/// `GET /manuals`: all of this site.
pub async fn list(portal: Data<Portal>, who: Anyone) -> PageResult {
    let site = site::which(who.request());
    let manuals = portal.db.read(move |c| manual::shelf(c, site)).await?;
    html(&ListPage { frame: who.frame("手順書・マニュアル"), manuals })
}

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

async fn find(portal: &Portal, who: &Anyone, slug: &str) -> uketsuke_core::error::Result<Whole> {
    let (site, slug) = (site::which(who.request()), slug.to_owned());
    portal.db.read(move |c| manual::find(c, site, &slug)).await
}

/// `GET /manuals/{slug}`: the version in force, and the ones before.
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

/// `GET /manuals/{slug}/file`: the file in force.
pub async fn file(portal: Data<Portal>, who: Anyone, path: Path<String>) -> PageResult {
    let whole = find(&portal, &who, &path).await?;
    let newest = whole.versions.first().ok_or(Error::NotFound)?;
    send(&portal, &whole, newest).await
}

/// `GET /manuals/{slug}/files/{sequence}`: the file of one version.
pub async fn file_of(portal: Data<Portal>, who: Anyone, path: Path<(String, String)>) -> PageResult {
    let whole = find(&portal, &who, &path.0).await?;
    let sequence: i32 = path.1.parse().map_err(|_| Error::NotFound)?;
    let version = whole.versions.iter().find(|version| version.sequence == sequence).ok_or(Error::NotFound)?;
    send(&portal, &whole, version).await
}

async fn send(portal: &Portal, whole: &Whole, version: &Version) -> PageResult {
    let file = whole.file_of(version).ok_or(Error::NotFound)?;
    download::attachment(&portal.storage, file, false).await
}
