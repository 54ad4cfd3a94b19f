//! `GET, POST /reset`: asking for the mail. Anyone. The answer is the same for
//! every address.

use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::staff;
use uketsuke_web::extract::Form;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::request::traced;
use uketsuke_web::{PageResult, flash, html, invalid, see_other};

use crate::{Office, frame};

/// The longest address anybody can have.
const EMAIL_MAX: usize = 254;

#[derive(Template)]
#[template(path = "admin/reset/ask.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    email: String,
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AskForm {
    email: String,
}

/// The form.
pub async fn show(request: HttpRequest) -> PageResult {
    html(&page(&request, FieldErrors::default(), String::new()))
}

/// Asks for the mail.
pub async fn ask(office: Data<Office>, request: HttpRequest, Form(form): Form<AskForm>) -> PageResult {
    let mut errors = FieldErrors::default();
    let Some(email) = errors.take("email", "メールアドレス", fold::email(&form.email, EMAIL_MAX)) else {
        return invalid(&page(&request, errors, form.email));
    };
    let (keyring, actor) = (office.keyring.clone(), traced(&request, Actor::new(ActorKind::Visitor, "")));
    office.db.write(actor, move |tx| staff::ask_for_reset(tx, &keyring, &email)).await?;
    let told = "そのメールアドレスが登録されていれば、数分のうちにメールが届きます。リンクは1時間使えます";
    Ok(flash::carry(&request, see_other("/login"), FlashKind::Info, told))
}

fn page(request: &HttpRequest, errors: FieldErrors, email: String) -> Page {
    Page { frame: frame::of(request, "パスワードの再設定").error(!errors.is_empty()), errors, email }
}
