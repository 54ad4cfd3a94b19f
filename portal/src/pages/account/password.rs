//! `GET`, `POST /account/password`: a new password, with the present one. Signed
//! in. All other sessions end, and the owner is told by mail.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use uketsuke_core::account::{self, PasswordChange, PasswordForm};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::extract::Form;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageResult, flash, html, html_with, invalid, see_other, words};

use crate::pages::login::sign_in;
use crate::{Person, Portal};

#[derive(Template)]
#[template(path = "portal/account/password.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
}

fn page(who: &Person, errors: FieldErrors) -> Page {
    Page { frame: who.frame("パスワードの変更").error(!errors.is_empty()), errors }
}

const CURRENT: (&str, &str) = ("current", "今のパスワード");

fn fault(fault: FieldFault) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add(CURRENT.0, CURRENT.1, fault);
    errors
}

/// The three boxes.
pub async fn show(who: Person) -> PageResult {
    html(&page(&who, FieldErrors::default()))
}

/// Changes the password.
pub async fn change(portal: Data<Portal>, who: Person, request: HttpRequest, form: Form<PasswordForm>) -> PageResult {
    let id = who.scope().account().clone();
    let account = portal.db.read(move |c| account::get_account(c, &id)).await?;
    let mut errors = FieldErrors::default();
    if form.0.current.is_empty() {
        errors = fault(FieldFault::Missing);
    }
    let password = match account::read_new_password(&form.0, &account) {
        Ok(password) if errors.is_empty() => password,
        Ok(_) => return invalid(&page(&who, errors)),
        Err(more) => {
            errors.extend(more);
            return invalid(&page(&who, errors));
        }
    };
    let session = who.session().clone();
    let change = account::change_password(
        &portal.db,
        &portal.hasher,
        &portal.keyring,
        who.actor(),
        session,
        &form.0.current,
        &password,
    );
    match change.await? {
        PasswordChange::Changed(token) => {
            let mut answer = see_other("/account");
            sign_in(&request, &mut answer, token.reveal());
            let text = "パスワードを変更しました。ほかの端末ではログアウトしました。";
            Ok(flash::carry(&request, answer, FlashKind::Success, text))
        }
        PasswordChange::WrongCurrent => invalid(&page(
            &who,
            fault(FieldFault::Sentence("今のパスワードが違います。もう一度入力してください".into())),
        )),
        PasswordChange::Throttled { until } => {
            let until = words::date_time(until.utc());
            let sentence = format!("続けて間違えたため、{until}まで変更できません。時間をおいてお試しください");
            html_with(StatusCode::TOO_MANY_REQUESTS, &page(&who, fault(FieldFault::Sentence(sentence))))
        }
    }
}
