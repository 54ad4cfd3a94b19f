//! `GET /manuals/{slug}/file`: the file in force; `GET
//! /manuals/{slug}/files/{sequence}`: the file of one version. Anyone.

use actix_web::web::{Data, Path};
use uketsuke_core::error::Error;
use uketsuke_core::manual::{Version, Whole};
use uketsuke_web::{PageResult, download};

use super::find;
use crate::{Anyone, Portal};

/// The one in force.
pub async fn current(portal: Data<Portal>, who: Anyone, path: Path<String>) -> PageResult {
    let whole = find(&portal, &who, &path).await?;
    let newest = whole.versions.first().ok_or(Error::NotFound)?;
    send(&portal, &whole, newest).await
}

/// The one of a version.
pub async fn of_version(portal: Data<Portal>, who: Anyone, path: Path<(String, String)>) -> PageResult {
    let whole = find(&portal, &who, &path.0).await?;
    let sequence: i32 = path.1.parse().map_err(|_| Error::NotFound)?;
    let version = whole.versions.iter().find(|version| version.sequence == sequence).ok_or(Error::NotFound)?;
    send(&portal, &whole, version).await
}

async fn send(portal: &Portal, whole: &Whole, version: &Version) -> PageResult {
    let file = whole.file_of(version).ok_or(Error::NotFound)?;
    download::attachment(&portal.storage, file, false).await
}
