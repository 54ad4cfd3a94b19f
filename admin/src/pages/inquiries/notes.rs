//! `GET, POST /inquiries/{id}/notes`: an internal note on an inquiry. Reading is on
//! the inquiry's page; writing: whoever answers inquiries.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::inquiry::{self, Inquiry, NOTE_MAX_CHARS};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::{read, stale};
use crate::Office;
use crate::access::{AnswerInquiries, Staff};

#[derive(Template)]
#[template(path = "admin/inquiries/notes.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    inquiry: Inquiry,
    note: String,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    note: String,
}

/// The form.
pub async fn show(office: Data<Office>, who: Staff<AnswerInquiries>, path: Path<String>) -> PageResult {
    let inquiry = read(&office, &who, &path).await?;
    html(&page(&who, inquiry, String::new(), FieldErrors::default()))
}

/// Keeps the note.
pub async fn write(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    Form(form): Form<NoteForm>,
) -> PageResult {
    let inquiry = read(&office, &who, &path).await?;
    let mut errors = FieldErrors::default();
    let Some(text) = errors.take("note", "メモ", fold::lines(&form.note, NOTE_MAX_CHARS)) else {
        return invalid(&page(&who, inquiry, form.note, errors));
    };
    let (scope, id) = (who.scope.clone(), inquiry.id);
    match office.db.write(who.actor(), move |tx| inquiry::add_note(tx, &scope, &id, &text)).await {
        Ok(()) => Ok(who.done(format!("/inquiries/{path}"), "メモを残しました")),
        Err(error) => stale::or_else(&office, &who, &path, error, &form.note).await,
    }
}

fn page(who: &Staff<AnswerInquiries>, inquiry: Inquiry, note: String, errors: FieldErrors) -> Page {
    let frame = who.frame("メモを残す", "/inquiries").receipt(inquiry.number.as_str()).error(!errors.is_empty());
    Page { frame, errors, inquiry, note }
}
