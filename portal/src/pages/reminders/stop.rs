//! `GET, POST /reminders/stop/{token}`: the link in a reminder that ends them without
//! a login; `POST …/one-click`: the same, sent by a mail program (RFC 8058);
//! `GET /reminders/stopped`: done. Whoever has the link.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::mail::ONE_CLICK;
use uketsuke_core::reminder;
use uketsuke_core::secret::PlainToken;
use uketsuke_web::page::Frame;
use uketsuke_web::request::traced;
use uketsuke_web::{PageError, PageResult, html, see_other, site};

use crate::Portal;

#[derive(Template)]
#[template(path = "portal/reminders/stop.html")]
struct Page {
    frame: Frame,
    email: String,
}

#[derive(Template)]
#[template(path = "portal/reminders/stopped.html")]
struct Stopped {
    frame: Frame,
}

/// Whose reminders, and the button. Looking changes nothing.
pub async fn show(portal: Data<Portal>, request: HttpRequest, token: Path<String>) -> PageResult {
    let (hash, now) = (PlainToken::received(&token).hash(), portal.now());
    let account = portal.db.read(move |c| reminder::look_at_stop_link(c, &hash, now)).await?;
    html(&Page { frame: site::frame(&request, "お知らせメールの停止").address(""), email: account.email })
}

/// Stops them.
pub async fn stop(portal: Data<Portal>, request: HttpRequest, token: Path<String>) -> PageResult {
    stop_by(&portal, &request, &token).await?;
    Ok(see_other("/reminders/stopped"))
}

/// Stops them for a mail program: it asks nothing and reads nothing.
pub async fn one_click(
    portal: Data<Portal>,
    request: HttpRequest,
    token: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, PageError> {
    // As a form or as multipart (RFC 8058 §3.1): the one pair of words is in both.
    let form = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    let said = String::from_utf8_lossy(&body);
    let asks =
        if form { said.contains("List-Unsubscribe") && said.contains("One-Click") } else { said.trim() == ONE_CLICK };
    if !asks {
        return Err(PageError::Unreadable);
    }
    stop_by(&portal, &request, &token).await?;
    Ok(HttpResponse::Ok().finish())
}

async fn stop_by(portal: &Data<Portal>, request: &HttpRequest, token: &str) -> Result<(), PageError> {
    let hash = PlainToken::received(token).hash();
    let actor = traced(request, Actor::new(ActorKind::Visitor, ""));
    Ok(portal.db.write(actor, move |tx| reminder::stop_by_link(tx, &hash)).await?)
}

/// What was done, and how to undo it.
pub async fn done(request: HttpRequest) -> PageResult {
    html(&Stopped { frame: site::frame(&request, "お知らせメールを止めました") })
}
