//! `GET /staff/export`: the choice of format for the list of who works here.
//! `POST`: the file. Administrators.

use actix_web::web::Data;
use uketsuke_core::db::Conn;
use uketsuke_core::desk::export::{Listing, Sheet};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::{Cell, Column};
use uketsuke_core::staff::role::Permission;
use uketsuke_core::staff::{StaffMember, list_staff};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::index::words;
use crate::Office;
use crate::access::{ManageStaff, Staff};
use crate::pages::export::{self, Chosen, Place};

const SHEET: Sheet = Sheet {
    key: "staff",
    title: "職員",
    columns: &[
        Column::new("氏名", 20),
        Column::new("メールアドレス", 34),
        Column::new("役割", 26),
        Column::new("状態", 22),
        Column::new("招待", 17),
        Column::new("最後のログイン", 17),
    ],
};

#[derive(Clone)]
struct Colleagues {
    ended: bool,
}

impl Listing for Colleagues {
    fn sheet(&self) -> Sheet {
        SHEET
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        if !scope.may(Permission::ManageStaff) {
            return Err(Error::Forbidden);
        }
        if std::mem::replace(&mut self.ended, true) {
            return Ok(Vec::new());
        }
        Ok(list_staff(conn)?.into_iter().map(cells).collect())
    }
}

fn cells(row: StaffMember) -> Vec<Cell> {
    vec![
        Cell::text(row.name),
        Cell::text(row.email),
        Cell::text(row.roles.labels()),
        Cell::text(words(row.state).0),
        Cell::Time(row.created_at),
        row.last_login_at.into(),
    ]
}

fn colleagues() -> (Colleagues, Place) {
    (Colleagues { ended: false }, Place { action: "/staff/export".into(), back: "/staff".into(), menu: "/staff" })
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ManageStaff>) -> PageResult {
    let (colleagues, place) = colleagues();
    export::show(&office, &who, colleagues, place).await
}

/// The file.
pub async fn send(office: Data<Office>, who: Staff<ManageStaff>, Form(chosen): Form<Chosen>) -> PageResult {
    let (colleagues, place) = colleagues();
    export::send(&office, &who, colleagues, place, chosen).await
}
