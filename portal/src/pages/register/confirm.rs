//! `GET`, `POST /register/facility/confirm`: 「この施設ですか」, the name from the
//! master. Anyone.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::account::{Draft, Step};
use uketsuke_core::facility::{self, Facility};
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, html, see_other};

use super::STEPS;
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/register/confirm.html")]
struct Page {
    frame: Frame,
    steps: [&'static str; 4],
    facility: Facility,
    advice: Option<&'static str>,
}

/// The facility found by the code.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    let draft = super::draft(&portal, &who, &visitor).await?;
    let Some(id) = draft.found.clone() else {
        return Ok(see_other(super::path(draft.next_step().min(Step::Facility))));
    };
    let facility = portal.db.read(move |c| facility::repo::get(c, &id)).await?;
    let advice = facility.code.advice(facility.kind);
    let frame = super::frame(&who, &draft, "この施設ですか").step(2, 4);
    html(&Page { frame, steps: STEPS, facility, advice })
}

/// 「はい、この施設です」.
pub async fn agree(portal: Data<Portal>, who: Anyone, visitor: Visitor, _form: AllFields) -> PageResult {
    let draft = super::draft(&portal, &who, &visitor).await?;
    if draft.found.is_none() {
        return Ok(see_other(super::path(draft.next_step().min(Step::Facility))));
    }
    let draft = Draft { facility: draft.found.clone(), ..draft };
    super::save(&portal, who.actor(), &visitor, draft).await?;
    Ok(see_other(super::path(Step::Person)))
}
