//! `GET`, `POST /register/facility`: 登録 2/4, the facility by its code. Anyone.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::account::{Draft, Step};
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, html, invalid, see_other};

use super::STEPS;
use crate::pages::lookup::{CodeForm, CodePage, look_up};
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/register/facility.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    steps: [&'static str; 4],
    code: CodePage,
}

impl Page {
    fn new(who: &Anyone, errors: FieldErrors, code: CodePage) -> Self {
        let frame = who.frame("施設を確認します").step(2, 4).error(!errors.is_empty());
        Self { frame, errors, steps: STEPS, code }
    }
}

/// The code as typed before.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    let draft = super::draft(&portal, &visitor).await?;
    let Some(kind) = draft.kind else { return Ok(see_other(super::path(Step::Kind))) };
    let form = CodeForm { prefecture: draft.prefecture, code: draft.code };
    html(&Page::new(&who, FieldErrors::default(), CodePage::new(kind, form)))
}

/// Looks the code up; the name is shown on the next page.
pub async fn find(portal: Data<Portal>, who: Anyone, visitor: Visitor, form: Form<CodeForm>) -> PageResult {
    let draft = super::draft(&portal, &visitor).await?;
    let Some(kind) = draft.kind else { return Ok(see_other(super::path(Step::Kind))) };
    match look_up(&portal, kind, &form.0).await? {
        Err(errors) => invalid(&Page::new(&who, errors, CodePage::new(kind, form.0))),
        Ok(found) => {
            let CodeForm { prefecture, code } = form.0;
            let facility = draft.facility.filter(|agreed| *agreed == found.id);
            let draft = Draft { prefecture, code, found: Some(found.id), facility, ..draft };
            super::save(&portal, who.actor(), &visitor, draft).await?;
            Ok(see_other("/register/facility/confirm"))
        }
    }
}
