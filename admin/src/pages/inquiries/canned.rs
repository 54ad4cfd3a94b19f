//! `GET /inquiries/canned`: the answers kept ready, retired ones too. Whoever
//! answers inquiries.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::inquiry::canned::{self, CannedAnswer};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{AnswerInquiries, Staff};

#[derive(Template)]
#[template(path = "admin/inquiries/canned.html")]
struct Page {
    frame: Frame,
    rows: Vec<CannedAnswer>,
}

/// The list.
pub async fn list(office: Data<Office>, who: Staff<AnswerInquiries>) -> PageResult {
    let scope = who.scope.clone();
    let rows = office.db.read(move |c| canned::list(c, &scope)).await?;
    html(&Page { frame: who.frame("よく使う回答", "/inquiries"), rows })
}
