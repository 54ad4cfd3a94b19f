//! `GET`, `POST /reset`, `GET /reset/sent`: asking for the mail. Anyone. The
//! answer is the same for every address.

use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid, see_other, site};

use crate::{Anyone, Portal};

/// The longest address anybody can have; shorter limits are for new accounts.
const EMAIL_MAX: usize = 254;

#[derive(Template)]
#[template(path = "portal/reset/ask.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    email: String,
}

#[derive(Template)]
#[template(path = "portal/reset/sent.html")]
struct Sent {
    frame: Frame,
}

/// What was sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AskForm {
    email: String,
}

fn page(who: &Anyone, errors: FieldErrors, email: String) -> Page {
    Page { frame: who.frame("パスワードの再設定").error(!errors.is_empty()), errors, email }
}

/// The form.
pub async fn show(who: Anyone) -> PageResult {
    html(&page(&who, FieldErrors::default(), String::new()))
}

/// Asks for the mail.
pub async fn ask(portal: Data<Portal>, who: Anyone, form: Form<AskForm>) -> PageResult {
    let mut errors = FieldErrors::default();
    let Some(email) = errors.take("email", "メールアドレス", fold::email(&form.0.email, EMAIL_MAX)) else {
        return invalid(&page(&who, errors, form.0.email));
    };
    let (keyring, rules) = (portal.keyring.clone(), portal.account_rules());
    let site = site::came_to(who.request());
    portal.db.write(who.actor(), move |tx| account::ask_for_reset(tx, &keyring, rules, &email, site)).await?;
    Ok(see_other("/reset/sent"))
}

/// What to do next, without naming the address.
pub async fn sent(who: Anyone) -> PageResult {
    html(&Sent { frame: who.frame("メールをご確認ください") })
}
