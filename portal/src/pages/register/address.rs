//! `GET`, `POST /register/address`: the mail went to a mistyped address. Anyone.

use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, html, invalid, see_other};

use super::sent::told;
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/register/address.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    email: String,
}

impl Page {
    fn new(who: &Anyone, errors: FieldErrors, email: String) -> Self {
        Self { frame: who.frame("メールアドレスを変える").error(!errors.is_empty()), errors, email }
    }
}

/// What was sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    email: String,
}

/// The address as it stands.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    let name = visitor.hash();
    match portal.db.read(move |c| account::find_sent(c, &name)).await? {
        Some(sent) if sent.activated_at.is_none() => html(&Page::new(&who, FieldErrors::default(), sent.email)),
        _ => Ok(see_other("/register")),
    }
}

/// Changes the address and sends the mail there.
pub async fn change(
    portal: Data<Portal>,
    who: Anyone,
    visitor: Visitor,
    request: HttpRequest,
    form: Form<AddressForm>,
) -> PageResult {
    let mut errors = FieldErrors::default();
    let read = fold::email(&form.0.email, portal.config.email_max_chars);
    let Some(email) = errors.take("email", "メールアドレス", read) else {
        return invalid(&Page::new(&who, errors, form.0.email));
    };
    let (keyring, rules, name) = (portal.keyring.clone(), portal.account_rules(), visitor.hash());
    let changed =
        portal.db.write(who.actor(), move |tx| account::change_signup_email(tx, &keyring, rules, &name, &email)).await;
    match changed {
        Err(Error::NotFound) => Ok(see_other("/register")),
        outcome => Ok(told(&request, see_other("/register/sent"), outcome?)),
    }
}
