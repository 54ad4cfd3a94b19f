//! `POST /cases/{id}/claim` and `/release`: taking an application into review,
//! and putting it back. Reviewers.

use actix_web::web::{Data, Path};
use uketsuke_core::application::claim;
use uketsuke_core::error::Error;
use uketsuke_core::ids::ApplicationId;
use uketsuke_web::PageResult;

use super::stale::{self, Typed};
use crate::Office;
use crate::access::{Review, Staff};

/// Takes it, unless a colleague has it.
pub async fn take(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    let taken = office.db.write(who.actor(), move |tx| claim::claim(tx, &scope, &id)).await;
    match taken {
        Ok(()) => Ok(who.done(format!("/cases/{path}"), "この申請を担当します")),
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}

/// Puts it back into the queue.
pub async fn release(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    let released = office.db.write(who.actor(), move |tx| claim::release(tx, &scope, &id)).await;
    match released {
        Ok(()) => Ok(who.done("/queue?v=mine", "担当を外しました")),
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}
