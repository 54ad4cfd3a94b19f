//! `GET`, `POST /register/facility`: 登録 2/4, the facility by its code;
//! `POST /register/facility/elsewhere`: on with a facility of the other site. Anyone.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::account::{Draft, Step};
use uketsuke_core::facility::Facility;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, html, invalid, see_other};

use super::{STEPS, handover};
use crate::pages::lookup::{CodeForm, CodePage, at_other_site, look_up, registers_at};
use crate::{Anyone, Portal};

/// Where the code found is agreed to.
const CONFIRM: &str = "/register/facility/confirm";

#[derive(Template)]
#[template(path = "portal/register/facility.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    steps: [&'static str; 4],
    code: CodePage,
    /// The facility of this code that registers at the other site.
    elsewhere: Option<Facility>,
}

impl Page {
    fn new(who: &Anyone, draft: &Draft, errors: FieldErrors, code: CodePage) -> Self {
        let frame = super::frame(who, draft, "施設を確認します").step(2, 4).error(!errors.is_empty());
        Self { frame, errors, steps: STEPS, code, elsewhere: None }
    }
}

/// The code as typed before.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    let draft = super::draft(&portal, &who, &visitor).await?;
    let Some(kind) = draft.kind else { return Ok(see_other(super::path(Step::Kind))) };
    let form = CodeForm { prefecture: draft.prefecture.clone(), code: draft.code.clone() };
    html(&Page::new(&who, &draft, FieldErrors::default(), CodePage::new(kind, form)))
}

/// Looks the code up; the name is shown on the next page.
pub async fn find(portal: Data<Portal>, who: Anyone, visitor: Visitor, form: Form<CodeForm>) -> PageResult {
    let draft = super::draft(&portal, &who, &visitor).await?;
    let Some(kind) = draft.kind else { return Ok(see_other(super::path(Step::Kind))) };
    match look_up(&portal, kind, &form.0).await? {
        Err(errors) => {
            let elsewhere = at_other_site(&portal, kind, &form.0).await?;
            let errors = elsewhere.as_ref().map_or(errors, |facility| told(kind, facility));
            let page = Page::new(&who, &draft, errors, CodePage::new(kind, form.0));
            invalid(&Page { elsewhere, ..page })
        }
        Ok(found) => {
            let CodeForm { prefecture, code } = form.0;
            let facility = draft.facility.filter(|agreed| *agreed == found.id);
            let draft = Draft { prefecture, code, found: Some(found.id), facility, ..draft };
            super::save(&portal, who.actor(), &visitor, draft).await?;
            Ok(see_other(CONFIRM))
        }
    }
}

fn told(kind: FacilityKind, facility: &Facility) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("code", kind.entry().code.label(), FieldFault::Sentence(registers_at(facility)));
    errors
}

/// The facility found at the other site is the one: on there, with what was typed.
pub async fn go_elsewhere(portal: Data<Portal>, who: Anyone, visitor: Visitor, form: Form<CodeForm>) -> PageResult {
    let draft = super::draft(&portal, &who, &visitor).await?;
    let Some(kind) = draft.kind else { return Ok(see_other(super::path(Step::Kind))) };
    let Some(found) = at_other_site(&portal, kind, &form.0).await? else {
        return Ok(see_other(super::path(Step::Facility)));
    };
    // The other site may ask for the prefecture beside the code.
    let prefecture = found.prefecture.as_str().to_owned();
    let (kind, code) = (Some(found.kind), form.0.code);
    let draft = Draft { kind, prefecture, code, found: Some(found.id), facility: None, ..draft };
    super::save(&portal, who.actor(), &visitor, draft).await?;
    handover::lead(&portal, &who, &visitor, found.kind.entry().site, CONFIRM).await
}
