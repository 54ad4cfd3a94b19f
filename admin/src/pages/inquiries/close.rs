//! `POST /inquiries/{id}/close`, `…/reopen`: the end of an inquiry, and back.
//! Whoever answers inquiries.

use actix_web::web::{Data, Path};
use uketsuke_core::inquiry;
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::{RevisionForm, step};
use crate::Office;
use crate::access::{AnswerInquiries, Staff};

/// Closes it.
pub async fn close(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    form: Form<RevisionForm>,
) -> PageResult {
    step(&office, &who, (&path, &form.0), inquiry::close, "お問い合わせを終了しました").await
}

/// Opens it again.
pub async fn reopen(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    form: Form<RevisionForm>,
) -> PageResult {
    step(&office, &who, (&path, &form.0), inquiry::reopen, "お問い合わせを再開しました").await
}
