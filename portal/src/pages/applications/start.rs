//! `GET, POST /applications/start/{kind}`: what a kind of application is for and
//! how things stand; begins one, or goes on with the draft begun before.
//! `POST /applications/{id}/again`: begins a new one with the answers of one that
//! was rejected or withdrawn. Signed in.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::application::{ApplicationKind, draft, repo};
use uketsuke_core::error::Error;
use uketsuke_core::facility;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::refusal::Refusal;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, see_other};

use super::list::{Current, current};
use crate::Portal;
use crate::pages::closed::Closing;
use crate::session::SignedIn;

#[derive(Template)]
#[template(path = "portal/applications/start.html")]
struct Page {
    frame: Frame,
    kind: ApplicationKind,
    /// What the registers hold so far.
    standing: Vec<(String, String)>,
    standing_label: &'static str,
    current: Option<Current>,
    not_offered: Option<&'static str>,
    closing: Closing,
}

fn read(kind: &str) -> Result<ApplicationKind, PageError> {
    ApplicationKind::parse(kind).ok_or_else(PageError::not_found)
}

/// What it is for.
pub async fn show(portal: Data<Portal>, who: SignedIn, kind: Path<String>) -> PageResult {
    let kind = read(&kind)?;
    let (scope, procedures, now) = (who.scope().clone(), portal.procedures.clone(), portal.now());
    let look = portal.db.read(move |c| {
        let (facility, procedure) = (facility::repo::get(c, scope.facility())?, procedures.get(kind)?);
        if !procedure.applies_to(&facility) {
            return Err(Error::NotFound);
        }
        let standing = if scope.verified() { procedure.standing(c, &facility, now)? } else { Vec::new() };
        let refusal = procedure.not_offered(c, &facility, scope.verified(), now)?;
        Ok((facility, standing, refusal, repo::list_in_scope(c, &scope)?))
    });
    let (facility, standing, refusal, applications) = look.await?;
    html(&Page {
        frame: who.frame(kind.title()),
        kind,
        standing,
        standing_label: portal.procedures.get(kind)?.standing_label(),
        current: applications.iter().filter(|a| a.kind == kind).find_map(current),
        not_offered: refusal.map(Refusal::sentence),
        closing: Closing::of(&portal, &facility),
    })
}

/// Begins.
pub async fn start(portal: Data<Portal>, who: SignedIn, kind: Path<String>) -> PageResult {
    let kind = read(&kind)?;
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
