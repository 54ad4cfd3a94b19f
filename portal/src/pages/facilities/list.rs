//! `GET /facilities`, `POST /facilities/{id}/switch`: the facilities one speaks
//! for. Signed in.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::account::{self, Seat};
use uketsuke_core::ids::FacilityId;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageError, PageResult, flash, html, see_other};

use crate::pages::login::sign_in;
use crate::{Person, Portal};

#[derive(Template)]
#[template(path = "portal/facilities/list.html")]
struct Page {
    frame: Frame,
    seats: Vec<Seat>,
    in_hand: FacilityId,
}

/// The facilities.
pub async fn show(portal: Data<Portal>, who: Person) -> PageResult {
    let account = who.scope().account().clone();
    let seats = portal.db.read(move |c| account::list_facilities(c, &account)).await?;
    html(&Page { frame: who.frame("施設を切り替える"), seats, in_hand: who.scope().facility().clone() })
}

/// Takes another of one's facilities in hand.
pub async fn switch(
    portal: Data<Portal>,
    who: Person,
    id: Path<String>,
    request: HttpRequest,
    _form: AllFields,
) -> PageResult {
    let id = FacilityId::parse(&id).ok_or_else(PageError::not_found)?;
    let answer = take_in_hand(&portal, &who, &request, id).await?;
    Ok(flash::carry(&request, answer, FlashKind::Success, "施設を切り替えました。"))
}

/// Switches, under a new token, and leads home.
pub(super) async fn take_in_hand(
    portal: &Data<Portal>,
    who: &Person,
    request: &HttpRequest,
    facility: FacilityId,
) -> PageResult {
    let session = who.session().clone();
    let token = portal.db.write(who.actor(), move |tx| account::switch_facility(tx, &session, &facility)).await?;
    let mut answer = see_other("/home");
    sign_in(request, &mut answer, token.reveal());
    Ok(answer)
}
