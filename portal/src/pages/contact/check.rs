//! `GET`, `POST /contact/check`: お問い合わせ 2/3, all of it once more and
//! 「この内容で送る」. Anyone. Sent twice, it is asked once.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::attachment::Attachment;
use uketsuke_core::db::At;
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::inquiry::{self, FILE_MAX_BYTES, Input, MOST_FILES, Sent};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageError, PageResult, html, html_with, see_other, words};

use super::{Numbers, STEPS};
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/contact/check.html")]
pub(super) struct Page {
    frame: Frame,
    errors: FieldErrors,
    steps: [&'static str; 3],
    input: Input,
    facility: Option<String>,
    files: Vec<Attachment>,
    accept: &'static str,
    /// From when on more are taken; empty when they are now.
    until: String,
}

impl Page {
    fn has_room(&self) -> bool {
        self.files.len() < MOST_FILES
    }
}

/// What was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SendForm {
    as_person: String,
}

/// All that was typed.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    match page(&portal, &who, &visitor, FieldErrors::default()).await? {
        Some(page) => html(&page),
        None => Ok(see_other("/contact")),
    }
}

/// Sends it.
pub async fn send(portal: Data<Portal>, who: Anyone, visitor: Visitor, Form(form): Form<SendForm>) -> PageResult {
    super::still_signed_in(&who, &form.as_person).await?;
    let (sender, keyring, max_chars) =
        (super::sender(&who, &visitor), portal.keyring.clone(), portal.config.email_max_chars);
    let known = Numbers::of(&portal, &who).await?.known();
    let sent = portal
        .db
        .write(who.actor(), move |tx| inquiry::send(tx, &keyring, &sender, (super::offered(&known), max_chars)))
        .await;
    match sent {
        Ok(Sent::Done) => Ok(see_other("/contact/done")),
        Ok(Sent::Nothing) | Err(Error::Invalid(_)) => Ok(see_other("/contact")),
        Ok(Sent::Throttled { until }) => throttled(&portal, &who, &visitor, until).await,
        Err(other) => Err(other.into()),
    }
}

/// The page again; the draft stays, so nothing has to be typed again.
async fn throttled(portal: &Data<Portal>, who: &Anyone, visitor: &Visitor, until: At) -> PageResult {
    let Some(page) = page(portal, who, visitor, FieldErrors::default()).await? else {
        return Ok(see_other("/contact"));
    };
    let page = Page { frame: page.frame.error(true), until: words::date_time(until.utc()), ..page };
    let mut answer = html_with(StatusCode::TOO_MANY_REQUESTS, &page)?;
    let seconds = (until - portal.now()).num_seconds().max(1);
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    Ok(answer)
}

/// The page, if there is something to check.
pub(super) async fn page(
    portal: &Data<Portal>,
    who: &Anyone,
    visitor: &Visitor,
    errors: FieldErrors,
) -> Result<Option<Page>, PageError> {
    let Some(draft) = super::draft(portal, who, visitor).await? else { return Ok(None) };
    let known = Numbers::of(portal, who).await?.known();
    let Ok(input) = draft.typed.read(super::offered(&known), portal.config.email_max_chars) else { return Ok(None) };
    let (owner, now) = (super::owner(who, visitor), portal.now());
    let files = portal.db.read(move |c| inquiry::draft_files(c, &owner, now)).await?;
    Ok(Some(Page {
        frame: who.frame("お問い合わせの内容を確かめてください").step(2, 3).error(!errors.is_empty()),
        errors,
        files,
        accept: uketsuke_web::upload::ACCEPT,
        steps: STEPS,
        input,
        facility: super::asker(who).map(|person| person.session().facility_name.clone()),
        until: String::new(),
    }))
}
