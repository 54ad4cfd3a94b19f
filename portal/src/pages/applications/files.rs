//! The attached files one by one. Signed in, by the scope of their application.
//!
//! - `GET /applications/{id}/evidence/{file}`: the file, to be saved.
//! - `GET /applications/{id}/evidence/{file}/preview`: its small picture.
//! - `POST /applications/{id}/evidence/{file}/remove`: 「外す」.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use uketsuke_core::application::files;
use uketsuke_core::evidence::{self, Evidence, EvidenceKind};
use uketsuke_core::ids::EvidenceId;
use uketsuke_web::download::{self, Disposition};
use uketsuke_web::extract::Form;
use uketsuke_web::page::FlashKind;
use uketsuke_web::{PageError, PageResult, flash, see_other};

use super::place::Then;
use super::{address, load, parse};
use crate::Portal;
use crate::session::SignedIn;

/// The file as it is kept.
pub async fn save(portal: Data<Portal>, who: SignedIn, path: Path<(String, String)>) -> PageResult {
    let file = find(&portal, &who, &path).await?;
    let kind = EvidenceKind::of_media_type(&file.media_type).ok_or_else(PageError::not_found)?;
    let name = file.download_name();
    let content = portal.storage.open(file.key()?, file.scan).await.map_err(uketsuke_core::error::Error::from)?;
    Ok(download::answer(content, kind.media_type(), Disposition::Save(&name)))
}

/// The small picture that we drew of it.
pub async fn preview(portal: Data<Portal>, who: SignedIn, path: Path<(String, String)>) -> PageResult {
    let file = find(&portal, &who, &path).await?;
    file.key()?;
    let key = file.preview_key.ok_or_else(PageError::not_found)?;
    let content = portal.storage.read(&key).await.map_err(uketsuke_core::error::Error::from)?;
    Ok(download::answer(content, EvidenceKind::Png.media_type(), Disposition::Show))
}

async fn find(portal: &Data<Portal>, who: &SignedIn, path: &(String, String)) -> Result<Evidence, PageError> {
    let case = load(portal, who, &path.0).await?;
    let file = EvidenceId::parse(&path.1).ok_or_else(PageError::not_found)?;
    Ok(portal.db.read(move |c| evidence::repo::get(c, &case.application.id, &file)).await?)
}

/// On which step the person is, and on which way.
#[derive(Debug, Deserialize)]
pub struct From {
    #[serde(default)]
    step: String,
    #[serde(default)]
    then: String,
}

/// Takes a file off.
pub async fn remove(portal: Data<Portal>, who: SignedIn, path: Path<(String, String)>, from: Form<From>) -> PageResult {
    let case = load(&portal, &who, &path.0).await?;
    let (id, file) = (parse(&path.0)?, EvidenceId::parse(&path.1).ok_or_else(PageError::not_found)?);
    let scope = who.scope().clone();
    portal.db.write(who.actor(), move |tx| files::remove(tx, &scope, &id, &file)).await?;
    let steps = super::procedure(&portal, &case)?.steps(&case);
    let back = match steps.iter().find(|step| step.key == from.0.step) {
        Some(step) => super::place::step_href(&case, step.key),
        None => address(&case),
    };
    let query = if Then::read(&from.0.then) == Then::Confirm { "?then=confirm" } else { "" };
    let text = "ファイルを外しました";
    Ok(flash::carry(who.request(), see_other(format!("{back}{query}")), FlashKind::Success, text))
}
