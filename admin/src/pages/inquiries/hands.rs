//! `POST /inquiries/{id}/take`, `…/release`: into one's hands and out of them.
//! `GET, POST /inquiries/{id}/hand-over`: to a colleague. Whoever answers inquiries.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::StaffId;
use uketsuke_core::inquiry::{self, Inquiry, NOTE_MAX_CHARS};
use uketsuke_core::refusal::Refusal;
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::{RevisionForm, read, seen, stale, step};
use crate::Office;
use crate::access::{AnswerInquiries, Staff};

#[derive(Template)]
#[template(path = "admin/inquiries/hand_over.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    inquiry: Inquiry,
    colleagues: Vec<Choice>,
    typed: HandOverForm,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HandOverForm {
    revision: String,
    to: String,
    note: String,
}

/// Takes it, from a colleague too.
pub async fn take(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    form: Form<RevisionForm>,
) -> PageResult {
    step(&office, &who, (&path, &form.0), inquiry::take, "このお問い合わせを担当します").await
}

/// Puts it back.
pub async fn release(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    form: Form<RevisionForm>,
) -> PageResult {
    step(&office, &who, (&path, &form.0), inquiry::release, "担当を外しました").await
}

/// Asks to whom.
pub async fn ask_hand_over(office: Data<Office>, who: Staff<AnswerInquiries>, path: Path<String>) -> PageResult {
    let inquiry = read(&office, &who, &path).await?;
    let typed = HandOverForm { revision: inquiry.revision.to_string(), ..HandOverForm::default() };
    html(&page(&office, &who, inquiry, typed, FieldErrors::default()).await?)
}

/// Gives it away.
pub async fn hand_over(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    Form(form): Form<HandOverForm>,
) -> PageResult {
    let inquiry = read(&office, &who, &path).await?;
    let mut errors = FieldErrors::default();
    let to = errors.take("to", "引き渡す相手", StaffId::parse(&form.to).ok_or(FieldFault::NotChosen));
    let note = errors.take("note", "伝えること", optional_note(&form.note));
    let (Some(to), Some(note)) = (to, note) else {
        return invalid(&page(&office, &who, inquiry, form, errors).await?);
    };
    let (scope, id, at) = (who.scope.clone(), inquiry.id.clone(), seen(&form.revision));
    let given =
        office.db.write(who.actor(), move |tx| inquiry::hand_over(tx, &scope, (&id, at), (&to, note.as_deref()))).await;
    match given {
        Ok(()) => Ok(who.done("/inquiries?v=mine", &format!("お問い合わせ {} を引き渡しました", inquiry.number))),
        Err(Error::Refused(refusal @ Refusal::NotAnAnswerer)) => {
            errors.add("to", "引き渡す相手", FieldFault::Sentence(refusal.sentence().to_owned()));
            invalid(&page(&office, &who, inquiry, form, errors).await?)
        }
        Err(Error::NotFound) => {
            errors.add("to", "引き渡す相手", FieldFault::NotChosen);
            invalid(&page(&office, &who, inquiry, form, errors).await?)
        }
        Err(error) => stale::or_else(&office, &who, &path, error, &form.note).await,
    }
}

fn optional_note(typed: &str) -> Result<Option<String>, FieldFault> {
    match fold::lines(typed, NOTE_MAX_CHARS) {
        Err(FieldFault::Missing) => Ok(None),
        other => other.map(Some),
    }
}

async fn page(
    office: &Office,
    who: &Staff<AnswerInquiries>,
    inquiry: Inquiry,
    typed: HandOverForm,
    errors: FieldErrors,
) -> Result<Page, Error> {
    let scope = who.scope.clone();
    let colleagues = office.db.read(move |c| inquiry::list_colleagues(c, &scope)).await?;
    let choice = |member: &uketsuke_core::staff::StaffMember| {
        Choice::new(member.id.to_string(), format!("{}（{}）", member.name, member.roles.labels()))
    };
    let frame = who.frame("担当を引き渡す", "/inquiries").receipt(inquiry.number.as_str()).error(!errors.is_empty());
    Ok(Page { frame, errors, inquiry, colleagues: colleagues.iter().map(choice).collect(), typed })
}
