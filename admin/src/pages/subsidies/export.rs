//! `GET /subsidies/books/export`: the choice of format for the books. `POST`: the
//! file. Whoever reads 助成金.

use actix_web::web::Data;
use uketsuke_core::books;
use uketsuke_core::db::Conn;
use uketsuke_core::desk::export::{Listing, Sheet};
use uketsuke_core::error::Result;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::{Cell, Column};
use uketsuke_core::subsidy::programme::{self, fiscal_year_name};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::PATH;
use crate::Office;
use crate::access::{ReadSubsidies, Staff};
use crate::pages::export::{self, Chosen, Place};

/// The books, a row per programme and year.
#[derive(Clone, Default)]
struct Books {
    ended: bool,
}

impl Listing for Books {
    fn sheet(&self) -> Sheet {
        const COLUMNS: &[Column] = &[
            Column::new("制度", 32),
            Column::new("年度", 12),
            Column::new("申請（件）", 12),
            Column::new("申請（円）", 16),
            Column::new("交付決定（件）", 14),
            Column::new("交付決定（円）", 16),
            Column::new("不交付（件）", 12),
            Column::new("振込待ち（件）", 14),
            Column::new("振込待ち（円）", 16),
            Column::new("振込手続中（件）", 16),
            Column::new("振込手続中（円）", 16),
            Column::new("振込済み（件）", 14),
            Column::new("振込済み（円）", 16),
            Column::new("戻った振込（件）", 16),
            Column::new("戻った振込（円）", 16),
            Column::new("予算（円）", 16),
            Column::new("予算の残り（円）", 16),
        ];
        Sheet { key: "subsidy_books", title: "助成金の帳簿", columns: COLUMNS }
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(Vec::new());
        }
        let programmes = programme::list(conn)?;
        let yen = |yen: Option<i64>| yen.map_or(Cell::Empty, Cell::Number);
        let row = |year: books::YearBooks| {
            let name = programmes.iter().find(|one| one.id == year.programme);
            let name = name.map_or(String::new(), |one| one.rules.name.clone());
            let pair = |sum: books::Sum| [Cell::Number(sum.count), Cell::Number(sum.yen)];
            let mut cells = vec![Cell::Text(name), Cell::Text(fiscal_year_name(year.fiscal_year))];
            cells.extend(pair(year.claimed));
            cells.extend(pair(year.granted));
            cells.push(Cell::Number(year.refused));
            for sum in [year.waiting(), year.in_transfer, year.paid, year.returned] {
                cells.extend(pair(sum));
            }
            cells.extend([yen(year.budget), yen(year.left())]);
            cells
        };
        Ok(books::list(conn, scope)?.into_iter().map(row).collect())
    }
}

fn place() -> Place {
    Place { action: format!("{PATH}/books/export"), back: PATH.to_owned(), menu: PATH }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadSubsidies>) -> PageResult {
    export::show(&office, &who, Books::default(), place()).await
}

/// The file.
pub async fn send(office: Data<Office>, who: Staff<ReadSubsidies>, Form(chosen): Form<Chosen>) -> PageResult {
    export::send(&office, &who, Books::default(), place(), chosen).await
}
