//! `GET /`: what this site is, the two ways in, and the newest notices. Anyone.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::notice::{self, Notice};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::notices::audience;
use crate::{Anyone, Portal};

/// Notices shown.
const NOTICES: i64 = 5;

#[derive(Template)]
#[template(path = "portal/top.html")]
struct Page {
    frame: Frame,
    notices: Vec<Notice>,
}

/// The top page.
pub async fn show(portal: Data<Portal>, who: Anyone) -> PageResult {
    let (audience, now) = (audience(&who), portal.now());
    let notices = portal.db.read(move |c| notice::latest(c, audience, NOTICES, now)).await?;
    html(&Page { frame: who.frame("トップページ"), notices })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_page_shows_the_two_ways_in() {
        let html = Page { frame: Frame::new("トップページ"), notices: Vec::new() }.render().expect("renders");
        assert!(html.contains("href=\"/register\"") && html.contains("href=\"/login\""));
        assert!(html.contains("新しいお知らせはありません"));
    }
}
