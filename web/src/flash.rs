//! One sentence carried over a redirect and shown once: 「変更しました」.
//!
//! It travels in a cookie of a minute's life; the page guard takes it away as
//! soon as a page was shown. Never put anything secret into it.

use actix_web::cookie::time::Duration;
use actix_web::{HttpRequest, HttpResponse};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::page::{Flash, FlashKind};
use crate::site::Site;

const KINDS: [FlashKind; 4] = [FlashKind::Success, FlashKind::Info, FlashKind::Warning, FlashKind::Error];
const LONGEST: usize = 600;

/// Adds the sentence to a redirect.
pub fn carry(request: &HttpRequest, mut redirect: HttpResponse, kind: FlashKind, text: &str) -> HttpResponse {
    let site = Site::of(request);
    let value = format!("{}.{}", kind.as_str(), URL_SAFE_NO_PAD.encode(text));
    let cookie = site.cookie(site.cookies.flash, value, Some(Duration::minutes(1)));
    // A cookie of base64 always fits a header.
    let _ = redirect.add_cookie(&cookie);
    redirect
}

/// The sentence that came along with a request.
pub(crate) fn read(site: &Site, request: &HttpRequest) -> Option<Flash> {
    let value = site.cookie_value(request, site.cookies.flash)?;
    let (kind, text) = value.split_once('.')?;
    let kind = KINDS.into_iter().find(|known| known.as_str() == kind)?;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    (text.len() <= LONGEST).then_some(Flash { kind, text })
}
