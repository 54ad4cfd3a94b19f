//! `GET /payments/{id}`: a batch with its transfers. Whoever reads 助成金.

use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::desk::actor_names;
use uketsuke_core::error::Result;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::money::shown;
use uketsuke_core::staff::role::Permission;
use uketsuke_core::subsidy::payment::{self, Batch, BatchState, Line};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, words};

use super::{PATH, parse};
use crate::Office;
use crate::access::{ReadSubsidies, Staff};

/// Transfers on one page.
const SIZE: i64 = 50;

#[derive(Template)]
#[template(path = "admin/payments/show.html")]
struct Page {
    frame: Frame,
    batch: Batch,
    by: String,
    rows: Vec<Row>,
    next: String,
    may_pay: bool,
}

/// One transfer.
struct Row {
    position: i32,
    application: ApplicationId,
    number: String,
    facility: String,
    place: String,
    account: String,
    holder: String,
    yen: String,
    /// Where it stands; why it came back, and when.
    standing: String,
    /// Where it is booked that it came back.
    return_href: String,
}

/// The query string, as asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: i32,
}

/// The page.
pub async fn show(
    office: Data<Office>,
    who: Staff<ReadSubsidies>,
    path: Path<String>,
    Query(asked): Query<Asked>,
) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let (batch, lines, by) = office
        .db
        .read(move |c| {
            let batch = payment::get(c, &id)?;
            let lines = payment::lines(c, &scope, &id, asked.after, SIZE)?;
            let by = actor_names(c, std::iter::once(batch.prepared_by.as_str()))?.of(&batch.prepared_by);
            Ok((batch, lines, by))
        })
        .await?;
    let may_pay = who.scope.may(Permission::Pay);
    let last = lines.last().map_or(0, |line| line.item.position);
    let next = if last > 0 && last < batch.items { format!("{PATH}/{}?after={last}", batch.id) } else { String::new() };
    let rows = lines.into_iter().map(|line| row(&batch, line, may_pay)).collect::<Result<_>>()?;
    html(&Page { frame: who.frame("振込データ", PATH), batch, by, rows, next, may_pay })
}

fn row(batch: &Batch, line: Line, may_pay: bool) -> Result<Row> {
    let (payee, item) = (line.item.payee()?, line.item);
    let standing = match (item.returned_on, &item.returned_because) {
        (Some(on), because) => {
            format!("{}に戻りました（{}）", words::plain_date(on), because.as_deref().unwrap_or_default())
        }
        (None, _) => batch.state.label().to_owned(),
    };
    let may_return = may_pay && batch.state == BatchState::Settled && item.released_at.is_none();
    let return_href = if may_return { format!("{PATH}/{}/items/{}/return", batch.id, item.id) } else { String::new() };
    Ok(Row {
        position: item.position,
        application: item.application_id,
        number: line.receipt_number,
        facility: line.facility_name,
        place: payee.place(),
        account: payee.masked(),
        holder: payee.holder_shown(),
        yen: shown(item.yen),
        standing,
        return_href,
    })
}
