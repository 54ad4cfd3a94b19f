//! `GET`, `POST /register/type`: 登録 1/4, the kind of facility: those of this site
//! first, below them those that register at the other. Anyone.

use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account::{Draft, Step};
use uketsuke_core::facility::kind::{FacilityKind, KindEntry, Site};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::extract::Form;
use uketsuke_web::form::{Choice, ChoiceGroup};
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, html, invalid, site};

use super::{STEPS, handover};
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/register/type.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    steps: [&'static str; 4],
    kind: String,
    kinds: Vec<ChoiceGroup>,
}

impl Page {
    fn new(who: &Anyone, errors: FieldErrors, kind: String) -> Self {
        let frame = who.frame("施設の種類を選んでください").step(1, 4).error(!errors.is_empty());
        Self { frame, errors, steps: STEPS, kind, kinds: groups(who.request()) }
    }
}

/// Every kind with what to have at hand, those of one site together.
pub(crate) fn choices() -> Vec<Choice> {
    Site::ALL.into_iter().flat_map(Site::kinds).map(choice).collect()
}

fn choice(entry: &KindEntry) -> Choice {
    Choice::new(entry.id, entry.label).hint(format!("お手元に：{}", entry.at_hand))
}

/// The kinds under their sites, this site's first.
fn groups(request: &HttpRequest) -> Vec<ChoiceGroup> {
    let own = site::came_to(request).unwrap_or(Site::Omf);
    [own, own.other()].into_iter().map(|site| group(request, site)).collect()
}

fn group(request: &HttpRequest, site: Site) -> ChoiceGroup {
    let group = ChoiceGroup::new(format!("{}で登録する施設", site.name()), site.kinds().map(choice).collect());
    match site::elsewhere(request, site) {
        Some(_) => group.hint(format!(
            "選んで「次へ進む」を押すと、{}へ移ります。入力した内容は、パスワードを除いて引き継がれます。",
            site.name()
        )),
        None => group,
    }
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
    let draft = super::whole_draft(&portal, &visitor).await?;
    let kind = draft.kind.map(|kind| kind.id().to_owned()).unwrap_or_default();
    html(&Page::new(&who, FieldErrors::default(), kind))
}

/// Keeps the choice; another kind than before means another facility. A kind of the
/// other site goes on there.
pub async fn choose(portal: Data<Portal>, who: Anyone, visitor: Visitor, form: Form<KindForm>) -> PageResult {
    let Some(kind) = FacilityKind::parse(&form.0.kind) else {
        let mut errors = FieldErrors::default();
        errors.add("kind", "所属機関", FieldFault::NotChosen);
        return invalid(&Page::new(&who, errors, String::new()));
    };
    let draft = super::whole_draft(&portal, &visitor).await?;
    if draft.kind != Some(kind) {
        let draft = Draft { kind: Some(kind), found: None, facility: None, ..draft };
        super::save(&portal, who.actor(), &visitor, draft).await?;
    }
    handover::lead(&portal, &who, &visitor, kind.entry().site, super::path(Step::Facility)).await
}
