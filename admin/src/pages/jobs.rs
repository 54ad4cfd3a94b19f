//! `GET /jobs`: background jobs that failed for good. Whoever reads mail.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::desk::{self, DeadJob};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ReadMail, Staff};

#[derive(Template)]
#[template(path = "admin/jobs.html")]
struct Page {
    frame: Frame,
    rows: Vec<DeadJob>,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadMail>) -> PageResult {
    let scope = who.scope.clone();
    let rows = office.db.read(move |c| desk::list_dead_jobs(c, &scope)).await?;
    html(&Page { frame: who.frame("止まった処理", "/mails"), rows })
}
