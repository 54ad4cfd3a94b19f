//! `GET, POST /invite/{token}`: taking up an invitation. Anyone with the link.
//!
//! Looking changes nothing; the button sets the password and uses the link up.
//! It logs nobody in.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::secret::PlainToken;
use uketsuke_core::staff::{NewPasswordForm, StaffMember, accept, look_at_invite};
use uketsuke_web::extract::Form;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageError, PageResult, flash, html, invalid, see_other};

use crate::{Office, frame};

#[derive(Template)]
#[template(path = "admin/invite.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    person: StaffMember,
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AcceptForm {
    password: String,
    password_again: String,
}

/// Whom the link invites; or why it no longer works.
pub async fn show(office: Data<Office>, request: HttpRequest, path: Path<String>) -> PageResult {
    html(&page(&office, &request, &path).await?)
}

/// Sets the password; the way leads to the login.
pub async fn take_up(
    office: Data<Office>,
    request: HttpRequest,
    path: Path<String>,
    Form(form): Form<AcceptForm>,
) -> PageResult {
    let form = NewPasswordForm { password: form.password, password_again: form.password_again };
    match accept(&office.db, &office.hasher, &PlainToken::received(&path), &form).await {
        Ok(()) => {
            let told = "パスワードを登録しました。ログインして、続けて二段階認証を登録してください";
            Ok(flash::carry(&request, see_other("/login"), FlashKind::Success, told))
        }
        Err(Error::Invalid(errors)) => {
            let page = page(&office, &request, &path).await?;
            invalid(&Page { errors, frame: page.frame.error(true), ..page })
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(office: &Office, request: &HttpRequest, token: &str) -> Result<Page, PageError> {
    let (hash, now) = (PlainToken::received(token).hash(), office.db.clock().now().into());
    let (link, person) = office.db.read(move |c| look_at_invite(c, &hash, now)).await?;
    match link.dead {
        Some(refusal) => Err(refusal.into()),
        None => {
            Ok(Page { frame: frame::of(request, "パスワードの登録"), errors: FieldErrors::default(), person })
        }
    }
}
