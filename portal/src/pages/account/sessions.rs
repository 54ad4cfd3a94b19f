//! `GET /account/sessions`, `POST /account/sessions/{id}/end`,
//! `POST /account/sessions/end-others`: where one is signed in. Signed in.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::account::{self, SessionRow};
use uketsuke_core::ids::SessionId;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageError, PageResult, flash, html, see_other};

use crate::{Person, Portal};

#[derive(Template)]
#[template(path = "portal/account/sessions.html")]
struct Page {
    frame: Frame,
    sessions: Vec<SessionRow>,
    this: SessionId,
}

/// Where one is signed in.
pub async fn show(portal: Data<Portal>, who: Person) -> PageResult {
    let (account, now) = (who.scope().account().clone(), portal.now());
    let sessions = portal.db.read(move |c| account::list_sessions(c, &account, now)).await?;
    html(&Page { frame: who.frame("ログイン中の端末"), sessions, this: who.session().id.clone() })
}

/// Ends one of one's own sessions.
pub async fn end(
    portal: Data<Portal>,
    who: Person,
    id: Path<String>,
    request: HttpRequest,
    _form: AllFields,
) -> PageResult {
    let id = SessionId::parse(&id).ok_or_else(PageError::not_found)?;
    let account = who.scope().account().clone();
    portal.db.write(who.actor(), move |tx| account::end_session(tx, &account, &id)).await?;
    Ok(flash::carry(&request, see_other("/account/sessions"), FlashKind::Success, "ログアウトさせました。"))
}

/// Ends all sessions but this one.
pub async fn end_others(portal: Data<Portal>, who: Person, request: HttpRequest, _form: AllFields) -> PageResult {
    let session = who.session().clone();
    portal.db.write(who.actor(), move |tx| account::end_other_sessions(tx, &session)).await?;
    let text = "この端末のほかは、すべてログアウトさせました。";
    Ok(flash::carry(&request, see_other("/account/sessions"), FlashKind::Success, text))
}
