//! `GET /terms`, `/privacy`, `/usage-terms`, `/accessibility`, `/manual`: texts
//! to read and print. Anyone.

use actix_web::HttpRequest;
use askama::Template;
use uketsuke_web::documents::{Document, PRIVACY, TERMS, USAGE_TERMS};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, site};

#[derive(Template)]
#[template(path = "portal/terms.html")]
struct Terms {
    frame: Frame,
    document: Document,
}

#[derive(Template)]
#[template(path = "portal/privacy.html")]
struct Privacy {
    frame: Frame,
    document: Document,
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
pub async fn terms(request: HttpRequest) -> PageResult {
    html(&Terms { frame: site::frame(&request, TERMS.title), document: TERMS })
}

/// プライバシーポリシー in force.
pub async fn privacy(request: HttpRequest) -> PageResult {
    html(&Privacy { frame: site::frame(&request, PRIVACY.title), document: PRIVACY })
}

/// The terms of the eligibility check in force.
pub async fn usage_terms(request: HttpRequest) -> PageResult {
    html(&UsageTerms { frame: site::frame(&request, USAGE_TERMS.title), document: USAGE_TERMS })
}

/// アクセシビリティ方針.
pub async fn accessibility(request: HttpRequest) -> PageResult {
    html(&Accessibility { frame: site::frame(&request, "アクセシビリティ方針") })
}

/// 手順書・マニュアル.
pub async fn manual(request: HttpRequest) -> PageResult {
    html(&Manual { frame: site::frame(&request, "手順書・マニュアル") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_names_the_day_it_came_into_force() {
        let pages = [
            Terms { frame: Frame::new("a"), document: TERMS }.render(),
            Privacy { frame: Frame::new("a"), document: PRIVACY }.render(),
            UsageTerms { frame: Frame::new("a"), document: USAGE_TERMS }.render(),
        ];
        for page in pages {
            assert!(page.expect("renders").contains(TERMS.since));
        }
    }

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
