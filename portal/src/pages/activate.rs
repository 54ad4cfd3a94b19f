//! `GET`, `POST /activate/{token}`, `POST /activate/{token}/resend`,
//! `GET /activate/done`: the mailed link of a registration. Anyone.
//!
//! Mail scanners open links: looking changes nothing, the button does.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::account;
use uketsuke_core::error::Error;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::secret::PlainToken;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, html_with, see_other};

use super::register::sent::told;
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/activate/show.html")]
struct Page {
    frame: Frame,
    link: LinkState,
    token: String,
}

#[derive(Template)]
#[template(path = "portal/activate/done.html")]
struct Done {
    frame: Frame,
}

/// How the link stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LinkState {
    Open,
    Expired,
    Used,
    Replaced,
    Unknown,
}

impl LinkState {
    fn title(self) -> &'static str {
        match self {
            Self::Open => "登録を完了してください",
            Self::Expired => "リンクの期限が切れています",
            Self::Used => "登録はすでに完了しています",
            Self::Replaced => "新しいメールが届いています",
            Self::Unknown => "このリンクは使えません",
        }
    }

    fn status(self) -> StatusCode {
        if self == Self::Unknown { StatusCode::NOT_FOUND } else { StatusCode::OK }
    }
}

impl From<Refusal> for LinkState {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::LinkUsed => Self::Used,
            Refusal::LinkReplaced => Self::Replaced,
            _ => Self::Expired,
        }
    }
}

fn page(who: &Anyone, link: LinkState, token: String) -> PageResult {
    // The token stays out of what is printed.
    let frame = who.frame(link.title()).address("/activate");
    html_with(link.status(), &Page { frame, link, token })
}

/// The button, or why there is none.
pub async fn show(portal: Data<Portal>, who: Anyone, token: Path<String>) -> PageResult {
    let (hash, now) = (PlainToken::received(&token).hash(), portal.now());
    let looked = portal.db.read(move |c| account::look_at_activation(c, &hash, now)).await;
    let link = match looked {
        Ok(None) => LinkState::Open,
        Ok(Some(refusal)) => refusal.into(),
        Err(Error::NotFound) => LinkState::Unknown,
        Err(other) => return Err(other.into()),
    };
    page(&who, link, token.into_inner())
}

/// The button was pressed.
pub async fn activate(portal: Data<Portal>, who: Anyone, token: Path<String>, _form: AllFields) -> PageResult {
    let hash = PlainToken::received(&token).hash();
    let done = portal.db.write(who.actor(), move |tx| account::activate(tx, &hash)).await;
    match done {
        Ok(account::Activated::Now) => Ok(see_other("/activate/done")),
        Ok(account::Activated::Before) => page(&who, LinkState::Used, token.into_inner()),
        Err(Error::Refused(refusal)) => page(&who, refusal.into(), token.into_inner()),
        Err(Error::NotFound) => page(&who, LinkState::Unknown, token.into_inner()),
        Err(other) => Err(other.into()),
    }
}

/// 「新しいメールを送る」 on the page of a dead link.
pub async fn resend(
    portal: Data<Portal>,
    who: Anyone,
    token: Path<String>,
    request: HttpRequest,
    _form: AllFields,
) -> PageResult {
    let (keyring, rules) = (portal.keyring.clone(), portal.account_rules());
    let hash = PlainToken::received(&token).hash();
    let again = portal.db.write(who.actor(), move |tx| account::resend_by_link(tx, &keyring, rules, &hash)).await;
    match again {
        Ok(outcome) => Ok(told(&request, see_other(format!("/activate/{token}")), outcome)),
        Err(Error::Refused(refusal)) => page(&who, refusal.into(), token.into_inner()),
        Err(Error::NotFound) => page(&who, LinkState::Unknown, token.into_inner()),
        Err(other) => Err(other.into()),
    }
}

/// The account is open.
pub async fn done(who: Anyone) -> PageResult {
    html(&Done { frame: who.frame("登録が完了しました") })
}
