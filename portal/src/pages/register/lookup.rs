//! `GET /register/facility/lookup`: what a code names, as a piece of a page, while
//! it is being typed (`web/assets/js/lookup.js`). Anyone: it tells no more than
//! the next page does, which is name, address and the ten digits.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_web::{PageResult, html};

use crate::Portal;
use crate::pages::lookup::{CodeForm, Glimpse, at_other_site, glimpse, registers_at};

#[derive(Default, Template)]
#[template(path = "portal/register/lookup.html")]
struct Piece {
    name: String,
    address: String,
    sentence: String,
    code: String,
}

/// What was typed so far.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    kind: String,
    prefecture: String,
    code: String,
}

/// The piece, or nothing (204) while there is nothing to say. What is no query
/// of ours gets nothing too.
pub async fn look(portal: Data<Portal>, typed: Option<Query<Typed>>) -> PageResult {
    let Typed { kind, prefecture, code } = typed.map(Query::into_inner).unwrap_or_default();
    let Some(kind) = FacilityKind::parse(&kind) else { return Ok(nothing()) };
    let typed = CodeForm { prefecture, code };
    match glimpse(&portal, kind, &typed).await? {
        Glimpse::Nothing => Ok(nothing()),
        Glimpse::Facility(facility) => html(&Piece {
            code: facility.code.as_str().to_owned(),
            address: facility.whole_address(),
            name: facility.name,
            ..Piece::default()
        }),
        Glimpse::Sentence { code, sentence } => {
            let elsewhere = at_other_site(&portal, kind, &typed).await?;
            let sentence = elsewhere.map_or(sentence, |facility| registers_at(&facility));
            let code = code.map_or(String::new(), |code| code.as_str().to_owned());
            html(&Piece { code, sentence, ..Piece::default() })
        }
    }
}

fn nothing() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
