//! `GET /notices`: the newest notices.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::notice::{self, Notice};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::{PATH, audience, period, standing};
use crate::Office;
use crate::access::{PublishNotices, Staff};

#[derive(Template)]
#[template(path = "admin/notices/list.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    notice: Notice,
    standing: (&'static str, &'static str),
    audience: String,
    period: String,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<PublishNotices>) -> PageResult {
    let scope = who.scope.clone();
    let notices = office.db.read(move |c| notice::list(c, &scope)).await?;
    let now = office.db.clock().now().into();
    let row = |notice: Notice| Row {
        standing: standing(&notice, now),
        audience: audience(&notice.for_kinds(), &notice.for_prefectures()),
        period: period(&notice),
        notice,
    };
    html(&Page { frame: who.frame("アプリのお知らせ", PATH), rows: notices.into_iter().map(row).collect() })
}
