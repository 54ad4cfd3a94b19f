//! `GET /inquiries/export?…`: the choice of format for the list, under its
//! conditions. `POST`: the file. Whoever reads inquiries.

use actix_web::web::{Data, Query};
use uketsuke_core::db::{At, Conn};
use uketsuke_core::desk::export::{BATCH, Listing, Sheet};
use uketsuke_core::error::Result;
use uketsuke_core::inquiry::ERASED_ASKER;
use uketsuke_core::inquiry::worklist::{self, Filter, From, Row, View};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::{Cell, Column};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::asked::Asked;
use crate::Office;
use crate::access::{ReadInquiries, Staff};
use crate::pages::export::{self, Chosen, Place};

const SHEET: Sheet = Sheet {
    key: "inquiries",
    title: "お問い合わせ",
    columns: &[
        Column::new("受付番号", 16),
        Column::new("ポータルサイト", 32),
        Column::new("種類", 34),
        Column::new("状態", 12),
        Column::new("受付方法", 10),
        Column::new("お名前", 20),
        Column::new("施設", 34),
        Column::new("機関コード", 14),
        Column::new("受付日時", 17),
        Column::new("回答の期限", 12),
        Column::new("最後のやりとり", 17),
        Column::new("担当者", 18),
    ],
};

#[derive(Clone)]
struct Inquiries {
    view: View,
    filter: Filter,
    conditions: Vec<String>,
    from: Option<From>,
    now: At,
}

impl Listing for Inquiries {
    fn sheet(&self) -> Sheet {
        SHEET
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        let view = ("一覧の種類", self.view.label().to_owned());
        [view].into_iter().chain(self.conditions.iter().map(|words| ("条件", words.clone()))).collect()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        let Some(from) = self.from.take() else { return Ok(Vec::new()) };
        let page = worklist::list(conn, scope, (self.view, &self.filter), &from, (BATCH, self.now))?;
        self.from = page.next.map(From::After);
        Ok(page.rows.into_iter().map(cells).collect())
    }
}

fn cells(row: Row) -> Vec<Cell> {
    vec![
        Cell::text(row.number.as_str()),
        Cell::text(row.site.name()),
        Cell::text(row.category.label()),
        Cell::text(row.state.label()),
        Cell::text(row.channel.label()),
        Cell::text(if row.name.is_empty() { ERASED_ASKER.to_owned() } else { row.name }),
        Cell::text(row.facility_name.unwrap_or_default()),
        row.facility_code.map_or(Cell::Empty, |code| Cell::text(code.as_str())),
        Cell::Time(row.created_at),
        Some(row.expected_on).into(),
        Cell::Time(row.last_message_at),
        Cell::text(row.holder.unwrap_or_default()),
    ]
}

fn inquiries(office: &Office, asked: &Asked) -> (Inquiries, Place) {
    let query = asked.query();
    let (action, back) = (format!("/inquiries/export?{query}"), format!("/inquiries?{query}"));
    let inquiries = Inquiries {
        view: asked.view(),
        filter: asked.filter(),
        conditions: asked.chips().into_iter().map(|(words, _)| words).collect(),
        from: Some(From::Start),
        now: office.db.clock().now().into(),
    };
    (inquiries, Place { action, back, menu: "/inquiries" })
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadInquiries>, Query(asked): Query<Asked>) -> PageResult {
    let (inquiries, place) = inquiries(&office, &asked);
    export::show(&office, &who, inquiries, place).await
}

/// The file.
pub async fn send(
    office: Data<Office>,
    who: Staff<ReadInquiries>,
    Query(asked): Query<Asked>,
    Form(chosen): Form<Chosen>,
) -> PageResult {
    let (inquiries, place) = inquiries(&office, &asked);
    export::send(&office, &who, inquiries, place, chosen).await
}
