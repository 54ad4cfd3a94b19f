//! `/register`: the four steps of 「新規ユーザー登録」 and the page after sending.
//! Anyone. The draft lies on the server under the visitor's cookie.
//!
//! Each site registers its own kinds. Where each has an address of its own, what
//! belongs to the other is led there with what was typed ([`handover`]).

pub mod address;
pub mod check;
pub mod confirm;
pub mod facility;
pub mod handover;
pub mod kind;
pub mod lookup;
pub mod person;
pub mod sent;

use actix_web::HttpResponse;
use actix_web::web::Data;
use uketsuke_core::account::{self, Draft, Step};
use uketsuke_core::db::Actor;
use uketsuke_core::facility::{Facility, repo as facilities};
use uketsuke_web::page::{Frame, SiteName};
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageError, PageResult, see_other, site};

use crate::{Anyone, Portal};

/// The steps as users read them.
pub(crate) const STEPS: [&str; 4] = ["施設の種類", "施設", "担当者", "確認"];

/// Where a step's page is.
pub(crate) fn path(step: Step) -> &'static str {
    match step {
        Step::Kind => "/register/type",
        Step::Facility => "/register/facility",
        Step::Person => "/register/person",
        Step::Check => "/register/check",
    }
}

/// `GET /register`: to the first step.
pub async fn start() -> PageResult {
    Ok(see_other(path(Step::Kind)))
}

/// The visitor's draft, whichever site it belongs to.
pub(crate) async fn whole_draft(portal: &Data<Portal>, visitor: &Visitor) -> Result<Draft, PageError> {
    let (visitor, now) = (visitor.hash(), portal.now());
    Ok(portal.db.read(move |c| account::find_draft(c, &visitor, now)).await?)
}

/// The visitor's draft as far as this site goes on with it: one that belongs to the
/// other address begins with the kind, where the way over is.
pub(crate) async fn draft(portal: &Data<Portal>, who: &Anyone, visitor: &Visitor) -> Result<Draft, PageError> {
    let draft = whole_draft(portal, visitor).await?;
    let elsewhere = draft.kind.and_then(|kind| site::elsewhere(who.request(), kind.entry().site));
    Ok(match elsewhere {
        Some(_) => Draft { kind: None, found: None, facility: None, ..draft },
        None => draft,
    })
}

/// The frame of a step: from the kind on it has the face of that kind's site.
pub(crate) fn frame(who: &Anyone, draft: &Draft, title: &str) -> Frame {
    let frame = who.frame(title);
    match draft.kind {
        Some(kind) => frame.site(SiteName::of(kind.entry().site)),
        None => frame,
    }
}

/// Keeps the visitor's draft.
pub(crate) async fn save(
    portal: &Data<Portal>,
    actor: Actor,
    visitor: &Visitor,
    draft: Draft,
) -> Result<(), PageError> {
    let visitor = visitor.hash();
    Ok(portal.db.write(actor, move |tx| account::save_draft(tx, &visitor, &draft)).await?)
}

/// Leads back to the first step that lacks something before `step`.
pub(crate) fn back_to(draft: &Draft, step: Step) -> Option<HttpResponse> {
    (draft.next_step() < step).then(|| see_other(path(draft.next_step())))
}

/// The facility the draft is about, once it was agreed to.
pub(crate) async fn facility_of(portal: &Data<Portal>, draft: &Draft) -> Result<Facility, PageError> {
    let id = draft.facility.clone().ok_or_else(PageError::not_found)?;
    Ok(portal.db.read(move |c| facilities::get(c, &id)).await?)
}
