//! `GET /settings`: what can be set. `POST /settings/second-person`: for which
//! kinds of application a second person decides. Administrators.

use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::{ApplicationKind, rules};
use uketsuke_core::error::{Error, Result};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;
use uketsuke_web::html;
use uketsuke_web::page::Frame;

use crate::Office;
use crate::access::{ManageSettings, Staff};

#[derive(Template)]
#[template(path = "admin/settings/index.html")]
struct Page {
    frame: Frame,
    kinds: Vec<KindRow>,
}

/// How one kind of application is decided.
struct KindRow {
    kind: ApplicationKind,
    title: &'static str,
    /// Whether its procedure demands a second person, whatever is set.
    fixed: bool,
    second_person: bool,
}

/// What is sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SecondPersonForm {
    kind: String,
    wanted: String,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ManageSettings>) -> PageResult {
    let procedures = office.procedures.clone();
    let kinds = office
        .db
        .read(move |c| {
            let row = |procedure: &dyn uketsuke_core::application::Procedure| {
                Ok(KindRow {
                    kind: procedure.kind(),
                    title: procedure.title(),
                    fixed: procedure.needs_second_person(),
                    second_person: rules::second_person(c, procedure)?,
                })
            };
            procedures.iter().map(row).collect::<Result<Vec<_>>>()
        })
        .await?;
    html(&Page { frame: who.frame("設定", "/settings"), kinds })
}

/// Asks for a second person, or no longer.
pub async fn ask_second_person(
    office: Data<Office>,
    who: Staff<ManageSettings>,
    Form(form): Form<SecondPersonForm>,
) -> PageResult {
    let kind = ApplicationKind::parse(&form.kind).ok_or(Error::NotFound)?;
    office.procedures.get(kind)?;
    let (scope, wanted) = (who.scope.clone(), form.wanted == "yes");
    office.db.write(who.actor(), move |tx| rules::ask_second_person(tx, &scope, kind, wanted)).await?;
    let told =
        if wanted { "2人で判断するようにしました" } else { "1人で判断するようにしました" };
    Ok(who.done("/settings", told))
}
