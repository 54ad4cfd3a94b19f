//! `GET, POST /inquiries/new`: a phone call, written down, often with the answer
//! that was given at once. Whoever answers inquiries.

use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::inquiry::{self, ANSWER_MAX_CHARS, TEXT_MAX_CHARS, Ticket, TicketInput};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::{AnswerInquiries, Staff};

#[derive(Template)]
#[template(path = "admin/inquiries/new.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: TicketForm,
    categories: Vec<Choice>,
    sites: Vec<Choice>,
    text_max: String,
    answer_max: String,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TicketForm {
    name: String,
    phone: String,
    email: String,
    code: String,
    site: String,
    category: String,
    text: String,
    answer: String,
}

impl TicketForm {
    fn ticket(&self) -> Ticket {
        let form = self.clone();
        Ticket {
            name: form.name,
            phone: form.phone,
            email: form.email,
            code: form.code,
            site: form.site,
            category: form.category,
            text: form.text,
            answer: form.answer,
        }
    }
}

/// An empty form.
pub async fn show(who: Staff<AnswerInquiries>) -> PageResult {
    html(&page(&who, TicketForm::default(), FieldErrors::default()))
}

/// Writes it down.
pub async fn open(office: Data<Office>, who: Staff<AnswerInquiries>, Form(form): Form<TicketForm>) -> PageResult {
    let (scope, ticket) = (who.scope.clone(), form.ticket());
    let opened = office
        .db
        .write(who.actor(), move |tx| {
            let input = TicketInput::read(tx.conn(), &ticket)?;
            inquiry::open_ticket(tx, &scope, input)
        })
        .await;
    match opened {
        Ok(id) => Ok(who.done(format!("/inquiries/{id}"), "電話でのお問い合わせを登録しました")),
        Err(Error::Invalid(errors)) => invalid(&page(&who, form, errors)),
        Err(other) => Err(other.into()),
    }
}

fn page(who: &Staff<AnswerInquiries>, typed: TicketForm, errors: FieldErrors) -> Page {
    Page {
        frame: who.frame("電話でのお問い合わせを登録する", "/inquiries").error(!errors.is_empty()),
        errors,
        typed,
        categories: super::categories(),
        sites: super::sites(),
        text_max: TEXT_MAX_CHARS.to_string(),
        answer_max: ANSWER_MAX_CHARS.to_string(),
    }
}
