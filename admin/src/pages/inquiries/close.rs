//! `POST /inquiries/{id}/close`, `…/reopen`: the end of an inquiry, and back.
//! Whoever answers inquiries.

use actix_web::web::{Data, Path};
use uketsuke_core::inquiry;
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::hands::RevisionForm;
use super::{read, seen, stale};
use crate::Office;
use crate::access::{AnswerInquiries, Staff};

/// Closes it.
pub async fn close(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    Form(form): Form<RevisionForm>,
) -> PageResult {
    let id = read(&office, &who, &path).await?.id;
    let scope = who.scope.clone();
    match office.db.write(who.actor(), move |tx| inquiry::close(tx, &scope, (&id, seen(&form.revision)))).await {
        Ok(()) => Ok(who.done(format!("/inquiries/{path}"), "お問い合わせを終了しました")),
        Err(error) => stale::or_else(&office, &who, &path, error, "").await,
    }
}

/// Opens it again.
pub async fn reopen(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    Form(form): Form<RevisionForm>,
) -> PageResult {
    let id = read(&office, &who, &path).await?.id;
    let scope = who.scope.clone();
    match office.db.write(who.actor(), move |tx| inquiry::reopen(tx, &scope, (&id, seen(&form.revision)))).await {
        Ok(()) => Ok(who.done(format!("/inquiries/{path}"), "お問い合わせを再開しました")),
        Err(error) => stale::or_else(&office, &who, &path, error, "").await,
    }
}
