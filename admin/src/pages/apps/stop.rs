//! `GET, POST /settings/apps/{id}/stop`: asks why, and stops one version.
//! `POST /settings/apps/{id}/resume` lets it go on.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::client_app::{self, Known};
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, invalid};

use super::{MENU, PATH, name};
use crate::Office;
use crate::access::{ManageSettings, Staff};

#[derive(Template)]
#[template(path = "admin/apps/stop.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    known: Known,
    typed: Typed,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    reason: String,
}

/// The question.
pub async fn show(office: Data<Office>, who: Staff<ManageSettings>, id: Path<String>) -> PageResult {
    let known = find(&office, &who, &id).await?;
    let typed = Typed { reason: known.app.stop_reason.clone() };
    html(&page(&who, known, typed, FieldErrors::default()))
}

/// Stops it.
pub async fn stop(
    office: Data<Office>,
    who: Staff<ManageSettings>,
    id: Path<String>,
    Form(typed): Form<Typed>,
) -> PageResult {
    let known = find(&office, &who, &id).await?;
    let (app, scope, reason) = (known.app.id, who.scope.clone(), typed.reason.clone());
    match office.db.write(who.actor(), move |tx| client_app::stop(tx, &scope, app, &reason)).await {
        Ok(()) => Ok(who.done(PATH, "このバージョンを停止しました")),
        Err(Error::Invalid(errors)) => invalid(&page(&who, known, typed, errors)),
        Err(other) => Err(other.into()),
    }
}

/// Lets it go on.
pub async fn resume(office: Data<Office>, who: Staff<ManageSettings>, id: Path<String>) -> PageResult {
    let (id, scope) = (id_of(&id)?, who.scope.clone());
    office.db.write(who.actor(), move |tx| client_app::resume(tx, &scope, id)).await?;
    Ok(who.done(PATH, "このバージョンの停止を解除しました"))
}

fn id_of(text: &str) -> Result<i32, PageError> {
    text.parse().map_err(|_| PageError::not_found())
}

async fn find(office: &Office, who: &Staff<ManageSettings>, id: &str) -> Result<Known, PageError> {
    let (id, scope) = (id_of(id)?, who.scope.clone());
    Ok(office.db.read(move |c| client_app::get(c, &scope, id)).await?)
}

fn page(who: &Staff<ManageSettings>, known: Known, typed: Typed, errors: FieldErrors) -> Page {
    let frame = who.frame(format!("{}を停止する", name(&known.app)), MENU).error(!errors.is_empty());
    Page { frame, errors, known, typed }
}
