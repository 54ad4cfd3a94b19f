//! `GET`, `POST /inquiries/{id}`: one inquiry's thread, and writing again.
//! `POST /inquiries/{id}/resolve`: 「解決しました」. `GET …/files/{file}`: a file. Signed in; whoever asked, and
//! the verified people of the facility it was asked for.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::{AttachmentId, InquiryId};
use uketsuke_core::inquiry::{self, Author, Message, Party, State, TEXT_MAX_CHARS, Thread, Verb, transition};
use uketsuke_web::extract::{AllFields, Form};
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageResult, download, flash, html, invalid, see_other};

use crate::Portal;
use crate::session::SignedIn;

#[derive(Template)]
#[template(path = "portal/inquiries/show.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    thread: Thread,
    text: String,
    max_chars: String,
}

impl Page {
    fn new(who: &SignedIn, thread: Thread, text: String, errors: FieldErrors) -> Self {
        let title = format!("お問い合わせ {}", thread.inquiry.number);
        let frame = who.frame(title).receipt(thread.inquiry.number.as_str()).error(!errors.is_empty());
        Self { frame, errors, thread, text, max_chars: TEXT_MAX_CHARS.to_string() }
    }

    fn may(&self, verb: Verb) -> bool {
        self.thread.inquiry.erased_at.is_none()
            && transition(self.thread.inquiry.state, verb).is_some_and(|arrow| arrow.by == Party::Asker)
    }

    /// Whose words: staff have no name here.
    fn author(&self, message: &Message) -> String {
        match message.author {
            Author::Asker => format!("{} 様", message.person().unwrap_or_else(|| self.thread.inquiry.name.clone())),
            Author::Staff | Author::Note => "窓口からの回答".to_owned(),
        }
    }

    fn waits(&self) -> bool {
        self.thread.inquiry.state == State::Waiting
    }
}

/// What was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WriteForm {
    text: String,
}

/// The thread.
pub async fn show(portal: Data<Portal>, who: SignedIn, path: Path<String>) -> PageResult {
    let thread = read(&portal, &who, &path).await?;
    let text = if who.scope().watching() { String::new() } else { who.kept_fields().await?.get("text").to_owned() };
    html(&Page::new(&who, thread, text, FieldErrors::default()))
}

/// Adds to it.
pub async fn write(portal: Data<Portal>, who: SignedIn, path: Path<String>, Form(form): Form<WriteForm>) -> PageResult {
    let thread = read(&portal, &who, &path).await?;
    let mut errors = FieldErrors::default();
    let Some(text) = errors.take("text", "続きの内容", fold::lines(&form.text, TEXT_MAX_CHARS)) else {
        return invalid(&Page::new(&who, thread, form.text, errors));
    };
    let (scope, id) = (who.scope().clone(), thread.inquiry.id.clone());
    portal.db.write(who.actor(), move |tx| inquiry::write_again(tx, &scope, &id, &text)).await?;
    let told = "お送りしました。回答はメールとこの画面でお知らせします。";
    Ok(flash::carry(who.request(), see_other(address(&thread)), FlashKind::Success, told))
}

/// A file that came with it.
pub async fn file(portal: Data<Portal>, who: SignedIn, path: Path<(String, String)>) -> PageResult {
    let id = InquiryId::parse(&path.0).ok_or(Error::NotFound)?;
    let file = AttachmentId::parse(&path.1).ok_or(Error::NotFound)?;
    let scope = who.scope().clone();
    let file = portal.db.read(move |c| inquiry::file_in_scope(c, &scope, &id, &file)).await?;
    download::attachment(&portal.storage, &file, false).await
}

/// Closes it.
pub async fn resolve(portal: Data<Portal>, who: SignedIn, path: Path<String>, _form: AllFields) -> PageResult {
    let thread = read(&portal, &who, &path).await?;
    let (scope, id) = (who.scope().clone(), thread.inquiry.id.clone());
    portal.db.write(who.actor(), move |tx| inquiry::resolve(tx, &scope, &id)).await?;
    let told = "このお問い合わせを終了しました。続きがあるときは、いつでも書けます。";
    Ok(flash::carry(who.request(), see_other(address(&thread)), FlashKind::Success, told))
}

fn address(thread: &Thread) -> String {
    format!("/inquiries/{}", thread.inquiry.id)
}

async fn read(portal: &Data<Portal>, who: &SignedIn, id: &str) -> Result<Thread, Error> {
    let id = InquiryId::parse(id).ok_or(Error::NotFound)?;
    let scope = who.scope().clone();
    portal.db.read(move |c| inquiry::get_thread(c, &scope, &id)).await
}
