//! `GET /devices/export?…`: the choice of format for the devices found. `POST`:
//! the file. Whoever reads facilities.

use actix_web::web::{Data, Query};
use uketsuke_core::db::Conn;
use uketsuke_core::desk::export::{BATCH, Listing, Sheet};
use uketsuke_core::desk::{self, DeviceFilter, DeviceRow};
use uketsuke_core::error::Result;
use uketsuke_core::ids::DeviceId;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::{Cell, Column};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::index::Asked;
use super::state_words;
use crate::Office;
use crate::access::{ReadFacilities, Staff};
use crate::pages::export::{self, Chosen, Place};

const SHEET: Sheet = Sheet {
    key: "devices",
    title: "端末",
    columns: &[
        Column::new("ユーザーID", 12),
        Column::new("端末識別メモ", 24),
        Column::new("機関コード", 13),
        Column::new("施設", 34),
        Column::new("状態", 10),
        Column::new("発行", 17),
        Column::new("最後に使った日時", 17),
    ],
};

/// The devices found, as a list to write.
#[derive(Clone)]
struct Found {
    filter: DeviceFilter,
    after: Option<DeviceId>,
    ended: bool,
}

impl Listing for Found {
    fn sheet(&self) -> Sheet {
        SHEET
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        let words = Some(self.filter.words.trim().to_owned()).filter(|words| !words.is_empty());
        let state = self.filter.state.map(|state| state_words(state).0.to_owned());
        [("ID・コード・名称・電話", words), ("状態", state)]
            .into_iter()
            .filter_map(|(label, value)| Some((label, value?)))
            .collect()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        if self.ended {
            return Ok(Vec::new());
        }
        let page = desk::search_devices(conn, scope, &self.filter, self.after.as_ref(), BATCH)?;
        self.ended = page.next.is_none();
        self.after = page.next;
        Ok(page.rows.iter().map(cells).collect())
    }
}

fn cells(row: &DeviceRow) -> Vec<Cell> {
    vec![
        Cell::text(&row.user_id),
        Cell::text(&row.label),
        Cell::text(&row.facility_code),
        Cell::text(&row.facility_name),
        Cell::text(state_words(row.state).0),
        Some(row.created_at).into(),
        row.last_used_at.into(),
    ]
}

fn found(asked: &Asked) -> (Found, Place) {
    let query = asked.query();
    let place =
        Place { action: format!("/devices/export?{query}"), back: format!("/devices?{query}"), menu: "/devices" };
    (Found { filter: asked.filter(), after: None, ended: false }, place)
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadFacilities>, Query(asked): Query<Asked>) -> PageResult {
    let (found, place) = found(&asked);
    export::show(&office, &who, found, place).await
}

/// The file.
pub async fn send(
    office: Data<Office>,
    who: Staff<ReadFacilities>,
    Query(asked): Query<Asked>,
    Form(chosen): Form<Chosen>,
) -> PageResult {
    let (found, place) = found(&asked);
    export::send(&office, &who, found, place, chosen).await
}
