//! `GET`, `POST /register/type`: 登録 1/4, the kind of facility. Anyone.

use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account::{Draft, Step};
use uketsuke_core::facility::kind::{FacilityKind, Site};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, html, invalid, see_other};

use super::STEPS;
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/register/type.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    steps: [&'static str; 4],
    kind: String,
    kinds: Vec<Choice>,
}

impl Page {
    fn new(who: &Anyone, errors: FieldErrors, kind: String) -> Self {
        let frame = who.frame("施設の種類を選んでください").step(1, 4).error(!errors.is_empty());
        Self { frame, errors, steps: STEPS, kind, kinds: choices() }
    }
}

/// Every kind with what to have at hand, those of one site together.
pub(crate) fn choices() -> Vec<Choice> {
    let entries = Site::ALL.into_iter().flat_map(Site::kinds);
    entries.map(|entry| Choice::new(entry.id, entry.label).hint(format!("お手元に：{}", entry.at_hand))).collect()
}

/// What was sent.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct KindForm {
    kind: String,
}

/// The choice as it stands.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    let draft = super::draft(&portal, &visitor).await?;
    let kind = draft.kind.map(|kind| kind.id().to_owned()).unwrap_or_default();
    html(&Page::new(&who, FieldErrors::default(), kind))
}

/// Keeps the choice; another kind than before means another facility.
pub async fn choose(portal: Data<Portal>, who: Anyone, visitor: Visitor, form: Form<KindForm>) -> PageResult {
    let Some(kind) = FacilityKind::parse(&form.0.kind) else {
        let mut errors = FieldErrors::default();
        errors.add("kind", "所属機関", FieldFault::NotChosen);
        return invalid(&Page::new(&who, errors, String::new()));
    };
    let draft = super::draft(&portal, &visitor).await?;
    if draft.kind != Some(kind) {
        let person = draft.person;
        let draft = Draft { kind: Some(kind), person, ..Draft::default() };
        super::save(&portal, who.actor(), &visitor, draft).await?;
    }
    Ok(see_other(super::path(Step::Facility)))
}
