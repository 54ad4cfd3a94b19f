//! The yearly maintenance: the Cabinet Office's file `syukujitsu.csv` (CP932,
//! 「国民の祝日・休日月日,国民の祝日・休日名称」, dates like 2026/1/1), compared with
//! the list before anything changes.
//!
//! A year that the file names is afterwards as the file has it; other years, and
//! days that administrators added, stay.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use encoding_rs::SHIFT_JIS;

use super::maintain::{EARLIEST, may};
use super::model::{Holiday, HolidaySource};
use crate::audit::Deed;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::form::{FieldErrors, FieldFault};
use crate::schema::holidays;
use crate::scope::StaffScope;

/// The largest file: the Cabinet Office's has 20 kilobytes.
pub const MAX_BYTES: u64 = 200_000;
/// The longest name, characters.
const MAX_NAME: usize = 40;

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The day.
    pub day: NaiveDate,
    /// What it is called.
    pub name: String,
}

/// What the file would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// The years that the file names, from [`EARLIEST`] on.
    pub years: Vec<i32>,
    /// Days that come in.
    pub added: Vec<Row>,
    /// Days that get another name, or were added by hand and are the law's now.
    pub renamed: Vec<Row>,
    /// Days that are the law's no more.
    pub removed: Vec<Row>,
    /// Days that stay.
    pub same: usize,
}

impl Difference {
    /// Whether anything would change.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.renamed.is_empty() && self.removed.is_empty()
    }
}

/// Reads a file; days before [`EARLIEST`] are passed over.
///
/// # Errors
/// `Invalid` (field `file`), naming the first line that cannot be read.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => SHIFT_JIS.decode_without_bom_handling(bytes).0.into_owned(),
    };
    let mut rows = BTreeMap::new();
    let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    for (at, record) in csv.records().enumerate() {
        let record = record.map_err(|_| fault(format!("{}行目を読めません", at + 1)))?;
        let (first, name) = (record.get(0).unwrap_or("").trim(), record.get(1).unwrap_or("").trim());
        match date(first) {
            Some(day) if day >= EARLIEST => {
                let length = name.chars().count();
                if length == 0 || length > MAX_NAME || name.contains(char::is_control) {
                    return Err(fault(format!("{}行目の名前を読めません", at + 1)));
                }
                rows.insert(day, name.to_owned());
            }
            Some(_) => {}
            // The headings.
            None if at == 0 => {}
            None => return Err(fault(format!("{}行目の日付を読めません", at + 1))),
        }
    }
    if rows.is_empty() {
        return Err(fault("2024年より後の祝日がひとつもありません。内閣府の「syukujitsu.csv」を選んでください".into()));
    }
    Ok(rows.into_iter().map(|(day, name)| Row { day, name }).collect())
}

fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split(['/', '-']).map(str::parse::<u32>);
    let mut part = || parts.next()?.ok();
    let (year, month, day) = (part()?, part()?, part()?);
    if parts.next().is_some() || year > 2100 {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn fault(sentence: String) -> Error {
    let mut errors = FieldErrors::default();
    errors.add("file", "ファイル", FieldFault::Sentence(sentence));
    errors.into()
}

/// What these rows would change.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn compare(conn: &mut Conn, scope: &StaffScope, rows: &[Row]) -> Result<Difference> {
    may(scope)?;
    let years: BTreeSet<i32> = rows.iter().map(|row| row.day.year()).collect();
    let listed: Vec<Holiday> = holidays::table.order(holidays::day).select(Holiday::as_select()).load(conn)?;
    let by_day: BTreeMap<NaiveDate, &Holiday> = listed.iter().map(|holiday| (holiday.day, holiday)).collect();
    let mut difference = Difference::default();
    for row in rows {
        match by_day.get(&row.day) {
            None => difference.added.push(row.clone()),
            Some(now) if now.name == row.name && now.source == HolidaySource::Law => difference.same += 1,
            Some(_) => difference.renamed.push(row.clone()),
        }
    }
    let named: BTreeSet<NaiveDate> = rows.iter().map(|row| row.day).collect();
    let gone = listed.iter().filter(|holiday| {
        holiday.source == HolidaySource::Law && years.contains(&holiday.day.year()) && !named.contains(&holiday.day)
    });
    difference.removed = gone.map(|holiday| Row { day: holiday.day, name: holiday.name.clone() }).collect();
    difference.years = years.into_iter().collect();
    Ok(difference)
}

/// Takes the rows in; what then changed.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn apply(tx: &mut Tx<'_>, scope: &StaffScope, rows: &[Row]) -> Result<Difference> {
    let difference = compare(tx.conn(), scope, rows)?;
    let (by, now) = (scope.actor().label(), tx.now());
    for row in difference.removed.iter().chain(&difference.renamed) {
        diesel::delete(holidays::table.find(row.day)).execute(tx.conn())?;
    }
    for row in difference.added.iter().chain(&difference.renamed) {
        diesel::insert_into(holidays::table)
            .values((
                holidays::day.eq(row.day),
                holidays::name.eq(&row.name),
                holidays::source.eq(HolidaySource::Law),
                holidays::added_by.eq(&by),
                holidays::at.eq(now),
            ))
            .execute(tx.conn())?;
    }
    let years: Vec<String> = difference.years.iter().map(i32::to_string).collect();
    let days = |rows: &[Row]| rows.iter().map(|row| row.day.to_string()).collect::<Vec<_>>();
    let detail = serde_json::json!({
        "years": years, "added": days(&difference.added),
        "renamed": days(&difference.renamed), "removed": days(&difference.removed),
    });
    tx.record(Deed::new("holiday.imported", "holidays", &years.join(",")).with(detail))?;
    Ok(difference)
}
