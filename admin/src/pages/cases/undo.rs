//! `GET, POST /cases/{id}/undo`: taking one's own last decision back, as long as
//! nothing has left the house. Whoever decided.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::application::undo;
use uketsuke_core::db::At;
use uketsuke_core::error::Error;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::refusal::Refusal;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::review::{self, Reviewed};
use super::stale::{self, Typed};
use crate::Office;
use crate::access::{Review, Staff};

#[derive(Template)]
#[template(path = "admin/cases/undo.html")]
struct Page {
    frame: Frame,
    reviewed: Reviewed,
    until: At,
}

/// Asks first.
pub async fn ask(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let (scope, procedures, now) = (who.scope.clone(), office.procedures.clone(), office.db.clock().now().into());
    let (reviewed, until) = office
        .db
        .read(move |c| {
            let reviewed = review::read(c, &procedures, &scope, &id)?;
            let until = undo::until(c, &procedures, &scope, &reviewed.case.application, now)?;
            Ok((reviewed, until))
        })
        .await?;
    match until {
        Some(until) => {
            let frame = who.frame("判断を元に戻す", "/queue").receipt(reviewed.number());
            html(&Page { frame, reviewed, until })
        }
        None => Ok(who.warned(format!("/cases/{path}"), Refusal::UndoOver.sentence())),
    }
}

/// Takes it back.
pub async fn undo(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let undone = office.db.write(who.actor(), move |tx| undo::undo(tx, &procedures, &scope, &id)).await;
    let case = format!("/cases/{path}");
    match undone {
        Ok(()) => Ok(who.done(case, "判断を元に戻しました。申請者には何も送られていません。")),
        Err(Error::Refused(refusal @ (Refusal::UndoOver | Refusal::UndoSeen))) => {
            Ok(who.warned(case, refusal.sentence()))
        }
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}
