//! `GET, POST /reset/{token}`: the mailed link leads to the two boxes; sending
//! them sets the password. Anyone who holds the link. It logs nobody in.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::secret::PlainToken;
use uketsuke_core::staff::{self, NewPasswordForm, StaffMember};
use uketsuke_web::extract::Form;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::request::traced;
use uketsuke_web::{PageError, PageResult, flash, html, invalid, see_other};

use crate::{Office, frame};

#[derive(Template)]
#[template(path = "admin/reset/set.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SetForm {
    password: String,
    password_again: String,
}

/// The two boxes; or why the link no longer works.
pub async fn show(office: Data<Office>, request: HttpRequest, token: Path<String>) -> PageResult {
    owner(&office, &token).await?;
    html(&page(&request, FieldErrors::default()))
}

/// Sets the password; the way leads to the login.
pub async fn set(
    office: Data<Office>,
    request: HttpRequest,
    token: Path<String>,
    Form(form): Form<SetForm>,
) -> PageResult {
    let member = owner(&office, &token).await?;
    let form = NewPasswordForm { password: form.password, password_again: form.password_again };
    let password = match staff::read_new_password(&form, &member) {
        Ok(password) => password,
        Err(errors) => return invalid(&page(&request, errors)),
    };
    let hash = office.hasher.hash(password.reveal()).await.map_err(PageError::from)?;
    let (keyring, link) = (office.keyring.clone(), PlainToken::received(&token).hash());
    let actor = traced(&request, Actor::new(ActorKind::Visitor, ""));
    office.db.write(actor, move |tx| staff::reset_password(tx, &keyring, &link, &hash)).await?;
    let told = "新しいパスワードを登録しました。ログインしてください";
    Ok(flash::carry(&request, see_other("/login"), FlashKind::Success, told))
}

async fn owner(office: &Office, token: &str) -> Result<StaffMember, Error> {
    let (hash, now) = (PlainToken::received(token).hash(), office.db.clock().now().into());
    office.db.read(move |c| staff::look_at_reset(c, &hash, now)).await
}

fn page(request: &HttpRequest, errors: FieldErrors) -> Page {
    // The token stays out of what is printed.
    Page { frame: frame::of(request, "新しいパスワード").address("/reset").error(!errors.is_empty()), errors }
}
