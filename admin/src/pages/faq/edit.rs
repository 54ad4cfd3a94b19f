//! `GET`, `POST /faq/new`: begins an entry, `?words=` with a search that found nothing,
//! `?inquiry=` with what was asked and answered there.
//! `GET`, `POST /faq/{id}/edit`: changes one. Editors.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::faq::{self, Entry, Input, Typed};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::InquiryId;
use uketsuke_core::inquiry;
use uketsuke_web::answer::html_with;
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::list::categories;
use super::{PATH, parse};
use crate::Office;
use crate::access::{EditContent, Staff};
use crate::pages::content::{MENU, sites};

/// The longest reason for a change, characters.
const COMMENT_MAX_CHARS: usize = 100;

#[derive(Template)]
#[template(path = "admin/faq/form.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: Typed,
    comment: String,
    back: String,
    categories: Vec<Choice>,
    sites: Vec<Choice>,
    /// The revision that is changed; empty for a new one.
    seen: String,
    overtaken: bool,
    /// The inquiry that is answered for all.
    inquiry: String,
    /// What was asked there, whole.
    asked: String,
}

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    words: String,
    inquiry: String,
}

fn of_fields(fields: &Fields) -> Typed {
    let get = |name: &str| fields.get(name).to_owned();
    Typed {
        category: get("category"),
        position: get("position"),
        site: get("site"),
        question: get("question"),
        answer: get("answer"),
        keywords: get("keywords"),
    }
}

fn of_entry(entry: &Entry) -> Typed {
    Typed {
        category: entry.category.as_str().to_owned(),
        position: entry.position.to_string(),
        site: entry.site.as_str().to_owned(),
        question: entry.question.clone(),
        answer: entry.answer.clone(),
        keywords: entry.keywords.clone(),
    }
}

fn page(who: &Staff<EditContent>, entry: Option<&Entry>, typed: Typed, errors: FieldErrors) -> Page {
    let title = if entry.is_some() { "質問を書き直す" } else { "質問を書く" };
    Page {
        frame: who.frame(title, MENU).error(!errors.is_empty()),
        errors,
        typed,
        comment: String::new(),
        back: entry.map_or(PATH.to_owned(), |entry| format!("{PATH}/{}", entry.id)),
        categories: categories(),
        sites: sites(),
        seen: entry.map_or(String::new(), |entry| entry.revision.to_string()),
        overtaken: false,
        inquiry: String::new(),
        asked: String::new(),
    }
}

/// The form for a new one.
pub async fn show_new(office: Data<Office>, who: Staff<EditContent>, asked: Query<Asked>) -> PageResult {
    let fresh = Typed { site: "both".to_owned(), keywords: asked.words.clone(), ..Typed::default() };
    if asked.inquiry.is_empty() {
        return html(&page(&who, None, fresh, FieldErrors::default()));
    }
    let id = InquiryId::parse(&asked.inquiry).ok_or(Error::NotFound)?;
    let (scope, asked_id) = (who.scope.clone(), id.clone());
    let answered = office.db.read(move |c| inquiry::for_faq(c, &scope, &asked_id)).await?;
    let typed = Typed {
        category: answered.category.as_str().to_owned(),
        question: first_sentence(&answered.question),
        answer: answered.answer,
        ..fresh
    };
    let page = page(&who, None, typed, FieldErrors::default());
    html(&Page { inquiry: id.to_string(), asked: answered.question, ..page })
}

/// The first sentence, as far as a question may be long.
fn first_sentence(text: &str) -> String {
    let sentence = text.split(['。', '\n', '？', '?']).map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
    sentence.chars().take(faq::QUESTION_MAX_CHARS).collect()
}

/// Keeps a new one as a draft.
pub async fn begin(office: Data<Office>, who: Staff<EditContent>, AllFields(fields): AllFields) -> PageResult {
    let typed = of_fields(&fields);
    let inquiry = fields.get("inquiry").to_owned();
    let input = match Input::read(&typed) {
        Ok(input) => input,
        Err(Error::Invalid(errors)) => {
            return invalid(&Page { inquiry, ..page(&who, None, typed, errors) });
        }
        Err(other) => return Err(other.into()),
    };
    let scope = who.scope.clone();
    let written = office.db.write(who.actor(), move |tx| {
        let from = Some(inquiry.as_str()).filter(|id| !id.is_empty());
        faq::add(tx, &scope, &input, from)
    });
    let id = written.await?;
    Ok(who.done(format!("{PATH}/{id}"), "下書きを保存しました。見え方を確かめてから公開してください。"))
}

/// The form with what it says now.
pub async fn show(office: Data<Office>, who: Staff<EditContent>, path: Path<String>) -> PageResult {
    let (scope, id) = (who.scope.clone(), parse(&path)?);
    let entry = office.db.read(move |c| faq::get(c, &scope, &id)).await?;
    html(&page(&who, Some(&entry), of_entry(&entry), FieldErrors::default()))
}

/// Keeps the change as the next version.
pub async fn save(
    office: Data<Office>,
    who: Staff<EditContent>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let (scope, id) = (who.scope.clone(), parse(&path)?);
    let entry = office.db.read(move |c| faq::get(c, &scope, &id)).await?;
    let typed = of_fields(&fields);
    let kept =
        |page: Page| Page { comment: fields.get("comment").to_owned(), seen: fields.get("seen").to_owned(), ..page };
    let mut errors = FieldErrors::default();
    let comment = fold::one_line_label(fields.get("comment"), COMMENT_MAX_CHARS);
    let comment = errors.take("comment", "変更の理由", comment);
    let (input, comment) = match (Input::read(&typed), comment) {
        (Ok(input), Some(comment)) => (input, comment),
        (Err(Error::Invalid(errors)), _) => return invalid(&kept(page(&who, Some(&entry), typed, errors))),
        (Err(other), _) => return Err(other.into()),
        (_, None) => return invalid(&kept(page(&who, Some(&entry), typed, errors))),
    };
    let (scope, id) = (who.scope.clone(), entry.id.clone());
    let seen: i32 = fields.get("seen").parse().unwrap_or(0);
    let saved = office.db.write(who.actor(), move |tx| faq::amend(tx, &scope, (&id, seen), &input, &comment)).await;
    match saved {
        Ok(()) => Ok(who.done(format!("{PATH}/{path}"), "書き直した質問を保存しました")),
        Err(Error::Conflict) => {
            let (scope, id) = (who.scope.clone(), entry.id.clone());
            let now = office.db.read(move |c| faq::get(c, &scope, &id)).await?;
            let again = page(&who, Some(&now), typed, FieldErrors::default());
            let again = Page { overtaken: true, comment: fields.get("comment").to_owned(), ..again };
            html_with(StatusCode::CONFLICT, &again)
        }
        Err(other) => Err(other.into()),
    }
}
