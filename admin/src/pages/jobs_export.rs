//! `GET /jobs/export`: the choice of format for the jobs that failed for good.
//! `POST`: the file. Whoever reads mail.

use actix_web::web::Data;
use uketsuke_core::db::Conn;
use uketsuke_core::desk::export::{Listing, Sheet};
use uketsuke_core::desk::{self, DeadJob};
use uketsuke_core::error::Result;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::{Cell, Column};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::export::{self, Chosen, Place};
use crate::Office;
use crate::access::{ReadMail, Staff};

const SHEET: Sheet = Sheet {
    key: "jobs",
    title: "止まった処理",
    columns: &[
        Column::new("種類", 22),
        Column::new("登録", 17),
        Column::new("止まった日時", 17),
        Column::new("試した回数", 11),
        Column::new("最後のエラー", 60),
    ],
};

/// What the screen lists, which is one step's worth.
#[derive(Clone)]
struct Dead {
    ended: bool,
}

impl Listing for Dead {
    fn sheet(&self) -> Sheet {
        SHEET
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(Vec::new());
        }
        Ok(desk::list_dead_jobs(conn, scope)?.into_iter().map(cells).collect())
    }
}

fn cells(row: DeadJob) -> Vec<Cell> {
    vec![
        Cell::text(row.kind),
        Cell::Time(row.created_at),
        row.finished_at.into(),
        Cell::Number(i64::from(row.attempts)),
        Cell::text(row.last_error.unwrap_or_default()),
    ]
}

fn dead() -> (Dead, Place) {
    (Dead { ended: false }, Place { action: "/jobs/export".into(), back: "/jobs".into(), menu: "/mails" })
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadMail>) -> PageResult {
    let (dead, place) = dead();
    export::show(&office, &who, dead, place).await
}

/// The file.
pub async fn send(office: Data<Office>, who: Staff<ReadMail>, Form(chosen): Form<Chosen>) -> PageResult {
    let (dead, place) = dead();
    export::send(&office, &who, dead, place, chosen).await
}
