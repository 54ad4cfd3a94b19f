//! `GET`, `POST /register/person`: 登録 3/4, the person and the password. Anyone.
//!
//! The password leaves this handler only as a hash; it is never shown again.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::account::{self, Draft, PersonForm, Step};
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageError, PageResult, html, invalid, see_other};

use super::STEPS;
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/register/person.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    steps: [&'static str; 4],
    person: PersonForm,
    has_password: bool,
}

impl Page {
    fn new(who: &Anyone, errors: FieldErrors, person: PersonForm, draft: &Draft) -> Self {
        let frame = super::frame(who, draft, "登録する方について").step(3, 4).error(!errors.is_empty());
        Self { frame, errors, steps: STEPS, person, has_password: draft.has_password }
    }
}

/// The person as typed before.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    let draft = super::draft(&portal, &who, &visitor).await?;
    if let Some(back) = super::back_to(&draft, Step::Person) {
        return Ok(back);
    }
    let person = draft.person.as_ref().map(PersonForm::from).unwrap_or_default();
    html(&Page::new(&who, FieldErrors::default(), person, &draft))
}

/// Keeps the person; a good password is hashed and kept even when another field is wrong.
pub async fn keep(portal: Data<Portal>, who: Anyone, visitor: Visitor, form: Form<PersonForm>) -> PageResult {
    let draft = super::draft(&portal, &who, &visitor).await?;
    if let Some(back) = super::back_to(&draft, Step::Person) {
        return Ok(back);
    }
    let facility = super::facility_of(&portal, &draft).await?;
    let reading = form.0.read(facility.code.as_str(), draft.has_password, portal.config.email_max_chars);
    let mail_is_good = !reading.errors.has("email");
    if let Some(password) = reading.password.filter(|_| mail_is_good) {
        keep_password(&portal, &who, &visitor, password.reveal()).await?;
    }
    let (Some(person), true) = (reading.person, reading.errors.is_empty()) else {
        let draft = super::draft(&portal, &who, &visitor).await?;
        return invalid(&Page::new(&who, reading.errors, form.0, &draft));
    };
    super::save(&portal, who.actor(), &visitor, Draft { person: Some(person), ..draft }).await?;
    Ok(see_other(super::path(Step::Check)))
}

async fn keep_password(
    portal: &Data<Portal>,
    who: &Anyone,
    visitor: &Visitor,
    password: &str,
) -> Result<(), PageError> {
    let (hash, visitor) = (portal.hasher.hash(password).await?, visitor.hash());
    Ok(portal.db.write(who.actor(), move |tx| account::save_password(tx, &visitor, &hash)).await?)
}
