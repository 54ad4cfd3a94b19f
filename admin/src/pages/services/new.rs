//! `GET /services/new`: the form. `POST`: makes a credential and shows it, once.

use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::eligibility;
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::{MENU, MadePage};
use crate::Office;
use crate::access::{ManageStaff, Staff};

#[derive(Template)]
#[template(path = "admin/services/new.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: Typed,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    ranges: String,
}

/// The empty form.
pub async fn show(who: Staff<ManageStaff>) -> PageResult {
    html(&page(&who, Typed::default(), FieldErrors::default()))
}

/// Makes it.
pub async fn make(office: Data<Office>, who: Staff<ManageStaff>, Form(typed): Form<Typed>) -> PageResult {
    let sent = typed.clone();
    let made = office.db.write(who.actor(), move |tx| eligibility::add_with(tx, &sent.name, &sent.ranges)).await;
    match made {
        Ok(made) => html(&MadePage::new(&who, made, String::new())),
        Err(Error::Invalid(errors)) => invalid(&page(&who, typed, errors)),
        Err(other) => Err(other.into()),
    }
}

fn page(who: &Staff<ManageStaff>, typed: Typed, errors: FieldErrors) -> Page {
    Page { frame: who.frame("認証情報を発行する", MENU).error(!errors.is_empty()), errors, typed }
}
