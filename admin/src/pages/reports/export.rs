//! `GET /reports/{figure}/export?…`: the choice of format for the table behind a
//! chart. `POST`: the file. Whoever reads applications.

use std::sync::Arc;

use actix_web::web::{Data, Path, Query};
use chrono::NaiveDate;
use uketsuke_core::application::Procedures;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Conn;
use uketsuke_core::desk::export::{Listing, Sheet};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::report::Filter;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::Cell;
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;
use uketsuke_web::words::plain_date;

use super::figures::{Means, draw};
use super::index::Asked;
use super::tables::Figure;
use crate::Office;
use crate::access::{ReadApplications, Staff};
use crate::pages::export::{self, Chosen, Place};

/// The table of one figure.
#[derive(Clone)]
struct Table {
    figure: Figure,
    filter: Filter,
    today: NaiveDate,
    procedures: Arc<Procedures>,
    ended: bool,
}

impl Listing for Table {
    fn sheet(&self) -> Sheet {
        Sheet { key: self.figure.key(), title: self.figure.title(), columns: self.figure.columns() }
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        let Filter { from, to, kind, prefecture } = &self.filter;
        let chosen = [
            ("期間", Some(format!("{}から{}まで", plain_date(*from), plain_date(*to)))),
            ("所属機関", kind.map(|kind| kind.label().to_owned())),
            ("都道府県", prefecture.map(|prefecture| prefecture.name().to_owned())),
        ];
        chosen.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(Vec::new());
        }
        let means = Means { procedures: &self.procedures, today: self.today };
        Ok(draw(conn, scope, &self.filter, self.figure, &means)?.rows)
    }
}

fn table(office: &Office, figure: &str, asked: &Asked) -> Result<(Table, Place)> {
    let figure = Figure::parse(figure).ok_or(Error::NotFound)?;
    let today = tokyo_date(office.db.clock().now());
    let (filter, query) = (asked.filter(today), asked.query());
    let place = Place {
        action: format!("/reports/{}/export?{query}", figure.key()),
        back: format!("/reports?{query}"),
        menu: "/reports",
    };
    Ok((Table { figure, filter, today, procedures: office.procedures.clone(), ended: false }, place))
}

/// The page.
pub async fn show(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    Query(asked): Query<Asked>,
) -> PageResult {
    let (table, place) = table(&office, &path, &asked)?;
    export::show(&office, &who, table, place).await
}

/// The file.
pub async fn send(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    Query(asked): Query<Asked>,
    Form(chosen): Form<Chosen>,
) -> PageResult {
    let (table, place) = table(&office, &path, &asked)?;
    export::send(&office, &who, table, place, chosen).await
}
