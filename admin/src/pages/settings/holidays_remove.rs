//! `GET /settings/holidays/{day}/remove`: asks. `POST`: takes an added day out of
//! the list; those of the law have no such page. Administrators.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use uketsuke_core::application::due;
use uketsuke_core::error::Error;
use uketsuke_core::holiday::{self, Holiday};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::holidays::{MENU, PATH};
use crate::Office;
use crate::access::{ManageSettings, Staff};

#[derive(Template)]
#[template(path = "admin/settings/holidays_remove.html")]
struct Page {
    frame: Frame,
    holiday: Holiday,
    touched: i64,
}

/// Asks.
pub async fn show(office: Data<Office>, who: Staff<ManageSettings>, path: Path<String>) -> PageResult {
    let (day, scope) = (day(&path)?, who.scope.clone());
    let (holiday, touched) =
        office.db.read(move |c| Ok((holiday::get_added(c, &scope, day)?, due::running_over(c, &scope, day)?))).await?;
    html(&Page { frame: who.frame("休日の取消しの確認", MENU), holiday, touched })
}

/// Removes it.
pub async fn remove(office: Data<Office>, who: Staff<ManageSettings>, path: Path<String>) -> PageResult {
    let (day, scope) = (day(&path)?, who.scope.clone());
    office.db.write(who.actor(), move |tx| holiday::remove(tx, &scope, day)).await?;
    let told = format!("{}を休日から外しました", uketsuke_web::words::plain_date(day));
    Ok(who.done(format!("{PATH}?year={}", day.year()), &told))
}

fn day(text: &str) -> Result<NaiveDate, Error> {
    text.parse().map_err(|_| Error::NotFound)
}
