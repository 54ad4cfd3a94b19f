//! Days that administrators add and remove. Dates that applicants were told stay
//! as they are: only what is sent from now on, and how ages are counted, changes.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use diesel::prelude::*;

use super::model::{Holiday, HolidaySource};
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::schema::holidays;
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// The first day that can be listed: older applications than that there are none.
pub const EARLIEST: NaiveDate = NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day");
/// How far ahead a day can be added.
const AHEAD: Days = Days::new(3 * 366);
/// The longest name, characters.
const MAX_NAME: usize = 40;

/// A day to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The day.
    pub day: NaiveDate,
    /// What it is called.
    pub name: String,
}

impl Input {
    /// Reads a name for a day already read, and judges both by the list as it is.
    ///
    /// # Errors
    /// `Invalid`, naming `day` and `name`.
    pub fn read(
        conn: &mut Conn,
        today: NaiveDate,
        (day, name): (Option<NaiveDate>, &str),
        mut errors: FieldErrors,
    ) -> Result<Self> {
        let name = errors.take("name", "名前", fold::text(name, MAX_NAME));
        if let Some(fault) = day.map(|day| fault_of(conn, today, day)).transpose()?.flatten() {
            errors.add("day", "日付", FieldFault::Sentence(fault));
        }
        let input = day.zip(name).map(|(day, name)| Self { day, name });
        errors.into_result(input).map_err(Error::from)
    }
}

fn fault_of(conn: &mut Conn, today: NaiveDate, day: NaiveDate) -> Result<Option<String>> {
    if day < EARLIEST || day > today + AHEAD {
        return Ok(Some("2024年1月1日から3年先までの日付を入力してください".to_owned()));
    }
    if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        return Ok(Some("土曜日と日曜日は、もともと営業日に数えません".to_owned()));
    }
    let listed: Option<String> = holidays::table.find(day).select(holidays::name).first(conn).optional()?;
    Ok(listed.map(|name| format!("この日はすでに「{name}」として登録されています")))
}

/// Adds a day.
///
/// # Errors
/// `Forbidden`; `Invalid` when it is listed already.
pub fn add(tx: &mut Tx<'_>, scope: &StaffScope, input: &Input) -> Result<()> {
    may(scope)?;
    let (by, now) = (scope.actor().label(), tx.now());
    let inserted = tx.insert_once(|c| {
        diesel::insert_into(holidays::table)
            .values((
                holidays::day.eq(input.day),
                holidays::name.eq(&input.name),
                holidays::source.eq(HolidaySource::Added),
                holidays::added_by.eq(by),
                holidays::at.eq(now),
            ))
            .execute(c)
    })?;
    if !inserted {
        let today = tokyo_date(now.utc());
        Input::read(tx.conn(), today, (Some(input.day), &input.name), FieldErrors::default())?;
        return Err(Error::Conflict);
    }
    record(tx, "holiday.added", input.day, &input.name)
}

/// An added day.
///
/// # Errors
/// `NotFound`, also for a holiday of the law; `Forbidden`.
pub fn get_added(conn: &mut Conn, scope: &StaffScope, day: NaiveDate) -> Result<Holiday> {
    may(scope)?;
    let row = holidays::table.find(day).filter(holidays::source.eq(HolidaySource::Added));
    Ok(row.select(Holiday::as_select()).first(conn)?)
}

/// Removes an added day.
///
/// # Errors
/// `NotFound`, also for a holiday of the law; `Forbidden`.
pub fn remove(tx: &mut Tx<'_>, scope: &StaffScope, day: NaiveDate) -> Result<()> {
    let holiday = get_added(tx.conn(), scope, day)?;
    diesel::delete(holidays::table.find(day)).execute(tx.conn())?;
    record(tx, "holiday.removed", day, &holiday.name)
}

fn record(tx: &mut Tx<'_>, action: &'static str, day: NaiveDate, name: &str) -> Result<()> {
    let subject = day.to_string();
    tx.record(Deed::new(action, "holidays", &subject).with(serde_json::json!({ "name": name })))
}

pub(super) fn may(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ManageSettings) { Ok(()) } else { Err(Error::Forbidden) }
}
