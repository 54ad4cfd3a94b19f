//! `GET /terms`, `/privacy`, each with its versions, `/usage-terms`, `/accessibility`,
//! `/manual`: texts to read and print. Anyone.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::legal;
use uketsuke_web::documents::{Document, USAGE_TERMS};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, site, words};

use crate::Portal;

#[derive(Template)]
#[template(path = "portal/legal.html")]
struct Legal {
    frame: Frame,
    document: legal::Document,
    /// The text of editors; none for the version that came with the program.
    body: Option<Html>,
    since: String,
    /// What is new against the version before.
    changes: String,
    /// Another version holds by now.
    is_past: bool,
    /// All that hold or have held: the day in words, the address.
    versions: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "portal/usage_terms_page.html")]
struct UsageTerms {
    frame: Frame,
    document: Document,
}

#[derive(Template)]
#[template(path = "portal/accessibility.html")]
struct Accessibility {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "portal/manual.html")]
struct Manual {
    frame: Frame,
}

/// 利用規約 in force.
pub async fn terms(portal: Data<Portal>, request: HttpRequest) -> PageResult {
    legal(&portal, &request, legal::Document::Terms, None).await
}

/// プライバシーポリシー in force.
pub async fn privacy(portal: Data<Portal>, request: HttpRequest) -> PageResult {
    legal(&portal, &request, legal::Document::Privacy, None).await
}

/// A version of 利用規約 that holds or has held.
pub async fn terms_version(portal: Data<Portal>, request: HttpRequest, version: Path<String>) -> PageResult {
    legal(&portal, &request, legal::Document::Terms, Some(version.into_inner())).await
}

/// A version of プライバシーポリシー that holds or has held.
pub async fn privacy_version(portal: Data<Portal>, request: HttpRequest, version: Path<String>) -> PageResult {
    legal(&portal, &request, legal::Document::Privacy, Some(version.into_inner())).await
}

async fn legal(
    portal: &Portal,
    request: &HttpRequest,
    document: legal::Document,
    version: Option<String>,
) -> PageResult {
    let today = tokyo_date(portal.now().utc());
    let texts = portal.db.read(move |c| legal::list(c, document, Some(today))).await?;
    let in_force = texts.first().map_or(legal::FIRST, |text| text.version.as_str());
    let asked = version.as_deref().unwrap_or(in_force);
    let text = texts.iter().find(|text| text.version == asked);
    if text.is_none() && asked != legal::FIRST {
        return Err(PageError::not_found());
    }
    let all = texts.iter().map(|text| text.version.as_str()).chain([legal::FIRST]);
    html(&Legal {
        frame: site::frame(request, document.label()),
        document,
        body: text.map(|text| markdown::html(&text.body, |_| None)),
        since: day_in_words(asked),
        changes: text.map_or(String::new(), |text| text.changes.clone()),
        is_past: asked != in_force,
        versions: all.map(|version| (day_in_words(version), format!("/{document}/{version}"))).collect(),
    })
}

fn day_in_words(version: &str) -> String {
    version.parse().map_or_else(|_| version.to_owned(), |on: NaiveDate| words::date(on))
}

/// The terms of the eligibility check in force.
pub async fn usage_terms(request: HttpRequest) -> PageResult {
    html(&UsageTerms { frame: site::frame(&request, USAGE_TERMS.title), document: USAGE_TERMS })
}

/// アクセシビリティ方針.
pub async fn accessibility(request: HttpRequest) -> PageResult {
    html(&Accessibility { frame: site::frame(&request, "アクセシビリティ方針") })
}

/// このサイトの使い方.
pub async fn manual(request: HttpRequest) -> PageResult {
    html(&Manual { frame: site::frame(&request, "このサイトの使い方") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_the_manuals_contents_leads_somewhere() {
        let html = Manual { frame: Frame::new("a") }.render().expect("renders");
        let targets: Vec<&str> = html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(targets.len() > 5);
        for target in targets {
            assert!(html.contains(&format!("id=\"{target}\"")), "{target}");
        }
    }
}
