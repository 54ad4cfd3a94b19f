//! `POST /applications/start/{kind}`: begins an application, or goes on with the
//! draft begun before. `POST /applications/{id}/again`: begins a new one with
//! the answers of one that was rejected or withdrawn. Signed in.

use actix_web::web::{Data, Path};
use uketsuke_core::application::{ApplicationKind, draft};
use uketsuke_core::ids::ApplicationId;
use uketsuke_web::{PageError, PageResult, see_other};

use crate::Portal;
use crate::session::SignedIn;

/// Begins.
pub async fn start(portal: Data<Portal>, who: SignedIn, kind: Path<String>) -> PageResult {
    let kind = ApplicationKind::parse(&kind).ok_or_else(PageError::not_found)?;
    let (scope, procedures) = (who.scope().clone(), portal.procedures.clone());
    let id = portal.db.write(who.actor(), move |tx| draft::start(tx, &procedures, &scope, kind)).await?;
    Ok(see_other(format!("/applications/{id}")))
}

/// Begins anew.
pub async fn again(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let old = ApplicationId::parse(&id).ok_or_else(PageError::not_found)?;
    let scope = who.scope().clone();
    let id = portal.db.write(who.actor(), move |tx| draft::open_from(tx, &scope, &old)).await?;
    Ok(see_other(format!("/applications/{id}")))
}
