//! `GET, POST /inquiries/{id}/answer`: the answer, begun from one kept ready if
//! wished (`?canned=`), then the exact letter, then it goes out. Whoever answers
//! inquiries.

use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::{CannedAnswerId, InquiryId, InquiryMessageId};
use uketsuke_core::inquiry::canned::{self, CannedAnswer};
use uketsuke_core::inquiry::mail::InquiryAnswered;
use uketsuke_core::inquiry::{self, ANSWER_MAX_CHARS, Answer, Author, Inquiry, Message, Thread};
use uketsuke_core::mail;
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::{seen, stale};
use crate::Office;
use crate::access::{AnswerInquiries, Staff};
use crate::pages::cases::letter::rehearse;

#[derive(Template)]
#[template(path = "admin/inquiries/answer.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    thread: Thread,
    offered: Vec<Choice>,
    typed: AnswerForm,
    max_chars: String,
}

impl Page {
    fn inquiry(&self) -> &Inquiry {
        &self.thread.inquiry
    }

    /// What is being answered: the newest words of the asker.
    fn question(&self) -> Option<&Message> {
        self.thread.messages.iter().rev().find(|message| message.author == Author::Asker)
    }
}

#[derive(Template)]
#[template(path = "admin/inquiries/letter.html")]
struct LetterPage {
    frame: Frame,
    inquiry: Inquiry,
    /// `None` for who has no mail address.
    letter: Option<mail::Message>,
    typed: AnswerForm,
}

/// The query string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    canned: String,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    revision: String,
    canned: String,
    text: String,
    step: String,
}

/// All that the page is made of.
struct Opened {
    thread: Thread,
    offered: Vec<CannedAnswer>,
}

impl Opened {
    async fn read(office: &Office, who: &Staff<AnswerInquiries>, id: &str) -> Result<Self, Error> {
        let id = InquiryId::parse(id).ok_or(Error::NotFound)?;
        let scope = who.scope.clone();
        office
            .db
            .read(move |c| {
                let thread = inquiry::thread_for_staff(c, &scope, &id)?;
                let offered = canned::list_offered(c, &scope, thread.inquiry.category)?;
                Ok(Self { thread, offered })
            })
            .await
    }

    /// The text of an answer kept ready; nothing for none of those offered.
    fn text_of(&self, office: &Office, canned: &str) -> Option<String> {
        let id = CannedAnswerId::parse(canned)?;
        let found = self.offered.iter().find(|answer| answer.id == id)?;
        Some(found.text(office.config.portals().of(self.thread.inquiry.site)))
    }

    fn page(self, who: &Staff<AnswerInquiries>, typed: AnswerForm, errors: FieldErrors) -> Page {
        let number = self.thread.inquiry.number.to_string();
        let choice = |answer: &CannedAnswer| {
            Choice::new(answer.id.to_string(), format!("{}：{}", answer.category.label(), answer.title))
        };
        Page {
            frame: who.frame("回答する", "/inquiries").receipt(number).error(!errors.is_empty()),
            errors,
            offered: self.offered.iter().map(choice).collect(),
            thread: self.thread,
            typed,
            max_chars: ANSWER_MAX_CHARS.to_string(),
        }
    }
}

/// The form; with one kept ready in it, if one is named.
pub async fn show(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    Query(asked): Query<Asked>,
) -> PageResult {
    let opened = Opened::read(&office, &who, &path).await?;
    let typed = AnswerForm {
        revision: opened.thread.inquiry.revision.to_string(),
        text: opened.text_of(&office, &asked.canned).unwrap_or_default(),
        canned: asked.canned,
        ..AnswerForm::default()
    };
    html(&opened.page(&who, typed, FieldErrors::default()))
}

/// Adds a text kept ready, shows the letter, or sends it.
pub async fn send(
    office: Data<Office>,
    who: Staff<AnswerInquiries>,
    path: Path<String>,
    Form(mut form): Form<AnswerForm>,
) -> PageResult {
    let opened = Opened::read(&office, &who, &path).await?;
    match form.step.as_str() {
        "canned" => {
            if let Some(text) = opened.text_of(&office, &form.canned) {
                form.text = [form.text.trim_end(), &text]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .collect::<Vec<_>>()
                    .join("\n\n");
            }
            return html(&opened.page(&who, form, FieldErrors::default()));
        }
        "edit" => return html(&opened.page(&who, form, FieldErrors::default())),
        _ => {}
    }
    let mut errors = FieldErrors::default();
    let Some(text) = errors.take("text", "回答", fold::lines(&form.text, ANSWER_MAX_CHARS)) else {
        return invalid(&opened.page(&who, form, errors));
    };
    let sends = form.step == "send";
    match answer(&office, &who, &opened.thread.inquiry, (seen(&form.revision), text, sends)).await {
        Ok(_) if sends => Ok(who.done(format!("/inquiries/{path}"), "回答しました")),
        Ok(letter) => {
            let inquiry = opened.thread.inquiry;
            let frame = who.frame("送る回答の確認", "/inquiries").receipt(inquiry.number.as_str());
            html(&LetterPage { frame, inquiry, letter, typed: form })
        }
        Err(error) => stale::or_else(&office, &who, &path, error, &form.text).await,
    }
}

/// Answers, or only tries to and tells which letter would go.
async fn answer(
    office: &Office,
    who: &Staff<AnswerInquiries>,
    inquiry: &Inquiry,
    (at, text, sends): (i64, String, bool),
) -> Result<Option<mail::Message>, Error> {
    let (scope, id) = (who.scope.clone(), inquiry.id.clone());
    let given = Answer { message: InquiryMessageId::mint(), text };
    let letter = InquiryAnswered { inquiry: id.clone(), message: given.message.clone() };
    let deed = move |tx: &mut uketsuke_core::db::Tx<'_>| inquiry::answer(tx, &scope, (&id, at), &given);
    match (sends, &inquiry.email) {
        (true, _) => office.db.write(who.actor(), deed).await.map(|()| None),
        (false, Some(_)) => rehearse(office, who.actor(), letter, deed).await.map(Some),
        (false, None) => office.db.rehearse(who.actor(), deed).await.map(|()| None),
    }
}
