//! `GET /.well-known/security.txt` (RFC 9116): where whoever finds a flaw can tell of it.
//! 404 where no contact is configured.

use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Days, SecondsFormat, Utc};
use uketsuke_core::clock::{tokyo_date, tokyo_midnight};
use uketsuke_core::error::Error;

use crate::PageResult;
use crate::site::Site;

/// Its address (RFC 9116 §3).
pub const PATH: &str = "/.well-known/security.txt";
/// What is read today holds for half a year; the RFC wants less than a year.
const HOLDS_DAYS: Days = Days::new(180);

/// The file of the site a request came to.
///
/// # Errors
/// `NotFound` without a contact.
pub fn answer(request: &HttpRequest, contact: Option<&str>, now: DateTime<Utc>) -> PageResult {
    let contact = contact.ok_or(Error::NotFound)?;
    let text = text(contact, &Site::of(request).origin, now);
    Ok(HttpResponse::Ok().content_type(ContentType::plaintext()).body(text))
}

/// The same all day: it ends at a midnight of Tokyo.
fn text(contact: &str, origin: &str, now: DateTime<Utc>) -> String {
    let until = tokyo_midnight(tokyo_date(now) + HOLDS_DAYS).to_rfc3339_opts(SecondsFormat::Secs, true);
    format!("Contact: {contact}\nExpires: {until}\nPreferred-Languages: ja, en\nCanonical: {origin}{PATH}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_contact_and_holds_less_than_a_year_and_the_same_all_day() {
        let at = |time: &str| text("mailto:s@example.jp", "https://omf.example.jp", time.parse().unwrap());
        let morning = at("2026-11-23T15:00:00Z");
        assert_eq!(
            morning,
            "Contact: mailto:s@example.jp\nExpires: 2027-05-22T15:00:00Z\nPreferred-Languages: ja, en\n\
             Canonical: https://omf.example.jp/.well-known/security.txt\n"
        );
        assert_eq!(at("2026-11-24T14:59:59Z"), morning);
        assert_ne!(at("2026-11-24T15:00:00Z"), morning);
    }
}
