//! `GET`, `POST /reset/{token}`: the mailed link leads to the two boxes; sending
//! them sets the password. Anyone who holds the link. It logs nobody in.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::account::{self, Account, PasswordForm};
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::secret::PlainToken;
use uketsuke_web::extract::Form;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageError, PageResult, flash, html, html_with, invalid, see_other};

use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/reset/set.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "portal/reset/dead.html")]
struct Dead {
    frame: Frame,
    why: &'static str,
}

fn page(who: &Anyone, errors: FieldErrors) -> Page {
    // The token stays out of what is printed.
    Page { frame: who.frame("新しいパスワード").address("/reset").error(!errors.is_empty()), errors }
}

/// A link that no longer works.
fn dead(who: &Anyone, error: Error) -> PageResult {
    let (status, why) = match error {
        Error::NotFound => (StatusCode::NOT_FOUND, "アドレスが途中で切れているか、古いメールのリンクです。"),
        Error::Refused(Refusal::LinkUsed) => {
            (StatusCode::OK, "このリンクは使用済みです。パスワードはすでに変わっています。")
        }
        Error::Refused(Refusal::LinkReplaced) => {
            (StatusCode::OK, "新しいメールが届いています。一番新しいメールのリンクを開いてください。")
        }
        Error::Refused(_) => (StatusCode::OK, "リンクの期限（1時間）が切れています。"),
        other => return Err(other.into()),
    };
    html_with(status, &Dead { frame: who.frame("このリンクは使えません").address("/reset"), why })
}

async fn owner(portal: &Data<Portal>, token: &str) -> Result<Account, Error> {
    let (hash, now) = (PlainToken::received(token).hash(), portal.now());
    portal.db.read(move |c| account::look_at_reset(c, &hash, now)).await
}

/// The two boxes.
pub async fn show(portal: Data<Portal>, who: Anyone, token: Path<String>) -> PageResult {
    match owner(&portal, &token).await {
        Ok(_) => html(&page(&who, FieldErrors::default())),
        Err(error) => dead(&who, error),
    }
}

/// Sets the password.
pub async fn set(
    portal: Data<Portal>,
    who: Anyone,
    token: Path<String>,
    request: HttpRequest,
    form: Form<PasswordForm>,
) -> PageResult {
    let account = match owner(&portal, &token).await {
        Ok(account) => account,
        Err(error) => return dead(&who, error),
    };
    let password = match account::read_new_password(&form.0, &account) {
        Ok(password) => password,
        Err(errors) => return invalid(&page(&who, errors)),
    };
    let hash = portal.hasher.hash(password.reveal()).await.map_err(PageError::from)?;
    let (keyring, link) = (portal.keyring.clone(), PlainToken::received(&token).hash());
    let done = portal.db.write(who.actor(), move |tx| account::reset_password(tx, &keyring, &link, &hash)).await;
    match done {
        Ok(()) => {
            let text = "新しいパスワードを登録しました。ログインしてください。";
            Ok(flash::carry(&request, see_other("/login"), FlashKind::Success, text))
        }
        Err(error) => dead(&who, error),
    }
}
