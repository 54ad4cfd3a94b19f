//! `GET` and `POST /watch/{token}`: the link by which staff come to look at what
//! a facility sees. Whoever has it, once, within minutes.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::account::watch::{self, Prepared};
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::secret::PlainToken;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::Frame;
use uketsuke_web::request::traced;
use uketsuke_web::{PageResult, html, see_other, site};

use super::login::sign_in;
use crate::Portal;

#[derive(Template)]
#[template(path = "portal/watch.html")]
struct Page {
    frame: Frame,
    prepared: Prepared,
}

/// Whose pages, and the button. Looking at it changes nothing.
pub async fn show(portal: Data<Portal>, request: HttpRequest, token: Path<String>) -> PageResult {
    let (hash, now) = (PlainToken::received(&token).hash(), portal.now());
    let prepared = portal.db.read(move |c| watch::peek(c, &hash, now)).await?;
    html(&Page { frame: site::frame(&request, "施設に見える画面").address(""), prepared })
}

/// Opens it.
pub async fn open(portal: Data<Portal>, request: HttpRequest, token: Path<String>, _form: AllFields) -> PageResult {
    let (hash, now) = (PlainToken::received(&token).hash(), portal.now());
    let asked = hash.clone();
    let prepared = portal.db.read(move |c| watch::peek(c, &asked, now)).await?;
    let actor = traced(&request, Actor::new(ActorKind::Staff, prepared.staff.as_str()));
    let cookie = portal.db.write(actor, move |tx| watch::open(tx, &hash)).await?;
    let mut answer = see_other("/home");
    sign_in(&request, &mut answer, cookie.reveal());
    Ok(answer)
}
