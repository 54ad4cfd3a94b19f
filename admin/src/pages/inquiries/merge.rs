//! `GET, POST /inquiries/{id}/merge`: one more inquiry of the same asker goes into
//! another, named by its number; shown first, then done. Whoever answers inquiries.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::inquiry::{self, Inquiry};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::secret::ReceiptNumber;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::{read, seen, stale};
use crate::Office;
use crate::access::{AnswerInquiries, Staff};

#[derive(Template)]
#[template(path = "admin/inquiries/merge.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    inquiry: Inquiry,
    typed: MergeForm,
}

#[derive(Template)]
#[template(path = "admin/inquiries/merge_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    inquiry: Inquiry,
    into: Inquiry,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MergeForm {
    revision: String,
    number: String,
    /// The revision of the other one, once it was shown.
    into_revision: String,
    step: String,
}

/// Asks into which.
pub async fn show(office: Data<Office>, who: Staff<AnswerInquiries>, path: Path<String>) -> PageResult {
    let inquiry = read(&office, &who, &path).await?;
    html(&page(&who, inquiry, MergeForm::default(), FieldErrors::default()))
}

/// Shows both, then merges.
pub async fn merge(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    Form(form): Form<MergeForm>,
) -> PageResult {
    let inquiry = read(&office, &who, &path).await?;
    let into = match target(&office, &who, &inquiry, &form.number).await {
        Ok(Ok(into)) => into,
        Ok(Err(fault)) => {
            let mut errors = FieldErrors::default();
            errors.add("number", "統合先の受付番号", fault);
            return invalid(&page(&who, inquiry, form, errors));
        }
        Err(error) => return stale::or_else(&office, &who, &path, error, "").await,
    };
    if form.step != "send" {
        let frame = who.frame("統合する内容の確認", "/inquiries").receipt(inquiry.number.as_str());
        return html(&ConfirmPage { frame, inquiry, into });
    }
    let (scope, from, to) = (who.scope.clone(), inquiry.id.clone(), into.id.clone());
    let (at, into_at) = (seen(&form.revision), seen(&form.into_revision));
    let merged = office.db.write(who.actor(), move |tx| inquiry::merge(tx, &scope, (&from, at), (&to, into_at))).await;
    match merged {
        Ok(()) => {
            let told = format!("お問い合わせ {} を、ここに統合しました", inquiry.number);
            Ok(who.done(format!("/inquiries/{}", into.id), &told))
        }
        Err(error) => stale::or_else(&office, &who, &path, error, "").await,
    }
}

/// The other inquiry, or what is wrong with its number.
async fn target(
    office: &Office,
    who: &Staff<AnswerInquiries>,
    inquiry: &Inquiry,
    number: &str,
) -> Result<Result<Inquiry, FieldFault>, Error> {
    let sentence = |text: &str| Ok(Err(FieldFault::Sentence(text.to_owned())));
    if number.trim().is_empty() {
        return Ok(Err(FieldFault::Missing));
    }
    let Some(number) = ReceiptNumber::parse(number) else { return sentence(UNKNOWN) };
    let (scope, from) = (who.scope.clone(), inquiry.id.clone());
    match office.db.read(move |c| inquiry::find_target(c, &scope, &from, &number)).await {
        Ok(into) => Ok(Ok(into)),
        Err(Error::NotFound) => sentence(UNKNOWN),
        Err(Error::Refused(refusal @ Refusal::InquiryOfOther)) => sentence(refusal.sentence()),
        Err(Error::Refused(Refusal::InquiryState)) if inquiry.state == inquiry::State::Waiting => sentence(CLOSED),
        Err(other) => Err(other),
    }
}

const UNKNOWN: &str = "この受付番号のお問い合わせはありません。番号をお確かめください";
const CLOSED: &str = "統合先のお問い合わせは終了しています。先に再開してください";

fn page(who: &Staff<AnswerInquiries>, inquiry: Inquiry, typed: MergeForm, errors: FieldErrors) -> Page {
    let frame = who.frame("ほかのお問い合わせに統合する", "/inquiries");
    let frame = frame.receipt(inquiry.number.as_str()).error(!errors.is_empty());
    Page { frame, errors, inquiry, typed }
}
