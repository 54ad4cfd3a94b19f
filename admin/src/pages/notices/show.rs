//! `GET /notices/{id}`: one notice. `POST /notices/{id}/end`: ends it now.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::ids::NoticeId;
use uketsuke_core::notice::{self, Notice};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html};

use super::{PATH, audience, period, standing};
use crate::Office;
use crate::access::{PublishNotices, Staff};

#[derive(Template)]
#[template(path = "admin/notices/show.html")]
struct Page {
    frame: Frame,
    audience: String,
    period: String,
    standing: (&'static str, &'static str),
    is_over: bool,
    notice: Notice,
}

/// The notice.
pub async fn show(office: Data<Office>, who: Staff<PublishNotices>, id: Path<String>) -> PageResult {
    let (id, scope) = (id_of(&id)?, who.scope.clone());
    let notice = office.db.read(move |c| notice::get(c, &scope, &id)).await?;
    let now = office.db.clock().now().into();
    html(&Page {
        frame: who.frame(notice.title.as_str(), PATH),
        audience: audience(&notice.for_kinds(), &notice.for_prefectures()),
        period: period(&notice),
        standing: standing(&notice, now),
        is_over: notice.ends_at <= now,
        notice,
    })
}

/// Ends it.
pub async fn end(office: Data<Office>, who: Staff<PublishNotices>, id: Path<String>) -> PageResult {
    let (id, scope) = (id_of(&id)?, who.scope.clone());
    office.db.write(who.actor(), move |tx| notice::end(tx, &scope, &id)).await?;
    Ok(who.done(PATH, "お知らせの表示を終了しました"))
}

fn id_of(text: &str) -> Result<NoticeId, PageError> {
    NoticeId::parse(text).ok_or_else(PageError::not_found)
}
