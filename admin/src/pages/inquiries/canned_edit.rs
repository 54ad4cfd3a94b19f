//! `GET, POST /inquiries/canned/new`, `/inquiries/canned/{id}`: an answer kept
//! ready: a new one, a change, or out of the list. Whoever answers inquiries.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::CannedAnswerId;
use uketsuke_core::inquiry::ANSWER_MAX_CHARS;
use uketsuke_core::inquiry::canned::{self, CannedAnswer, CannedInput, CannedTyped};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, html_with, invalid};

use super::seen;
use crate::Office;
use crate::access::{AnswerInquiries, Staff};

#[derive(Template)]
#[template(path = "admin/inquiries/canned_edit.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    /// Where the form sends to.
    action: String,
    typed: CannedForm,
    categories: Vec<Choice>,
    max_chars: String,
    /// What a colleague made of it meanwhile.
    now: Option<CannedAnswer>,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CannedForm {
    revision: String,
    category: String,
    title: String,
    body: String,
    link: String,
    position: String,
    retired: String,
}

impl CannedForm {
    fn read(&self) -> Result<CannedInput, FieldErrors> {
        CannedInput::read(&CannedTyped {
            category: self.category.clone(),
            title: self.title.clone(),
            body: self.body.clone(),
            link: self.link.clone(),
            position: self.position.clone(),
            active: self.retired != "yes",
        })
    }
}

impl From<&CannedAnswer> for CannedForm {
    fn from(answer: &CannedAnswer) -> Self {
        Self {
            revision: answer.revision.to_string(),
            category: answer.category.to_string(),
            title: answer.title.clone(),
            body: answer.body.clone(),
            link: answer.link.clone(),
            position: answer.position.to_string(),
            retired: if answer.active { String::new() } else { "yes".to_owned() },
        }
    }
}

const NEW: &str = "/inquiries/canned/new";

/// An empty form.
pub async fn show_new(who: Staff<AnswerInquiries>) -> PageResult {
    html(&page(&who, NEW.to_owned(), CannedForm::default(), FieldErrors::default()))
}

/// Adds it.
pub async fn add(office: Data<Office>, who: Staff<AnswerInquiries>, Form(form): Form<CannedForm>) -> PageResult {
    let input = match form.read() {
        Ok(input) => input,
        Err(errors) => return invalid(&page(&who, NEW.to_owned(), form, errors)),
    };
    let scope = who.scope.clone();
    office.db.write(who.actor(), move |tx| canned::add(tx, &scope, input)).await?;
    Ok(who.done("/inquiries/canned", "回答を追加しました"))
}

/// The form of one there is.
pub async fn show(office: Data<Office>, who: Staff<AnswerInquiries>, path: Path<String>) -> PageResult {
    let answer = read(&office, &who, &path).await?;
    html(&page(&who, address(&answer.id), CannedForm::from(&answer), FieldErrors::default()))
}

/// Changes it. Whoever comes too late sees both texts, and nothing is overwritten.
pub async fn change(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    Form(form): Form<CannedForm>,
) -> PageResult {
    let answer = read(&office, &who, &path).await?;
    let input = match form.read() {
        Ok(input) => input,
        Err(errors) => return invalid(&page(&who, address(&answer.id), form, errors)),
    };
    let (scope, id, at) = (who.scope.clone(), answer.id.clone(), seen(&form.revision));
    match office.db.write(who.actor(), move |tx| canned::change(tx, &scope, (&id, at), input)).await {
        Ok(()) => Ok(who.done("/inquiries/canned", "回答を保存しました")),
        Err(Error::Conflict) => {
            let now = read(&office, &who, &path).await?;
            let typed = CannedForm { revision: now.revision.to_string(), ..form };
            let late = page(&who, address(&now.id), typed, FieldErrors::default());
            html_with(StatusCode::CONFLICT, &Page { now: Some(now), ..late })
        }
        Err(other) => Err(other.into()),
    }
}

fn address(id: &CannedAnswerId) -> String {
    format!("/inquiries/canned/{id}")
}

async fn read(office: &Office, who: &Staff<AnswerInquiries>, id: &str) -> Result<CannedAnswer, Error> {
    let id = CannedAnswerId::parse(id).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    office.db.read(move |c| canned::get(c, &scope, &id)).await
}

fn page(who: &Staff<AnswerInquiries>, action: String, typed: CannedForm, errors: FieldErrors) -> Page {
    let title = if action == NEW { "よく使う回答を追加する" } else { "よく使う回答を変更する" };
    let frame = who.frame(title, "/inquiries").error(!errors.is_empty());
    Page {
        frame,
        errors,
        action,
        typed,
        categories: super::categories(),
        max_chars: ANSWER_MAX_CHARS.to_string(),
        now: None,
    }
}
