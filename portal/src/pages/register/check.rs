//! `GET`, `POST /register/check`: 登録 4/4, all answers once more, consent, and
//! 「この内容で登録する」. Anyone.

use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account::{self, Person, Registered, Step};
use uketsuke_core::error::Error;
use uketsuke_core::facility::Facility;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageError, PageResult, html, invalid, see_other};

use super::STEPS;
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/register/check.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    steps: [&'static str; 4],
    facility: Facility,
    person: Person,
}

/// What was sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ConsentForm {
    consent: String,
}

/// All answers.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    match page(&portal, &who, &visitor, FieldErrors::default()).await? {
        Ok(page) => html(&page),
        Err(step) => Ok(see_other(super::path(step))),
    }
}

/// Registers. Sent twice, it leads to the same page.
pub async fn send(portal: Data<Portal>, who: Anyone, visitor: Visitor, form: Form<ConsentForm>) -> PageResult {
    let (keyring, rules, name) = (portal.keyring.clone(), portal.account_rules(), visitor.hash());
    let consented = form.0.consent == "yes";
    let registered =
        portal.db.write(who.actor(), move |tx| account::register(tx, &keyring, rules, &name, consented)).await;
    match registered {
        Ok(Registered::Sent) => Ok(see_other("/register/sent")),
        Ok(Registered::Incomplete(step)) => incomplete(&portal, &visitor, step).await,
        Err(Error::Invalid(errors)) => match page(&portal, &who, &visitor, errors).await? {
            Ok(page) => invalid(&page),
            Err(step) => Ok(see_other(super::path(step))),
        },
        Err(other) => Err(other.into()),
    }
}

/// An empty draft may be one that was sent a moment ago.
async fn incomplete(portal: &Data<Portal>, visitor: &Visitor, step: Step) -> PageResult {
    let name = visitor.hash();
    let sent = portal.db.read(move |c| account::find_sent(c, &name)).await?;
    let just_sent = step == Step::Kind && sent.is_some();
    Ok(see_other(if just_sent { "/register/sent" } else { super::path(step) }))
}

async fn page(
    portal: &Data<Portal>,
    who: &Anyone,
    visitor: &Visitor,
    errors: FieldErrors,
) -> Result<Result<Page, Step>, PageError> {
    let draft = super::draft(portal, who, visitor).await?;
    let step = draft.next_step();
    let (Step::Check, Some(person)) = (step, draft.person.clone()) else { return Ok(Err(step)) };
    let facility = super::facility_of(portal, &draft).await?;
    let frame = super::frame(who, &draft, "入力した内容を確かめてください").step(4, 4).error(!errors.is_empty());
    Ok(Ok(Page { frame, errors, steps: STEPS, facility, person }))
}
