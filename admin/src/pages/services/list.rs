//! `GET /services`: all credentials, without secrets.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::eligibility::{self, IntrospectionClient};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, words};

use super::{MENU, ranges, standing, until};
use crate::Office;
use crate::access::{ManageStaff, Staff};

#[derive(Template)]
#[template(path = "admin/services/list.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    client: IntrospectionClient,
    standing: (&'static str, &'static str),
    since: String,
    until: String,
    ranges: String,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ManageStaff>) -> PageResult {
    let (clients, now) = (office.db.read(eligibility::list).await?, office.db.clock().now().into());
    let row = |client: IntrospectionClient| Row {
        standing: standing(&client, now),
        since: words::date_time_full(client.created_at.utc()),
        until: until(&client),
        ranges: ranges(&client),
        client,
    };
    html(&Page { frame: who.frame("認証情報", MENU), rows: clients.into_iter().map(row).collect() })
}
