//! `POST /cases/{id}/checklist`: keeping what is ticked off. Reviewers who hold
//! the application.

use actix_web::web::{Data, Path};
use uketsuke_core::application::checklist;
use uketsuke_core::error::Error;
use uketsuke_core::ids::ApplicationId;
use uketsuke_web::PageResult;
use uketsuke_web::extract::AllFields;

use super::stale::{self, Typed};
use crate::Office;
use crate::access::{Review, Staff};

/// Keeps exactly the ticks that were sent.
pub async fn keep(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let ticked: Vec<String> = fields.all("item").map(str::to_owned).collect();
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let kept = office.db.write(who.actor(), move |tx| checklist::keep(tx, &procedures, &scope, &id, &ticked)).await;
    match kept {
        Ok(()) => Ok(who.done(format!("/cases/{path}#checklist"), "確かめたことを保存しました")),
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}
