//! `GET, POST /me/password`: a new password, with the present one. Any of the
//! staff. All other sessions end, and the owner is told by mail.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::staff::{self, NewPasswordForm, PasswordChange};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, html_with, invalid};

use crate::Office;
use crate::access::{Anybody, Staff};
use crate::pages::words::until;

#[derive(Template)]
#[template(path = "admin/me/password.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ChangeForm {
    current: String,
    password: String,
    password_again: String,
}

/// The three boxes.
pub async fn show(who: Staff<Anybody>) -> PageResult {
    html(&page(&who, FieldErrors::default()))
}

/// Changes it.
pub async fn change(office: Data<Office>, who: Staff<Anybody>, Form(form): Form<ChangeForm>) -> PageResult {
    let id = who.scope.staff().clone();
    let member = office.db.read(move |c| staff::get_staff(c, &id)).await?;
    let mut errors = if form.current.is_empty() { wrong(FieldFault::Missing) } else { FieldErrors::default() };
    let new = NewPasswordForm { password: form.password, password_again: form.password_again };
    let password = match staff::read_new_password(&new, &member) {
        Ok(password) if errors.is_empty() => password,
        Ok(_) => return invalid(&page(&who, errors)),
        Err(more) => {
            errors.extend(more);
            return invalid(&page(&who, errors));
        }
    };
    let by = (who.actor(), who.seat().clone());
    match staff::change_password(&office.db, &office.hasher, &office.keyring, by, &form.current, &password).await? {
        PasswordChange::Changed(token) => {
            Ok(who.goes_on(token, "/me", "パスワードを変更しました。ほかの端末ではログアウトしました"))
        }
        PasswordChange::WrongCurrent { left } => {
            let sentence = format!("今のパスワードが違います。もう一度入力してください（あと{left}回）");
            invalid(&page(&who, wrong(FieldFault::Sentence(sentence))))
        }
        PasswordChange::Throttled { until: at } => {
            let sentence = format!("続けて間違えたため、{}まで変更できません", until(at));
            html_with(StatusCode::TOO_MANY_REQUESTS, &page(&who, wrong(FieldFault::Sentence(sentence))))
        }
    }
}

fn wrong(fault: FieldFault) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("current", "今のパスワード", fault);
    errors
}

fn page(who: &Staff<Anybody>, errors: FieldErrors) -> Page {
    Page { frame: who.frame("パスワードの変更", "").error(!errors.is_empty()), errors }
}
