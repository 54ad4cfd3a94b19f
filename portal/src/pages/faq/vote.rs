//! `POST /faq/{id}/vote`: 「役に立った」 or 「役に立たなかった」. Anyone; one voice for each
//! person or browser.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use uketsuke_core::faq;
use uketsuke_core::secret::Purpose;
use uketsuke_web::extract::Form;
use uketsuke_web::page::FlashKind;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, flash, see_other, site};

use super::parse;
use crate::{Anyone, Portal};

/// What was pressed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Voice {
    helpful: String,
}

/// Notes the voice.
pub async fn vote(
    portal: Data<Portal>,
    who: Anyone,
    visitor: Visitor,
    path: Path<String>,
    voice: Form<Voice>,
) -> PageResult {
    let (id, site) = (parse(&path)?, site::which(who.request()));
    let voter = match &who.signed_in {
        Some(signed_in) => signed_in.scope().account().to_string(),
        None => visitor.hash().as_str().to_owned(),
    };
    let voter = portal.keyring.mac(Purpose::Voter, voter.as_bytes());
    let helpful = voice.0.helpful == "yes";
    let voted = portal.db.write(who.actor(), move |tx| {
        faq::get_published(tx.conn(), site, &id)?;
        faq::vote(tx, &id, &voter, helpful)
    });
    voted.await?;
    let told = match helpful {
        true => "ご意見をありがとうございました。",
        false => "ご意見をありがとうございました。解決しないときは、お問い合わせください。",
    };
    Ok(flash::carry(who.request(), see_other(format!("/faq/{path}")), FlashKind::Success, told))
}
