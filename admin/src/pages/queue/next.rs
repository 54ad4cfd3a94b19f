//! `POST /queue/next`: take the one that has waited longest and open it.
//! Reviewers.

use actix_web::web::Data;
use uketsuke_core::application::claim;
use uketsuke_web::{PageResult, see_other};

use crate::Office;
use crate::access::{Review, Staff};

/// Takes the next one and opens it.
pub async fn take(office: Data<Office>, who: Staff<Review>) -> PageResult {
    let scope = who.scope.clone();
    let taken = office.db.write(who.actor(), move |tx| claim::claim_next(tx, &scope)).await?;
    Ok(match taken {
        Some(id) => see_other(format!("/cases/{id}")),
        None => who.warned("/", "担当者のいない申請はありません"),
    })
}
