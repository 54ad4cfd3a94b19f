//! `GET` and `POST /devices/features`: 「環境設定情報更新」, the features that a
//! facility of 居宅同意取得型 uses. Verified people.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::facility::feature::{self, FEATURES, Feature, Features};
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::flash;
use uketsuke_web::form::Choice;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageResult, html, see_other};

use super::{NAV, home_consent};
use crate::Portal;
use crate::session::Verified;

#[derive(Template)]
#[template(path = "portal/devices/features.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    on: Vec<String>,
    choices: Vec<Choice>,
}

/// The switches as they stand, or as they were set before the session ended.
pub async fn show(portal: Data<Portal>, who: Verified) -> PageResult {
    let facility = home_consent(&portal, &who).await?;
    let kept = who.kept_fields().await?;
    let on = if kept.has("sent") { wanted(&kept) } else { facility.features };
    let choice = |feature: &Feature| Choice::new(feature.as_str(), feature.label()).hint(feature.hint());
    html(&Page {
        frame: who.frame("環境設定情報更新"),
        errors: FieldErrors::default(),
        on: on.iter().map(|feature| feature.as_str().to_owned()).collect(),
        choices: FEATURES.iter().map(choice).collect(),
    })
}

/// Switches those on that are ticked, and all others off.
pub async fn save(portal: Data<Portal>, who: Verified, AllFields(fields): AllFields) -> PageResult {
    let (scope, features) = (who.scope().clone(), wanted(&fields));
    portal.db.write(who.actor(), move |tx| feature::set(tx, &scope, features)).await?;
    Ok(flash::carry(who.request(), see_other(NAV), FlashKind::Success, "環境設定情報を更新しました"))
}

fn wanted(fields: &Fields) -> Features {
    fields.all("features").filter_map(Feature::parse).collect()
}
