//! `GET, POST /queue/export`: the list as a file, under its conditions. Whoever
//! reads applications.

use actix_web::web::{Data, Query};
use chrono::NaiveDate;
use uketsuke_core::application::worklist::{self, From, Row};
use uketsuke_core::clock::{tokyo_date, tokyo_time_full};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::spreadsheet::{Cell, MOST_ROWS, Sheet};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::asked::Asked;
use crate::Office;
use crate::access::{ReadApplications, Staff};
use crate::export::{self, Export, ExportForm};
use crate::pages::words::{prefecture_name, time_left};

/// One more than is written, to know that there are more.
#[expect(clippy::cast_possible_truncation, reason = "ten thousand and one")]
const SIZE: u16 = MOST_ROWS as u16 + 1;
const HEADINGS: [&str; 11] = [
    "受付番号",
    "申請",
    "施設",
    "所属機関",
    "都道府県",
    "受付日時",
    "回答の期限",
    "残り",
    "確認の方法",
    "状態",
    "担当者",
];

/// Asks for the format.
pub async fn ask(office: Data<Office>, who: Staff<ReadApplications>, Query(asked): Query<Asked>) -> PageResult {
    let rows = sheet(&office, &who, &asked).await?.rows.len();
    export::ask(&who, of(&asked), rows)
}

/// The file.
pub async fn deliver(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    Query(asked): Query<Asked>,
    Form(form): Form<ExportForm>,
) -> PageResult {
    let sheet = sheet(&office, &who, &asked).await?;
    export::deliver(&office, &who, of(&asked), sheet, form).await
}

fn of(asked: &Asked) -> Export {
    let query = asked.query();
    Export {
        list: "審査一覧",
        menu: "/queue",
        action: format!("/queue/export?{query}"),
        back: format!("/queue?{query}"),
    }
}

async fn sheet(office: &Office, who: &Staff<ReadApplications>, asked: &Asked) -> Result<Sheet> {
    let (view, filter) = (asked.view(), asked.filter(&mut FieldErrors::default()));
    let (scope, now) = (who.scope.clone(), office.db.clock().now());
    let page =
        office.db.read(move |c| worklist::list(c, &scope, view, &filter, &From::Start, (SIZE, now.into()))).await?;
    Ok(sheet_of(page.rows, tokyo_date(now)))
}

/// The rows as a table.
pub(super) fn sheet_of(rows: Vec<Row>, today: NaiveDate) -> Sheet {
    let mut sheet = Sheet::new(&HEADINGS);
    sheet.rows.extend(rows.into_iter().map(|row| cells(row, today)));
    sheet
}

fn cells(row: Row, today: NaiveDate) -> Vec<Cell> {
    vec![
        row.number.map(|number| number.as_str().to_owned()).into(),
        row.kind.title().into(),
        row.facility_name.into(),
        row.facility_kind.label().into(),
        prefecture_name(row.prefecture).into(),
        row.submitted_at.map(|at| tokyo_time_full(at.utc())).into(),
        row.due_on.into(),
        time_left(row.state, row.due_on, today).into(),
        row.method.map(|method| method.label().to_owned()).into(),
        row.state.staff_label().into(),
        row.holder.into(),
    ]
}
