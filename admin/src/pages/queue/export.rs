//! `GET /queue/export?…`: the choice of format for the list, under its
//! conditions. `POST`: the file. Whoever reads applications.

use actix_web::web::{Data, Query};
use chrono::NaiveDate;
use uketsuke_core::application::worklist::{self, Filter, From, Row, View};
use uketsuke_core::calendar::Calendar;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{At, Conn};
use uketsuke_core::desk::export::{BATCH, Listing, Sheet};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::holiday;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::{Cell, Column};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::asked::Asked;
use crate::Office;
use crate::access::{ReadApplications, Staff};
use crate::pages::export::{self, Chosen, Place};
use crate::pages::words::{prefecture_name, time_left};

/// The list as a file.
pub(super) const SHEET: Sheet = Sheet {
    key: "queue",
    title: "審査一覧",
    columns: &[
        Column::new("受付番号", 16),
        Column::new("申請", 20),
        Column::new("施設", 34),
        Column::new("所属機関", 34),
        Column::new("都道府県", 10),
        Column::new("受付日時", 17),
        Column::new("回答の期限", 12),
        Column::new("残り", 14),
        Column::new("確認の方法", 12),
        Column::new("状態", 20),
        Column::new("担当者", 18),
    ],
};

#[derive(Clone)]
struct Worklist {
    view: View,
    filter: Filter,
    conditions: Vec<String>,
    from: Option<From>,
    now: At,
}

impl Listing for Worklist {
    fn sheet(&self) -> Sheet {
        SHEET
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        let view = ("一覧の種類", self.view.label().to_owned());
        [view].into_iter().chain(self.conditions.iter().map(|words| ("条件", words.clone()))).collect()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        let Some(from) = self.from.take() else { return Ok(Vec::new()) };
        let page = worklist::list(conn, scope, self.view, &self.filter, &from, (BATCH, self.now))?;
        self.from = page.next.map(From::After);
        let (calendar, today) = (holiday::calendar(conn)?, tokyo_date(self.now.utc()));
        Ok(page.rows.into_iter().map(|row| cells(row, today, &calendar)).collect())
    }
}

/// One row of it.
pub(super) fn cells(row: Row, today: NaiveDate, calendar: &Calendar) -> Vec<Cell> {
    vec![
        row.number.map_or(Cell::Empty, |number| Cell::text(number.as_str())),
        Cell::text(row.kind.title()),
        Cell::text(row.facility_name),
        Cell::text(row.facility_kind.label()),
        Cell::text(prefecture_name(row.prefecture)),
        row.submitted_at.into(),
        row.due_on.into(),
        Cell::text(time_left(row.state, row.due_on, today, calendar)),
        Cell::text(row.method.map_or("", |method| method.label())),
        Cell::text(row.state.staff_label()),
        Cell::text(row.holder.unwrap_or_default()),
    ]
}

fn worklist(office: &Office, asked: &Asked) -> (Worklist, Place) {
    let query = asked.query();
    let place = Place { action: format!("/queue/export?{query}"), back: format!("/queue?{query}"), menu: "/queue" };
    let worklist = Worklist {
        view: asked.view(),
        filter: asked.filter(&mut FieldErrors::default()),
        conditions: asked.chips(&[]).into_iter().map(|(words, _)| words).collect(),
        from: Some(From::Start),
        now: office.db.clock().now().into(),
    };
    (worklist, place)
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadApplications>, Query(asked): Query<Asked>) -> PageResult {
    let (worklist, place) = worklist(&office, &asked);
    export::show(&office, &who, worklist, place).await
}

/// The file.
pub async fn send(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    Query(asked): Query<Asked>,
    Form(chosen): Form<Chosen>,
) -> PageResult {
    let (worklist, place) = worklist(&office, &asked);
    export::send(&office, &who, worklist, place, chosen).await
}
