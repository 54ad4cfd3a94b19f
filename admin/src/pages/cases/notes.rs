//! `GET, POST /cases/{id}/notes`: an internal note on a case. Reading is on the
//! case's page; writing: whoever may write notes.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::notes::{self, NOTE_MAX_CHARS};
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::ApplicationId;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::review::{self, Reviewed};
use crate::Office;
use crate::access::{Staff, WriteNotes};

#[derive(Template)]
#[template(path = "admin/cases/notes.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    reviewed: Reviewed,
    note: String,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    note: String,
}

/// The form on a page of its own.
pub async fn show(office: Data<Office>, who: Staff<WriteNotes>, path: Path<String>) -> PageResult {
    let reviewed = read(&office, &who, &path).await?;
    html(&page(&who, reviewed, String::new(), FieldErrors::default()))
}

/// Keeps the note.
pub async fn write(
    office: Data<Office>,
    who: Staff<WriteNotes>,
    path: Path<String>,
    Form(form): Form<NoteForm>,
) -> PageResult {
    let reviewed = read(&office, &who, &path).await?;
    let mut errors = FieldErrors::default();
    let Some(text) = errors.take("note", "メモ", fold::lines(&form.note, NOTE_MAX_CHARS)) else {
        return invalid(&page(&who, reviewed, form.note, errors));
    };
    let (scope, id) = (who.scope.clone(), reviewed.id().clone());
    office.db.write(who.actor(), move |tx| notes::add(tx, &scope, &id, &text)).await?;
    Ok(who.done(format!("/cases/{path}#notes"), "メモを残しました"))
}

async fn read(office: &Office, who: &Staff<WriteNotes>, id: &str) -> Result<Reviewed, Error> {
    let id = ApplicationId::parse(id).ok_or(Error::NotFound)?;
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    office.db.read(move |c| review::read(c, &procedures, &scope, &id)).await
}

fn page(who: &Staff<WriteNotes>, reviewed: Reviewed, note: String, errors: FieldErrors) -> Page {
    let frame = who.frame("メモを残す", "/queue").receipt(reviewed.number()).error(!errors.is_empty());
    Page { frame, errors, reviewed, note }
}
