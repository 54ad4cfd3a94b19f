//! `GET /settings/holidays?year=…`: the days on which offices are closed, by
//! year. `POST`: adds one, after its effect was shown. Administrators.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use uketsuke_core::application::due;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::desk::{ActorNames, actor_names};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::form::FieldErrors;
use uketsuke_core::holiday::{self, Holiday, HolidaySource, Input};
use uketsuke_web::extract::Form;
use uketsuke_web::form::DateTyped;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::{ManageSettings, Staff};

pub(super) const PATH: &str = "/settings/holidays";
/// The open entry of the menu.
pub(super) const MENU: &str = "/settings";

#[derive(Template)]
#[template(path = "admin/settings/holidays.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: Typed,
    year: i32,
    years: Vec<i32>,
    rows: Vec<Holiday>,
    names: ActorNames,
    known_until: Option<NaiveDate>,
    runs_out: bool,
}

impl Page {
    fn is_open(&self, year: &i32) -> bool {
        *year == self.year
    }

    fn is_added(&self, row: &Holiday) -> bool {
        row.source == HolidaySource::Added
    }
}

#[derive(Template)]
#[template(path = "admin/settings/holidays_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    input: Input,
    typed: Typed,
    touched: i64,
}

/// The query string.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: String,
}

/// The form as it comes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    name: String,
    day_era: String,
    day_year: String,
    day_month: String,
    day_day: String,
    step: String,
}

struct Typed {
    name: String,
    day: DateTyped,
}

impl Sent {
    fn typed(self) -> Typed {
        let day = DateTyped { era: self.day_era, year: self.day_year, month: self.day_month, day: self.day_day };
        Typed { name: self.name, day }
    }
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ManageSettings>, Query(asked): Query<Asked>) -> PageResult {
    let typed = Typed { name: String::new(), day: DateTyped { era: "ad".to_owned(), ..DateTyped::default() } };
    let year = asked.year.parse().ok();
    html(&page(&office, &who, year, typed, FieldErrors::default()).await?)
}

/// Shows what the day would touch; at the second step adds it.
pub async fn add(office: Data<Office>, who: Staff<ManageSettings>, Form(sent): Form<Sent>) -> PageResult {
    let decided = sent.step == "send";
    let typed = sent.typed();
    match take(&office, &who, &typed, decided).await {
        Ok((input, _)) if decided => {
            let told = format!("{}を休日に加えました", uketsuke_web::words::plain_date(input.day));
            Ok(who.done(format!("{PATH}?year={}", input.day.year()), &told))
        }
        Ok((input, touched)) => {
            html(&ConfirmPage { frame: who.frame("休日の追加の確認", MENU), input, typed, touched })
        }
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, None, typed, errors).await?),
        Err(other) => Err(other.into()),
    }
}

async fn take(office: &Office, who: &Staff<ManageSettings>, typed: &Typed, decided: bool) -> Result<(Input, i64)> {
    let mut errors = FieldErrors::default();
    let day = typed.day.read("day", "日付", &mut errors);
    let (name, scope) = (typed.name.clone(), who.scope.clone());
    let today = tokyo_date(office.db.clock().now());
    let work = move |c: &mut uketsuke_core::db::Conn| {
        let input = Input::read(c, today, (day, &name), errors)?;
        let touched = due::running_over(c, &scope, input.day)?;
        Ok((input, touched))
    };
    if !decided {
        return office.db.read(work).await;
    }
    let scope = who.scope.clone();
    office
        .db
        .write(who.actor(), move |tx| {
            let (input, touched) = work(tx.conn())?;
            holiday::add(tx, &scope, &input)?;
            Ok((input, touched))
        })
        .await
}

async fn page(
    office: &Office,
    who: &Staff<ManageSettings>,
    year: Option<i32>,
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page> {
    let today = tokyo_date(office.db.clock().now());
    let (first, last) = (holiday::EARLIEST.year(), today.year() + 3);
    let year = year.filter(|year| (first..=last).contains(year)).unwrap_or(today.year());
    let (rows, names, known_until) = office
        .db
        .read(move |c| {
            let rows = holiday::list(c, year)?;
            let names = actor_names(c, rows.iter().map(|row| row.added_by.as_str()))?;
            Ok((rows, names, holiday::known_until(c)?))
        })
        .await?;
    let frame = who.frame("休日", MENU).error(!errors.is_empty());
    let runs_out = holiday::runs_out(known_until, today);
    Ok(Page { frame, errors, typed, year, years: (first..=last).collect(), rows, names, known_until, runs_out })
}
