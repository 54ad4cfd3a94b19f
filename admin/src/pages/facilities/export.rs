//! `GET /facilities/export?…`: the choice of format for the facilities found.
//! `POST`: the file. Whoever reads facilities.

use actix_web::web::{Data, Query};
use chrono::NaiveDate;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Conn;
use uketsuke_core::desk::export::{BATCH, Listing, Sheet};
use uketsuke_core::desk::{self, FacilityFilter};
use uketsuke_core::error::Result;
use uketsuke_core::exemption::{self, ExemptionReason};
use uketsuke_core::facility::Facility;
use uketsuke_core::ids::FacilityId;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::{Cell, Column};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::index::Asked;
use crate::Office;
use crate::access::{ReadFacilities, Staff};
use crate::pages::export::{self, Chosen, Place};

const SHEET: Sheet = Sheet {
    key: "facilities",
    title: "施設",
    columns: &[
        Column::new("機関コード", 13),
        Column::new("名称", 34),
        Column::new("フリガナ", 34),
        Column::new("所属機関", 22),
        Column::new("都道府県", 10),
        Column::new("郵便番号", 10),
        Column::new("住所", 44),
        Column::new("電話番号", 15),
        Column::new("管理者", 18),
        Column::new("指定日", 12),
        Column::new("廃止日", 12),
        Column::new("状態", 9),
        Column::new("やむを得ない事由", 44),
    ],
};

/// The facilities found, as a list to write.
#[derive(Clone)]
struct Found {
    filter: FacilityFilter,
    after: Option<(String, FacilityId)>,
    ended: bool,
    today: NaiveDate,
}

impl Listing for Found {
    fn sheet(&self) -> Sheet {
        SHEET
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        let FacilityFilter { words, kind, prefecture, participation } = &self.filter;
        let words = Some(words.trim()).filter(|words| !words.is_empty());
        let chosen = [
            ("コード・名称・電話・メールアドレス", words),
            ("所属機関", kind.map(|kind| kind.label())),
            ("都道府県", prefecture.map(|prefecture| prefecture.name())),
            ("参加の状況", participation.map(|(list, _)| list.label())),
        ];
        chosen.into_iter().filter_map(|(label, value)| Some((label, value?.to_owned()))).collect()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        if self.ended {
            return Ok(Vec::new());
        }
        let page = desk::search_facilities(conn, scope, &self.filter, self.after.as_ref(), BATCH)?;
        self.ended = page.next.is_none();
        self.after = page.next;
        let ids: Vec<FacilityId> = page.rows.iter().map(|row| row.id.clone()).collect();
        let reasons = exemption::reasons_of(conn, &ids)?;
        let row = |row: &Facility| cells(row, self.today, reasons.get(&row.id).copied());
        Ok(page.rows.iter().map(row).collect())
    }
}

fn cells(row: &Facility, today: NaiveDate, exempt: Option<ExemptionReason>) -> Vec<Cell> {
    vec![
        Cell::text(row.code.as_str()),
        Cell::text(&row.name),
        Cell::text(&row.kana),
        Cell::text(row.kind.label()),
        Cell::text(row.prefecture.name()),
        Cell::text(&row.postal_code),
        Cell::text(&row.address),
        Cell::text(&row.phone),
        Cell::text(&row.manager_name),
        row.designated_on.into(),
        row.closed_on.into(),
        Cell::text(if row.is_closed(today) { "廃止" } else { "開設中" }),
        Cell::text(exempt.map_or("", ExemptionReason::label)),
    ]
}

fn found(office: &Office, asked: &Asked) -> (Found, Place) {
    let today = tokyo_date(office.db.clock().now());
    let query = asked.query();
    let place = Place {
        action: format!("/facilities/export?{query}"),
        back: format!("/facilities?{query}"),
        menu: "/facilities",
    };
    (Found { filter: asked.filter(office.db.clock().now().into()), after: None, ended: false, today }, place)
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadFacilities>, Query(asked): Query<Asked>) -> PageResult {
    let (found, place) = found(&office, &asked);
    export::show(&office, &who, found, place).await
}

/// The file.
pub async fn send(
    office: Data<Office>,
    who: Staff<ReadFacilities>,
    Query(asked): Query<Asked>,
    Form(chosen): Form<Chosen>,
) -> PageResult {
    let (found, place) = found(&office, &asked);
    export::send(&office, &who, found, place, chosen).await
}
