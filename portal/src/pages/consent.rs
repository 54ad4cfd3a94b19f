//! `GET`, `POST /consent`: a text has a new version, which asks for consent once
//! more after the login. Signed in.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::NaiveDate;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use uketsuke_core::account::consent::{self, Document};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Conn;
use uketsuke_core::error::Error;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::legal;
use uketsuke_web::answer::local_path;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid, see_other, words};

use crate::{Person, Portal};

#[derive(Template)]
#[template(path = "portal/consent.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    documents: Vec<Wanted>,
    next: String,
}

/// A text that is asked for, as it is shown.
struct Wanted {
    document: Document,
    version: String,
    /// From when it holds, in words.
    since: String,
    /// What is new.
    changes: String,
}

impl Wanted {
    fn key(&self) -> String {
        format!("{}:{}", self.document, self.version)
    }
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
    /// The versions that were shown, 「terms:2026-12-01」 with blanks between.
    shown: String,
}

impl ConsentForm {
    fn shown(&self) -> Vec<(Document, String)> {
        let one = |key: &str| {
            let (document, version) = key.split_once(':')?;
            Some((Document::parse(document)?, version.to_owned()))
        };
        self.shown.split_whitespace().filter_map(one).collect()
    }
}

async fn page(
    portal: &Data<Portal>,
    who: &Person,
    errors: FieldErrors,
    next: &str,
) -> Result<Page, uketsuke_web::PageError> {
    let (account, now) = (who.scope().account().clone(), portal.now());
    let documents = portal
        .db
        .read(move |c| {
            let today = tokyo_date(now.utc());
            let wanted = |c: &mut Conn, (document, version): (Document, String)| {
                let text = legal::in_force(c, document, today)?;
                let since = version.parse().map_or_else(|_| version.clone(), |on: NaiveDate| words::date(on));
                Ok(Wanted { document, version, since, changes: text.map(|text| text.changes).unwrap_or_default() })
            };
            let missing = consent::missing(c, &account, now)?;
            missing.into_iter().map(|text| wanted(c, text)).collect::<Result<Vec<_>, Error>>()
        })
        .await?;
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
    let (account, shown) = (who.scope().account().clone(), form.0.shown());
    portal.db.write(who.actor(), move |tx| consent::record_shown(tx, &account, &shown)).await?;
    // What came into force meanwhile is asked for as well; else this leads on.
    let next = local_path(&form.0.next).unwrap_or("/home");
    Ok(see_other(format!("/consent?next={}", utf8_percent_encode(next, NON_ALPHANUMERIC))))
}
