//! `GET`, `POST /logout`: signing out. Anyone; twice does no harm.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Data;
use askama::Template;
use uketsuke_core::account;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::Frame;
use uketsuke_web::site::Site;
use uketsuke_web::{PageResult, html, see_other};

use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/logout.html")]
struct Page {
    frame: Frame,
}

/// 「ログアウトしました」, or the button for who is still signed in.
pub async fn show(who: Anyone) -> PageResult {
    let title = if who.signed_in.is_some() { "ログアウトしますか" } else { "ログアウトしました" };
    html(&Page { frame: who.frame(title) })
}

/// Ends the session here and on the server, and has the browser forget the pages.
pub async fn logout(portal: Data<Portal>, who: Anyone, request: HttpRequest, _form: AllFields) -> PageResult {
    if let Some(signed_in) = &who.signed_in {
        let session = signed_in.session().clone();
        portal.db.write(who.actor(), move |tx| account::logout(tx, &session)).await?;
    }
    let mut answer = see_other("/logout");
    let site = Site::of(&request);
    // A removal always fits a header.
    let _ = answer.add_cookie(&site.removal(site.cookies.session));
    answer
        .headers_mut()
        .insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(answer)
}
