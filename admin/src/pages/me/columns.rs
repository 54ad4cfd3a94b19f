//! `POST /me/columns`: which columns of the reviewers' list one sees. Any of the
//! staff.

use actix_web::web::Data;
use serde::Deserialize;
use uketsuke_core::staff::{self, QueueColumn};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use crate::Office;
use crate::access::{Anybody, Staff};

/// What is ticked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ColumnsForm {
    columns: Vec<String>,
}

/// Keeps the choice.
pub async fn keep(office: Data<Office>, who: Staff<Anybody>, Form(form): Form<ColumnsForm>) -> PageResult {
    let columns: Vec<QueueColumn> = form.columns.iter().filter_map(|name| QueueColumn::parse(name)).collect();
    let id = who.scope.staff().clone();
    office.db.write(who.actor(), move |tx| staff::show_columns(tx, &id, &columns)).await?;
    Ok(who.done("/me", "審査一覧の列を変更しました"))
}
