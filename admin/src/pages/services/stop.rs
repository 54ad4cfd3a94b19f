//! `GET /services/{id}/stop`: what ending a credential means. `POST`: ends it at once.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::eligibility::{self, IntrospectionClient};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::show::find;
use super::{MENU, PATH};
use crate::Office;
use crate::access::{ManageStaff, Staff};

#[derive(Template)]
#[template(path = "admin/services/stop.html")]
struct Page {
    frame: Frame,
    client: IntrospectionClient,
}

/// The question.
pub async fn show(office: Data<Office>, who: Staff<ManageStaff>, id: Path<String>) -> PageResult {
    let client = find(&office, &id).await?;
    html(&Page { frame: who.frame("認証情報を停止する", MENU), client })
}

/// Ends it.
pub async fn stop(office: Data<Office>, who: Staff<ManageStaff>, id: Path<String>) -> PageResult {
    let client = find(&office, &id).await?;
    office.db.write(who.actor(), move |tx| eligibility::stop(tx, &client.id)).await?;
    Ok(who.done(PATH, "認証情報を停止しました"))
}
