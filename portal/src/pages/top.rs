//! `GET /`: what this site is, and the two ways in. Anyone.

use actix_web::HttpRequest;
use askama::Template;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, site};

#[derive(Template)]
#[template(path = "portal/top.html")]
struct Page {
    frame: Frame,
}

/// The top page.
pub async fn show(request: HttpRequest) -> PageResult {
    html(&Page { frame: site::frame(&request, "トップページ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_page_shows_the_two_ways_in() {
        let html = Page { frame: Frame::new("トップページ") }.render().expect("renders");
        assert!(html.contains("href=\"/register\"") && html.contains("href=\"/login\""));
        assert!(html.contains("新しいお知らせはありません"));
    }
}
