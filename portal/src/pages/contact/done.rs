//! `GET /contact/done`: お問い合わせ 3/3, number, promised day, what happens next.
//! Anyone who sent something within the day.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::inquiry;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, html, see_other, words};

use super::STEPS;
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/contact/done.html")]
struct Page {
    frame: Frame,
    steps: [&'static str; 3],
    number: String,
    expected: String,
    mail: String,
    /// Where its owner follows it; empty for visitors.
    thread: String,
}

/// The page after sending.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    let (owner, now) = (super::owner(&who, &visitor), portal.now());
    let Some(sent) = portal.db.read(move |c| inquiry::find_sent(c, &owner, now)).await? else {
        return Ok(see_other("/contact"));
    };
    let thread = super::asker(&who).map_or_else(String::new, |_| format!("/inquiries/{}", sent.id));
    html(&Page {
        frame: who.frame("お問い合わせを受け付けました").step(3, 3).receipt(sent.number.as_str()),
        steps: STEPS,
        number: sent.number.to_string(),
        expected: words::plain_date(sent.expected_on),
        mail: sent.email.map_or_else(String::new, |email| email.as_str().to_owned()),
        thread,
    })
}
