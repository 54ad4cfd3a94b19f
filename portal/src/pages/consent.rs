//! `GET`, `POST /consent`: a text has a new version, which asks for consent once
//! more after the login. Signed in.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account::consent::{self, Document};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::answer::local_path;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid, see_other};

use crate::{Person, Portal};

#[derive(Template)]
#[template(path = "portal/consent.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    documents: Vec<Document>,
    next: String,
}

/// Where to go afterwards.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    next: String,
}

/// What was sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ConsentForm {
    consent: String,
    next: String,
}

async fn page(
    portal: &Data<Portal>,
    who: &Person,
    errors: FieldErrors,
    next: &str,
) -> Result<Page, uketsuke_web::PageError> {
    let account = who.scope().account().clone();
    let documents = portal.db.read(move |c| consent::missing(c, &account)).await?;
    let frame = who.frame("規約が新しくなりました").error(!errors.is_empty());
    Ok(Page { frame, errors, documents, next: local_path(next).unwrap_or("/home").to_owned() })
}

/// The texts that are new.
pub async fn show(portal: Data<Portal>, who: Person, asked: Query<Asked>) -> PageResult {
    let page = page(&portal, &who, FieldErrors::default(), &asked.next).await?;
    if page.documents.is_empty() {
        return Ok(see_other(page.next));
    }
    html(&page)
}

/// Records the consent.
pub async fn give(portal: Data<Portal>, who: Person, form: Form<ConsentForm>) -> PageResult {
    if form.0.consent != "yes" {
        let mut errors = FieldErrors::default();
        let sentence = "規約を読んで、同意するに印を付けてください".to_owned();
        errors.add("consent", "同意", FieldFault::Sentence(sentence));
        return invalid(&page(&portal, &who, errors, &form.0.next).await?);
    }
    let account = who.scope().account().clone();
    portal.db.write(who.actor(), move |tx| consent::record_all(tx, &account)).await?;
    Ok(see_other(local_path(&form.0.next).unwrap_or("/home")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uketsuke_web::documents::{PRIVACY, TERMS};

    #[test]
    fn consent_is_recorded_with_the_version_that_is_shown() {
        for (document, text) in [(Document::Terms, TERMS), (Document::Privacy, PRIVACY)] {
            assert_eq!((document.as_str(), document.version(), document.label()), (text.key, text.version, text.title));
        }
    }
}
