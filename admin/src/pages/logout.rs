//! `POST /logout`: ends the session at once. Anyone; without a session there is
//! nothing to end.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use actix_web::web::Data;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::staff;
use uketsuke_web::page::FlashKind;
use uketsuke_web::request::traced;
use uketsuke_web::site::Site;
use uketsuke_web::{PageResult, flash, see_other};

use crate::Office;
use crate::access::seat;

/// Ends the row and takes the cookie away.
pub async fn log_out(office: Data<Office>, request: HttpRequest) -> PageResult {
    if let Some(seat) = seat(&request).await? {
        let actor = traced(&request, Actor::new(ActorKind::Staff, seat.staff.as_str()));
        office.db.write(actor, move |tx| staff::logout(tx, &seat)).await?;
    }
    let site = Site::of(&request);
    let mut answer = flash::carry(&request, see_other("/login"), FlashKind::Success, "ログアウトしました");
    let _ = answer.add_cookie(&site.removal(site.cookies.session));
    let clear = HeaderName::from_static("clear-site-data");
    answer.headers_mut().insert(clear, actix_web::http::header::HeaderValue::from_static("\"cache\""));
    Ok(answer)
}
