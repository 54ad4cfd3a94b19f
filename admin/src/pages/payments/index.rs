//! `GET /payments`: what waits to be paid, transfers that came back, and the batches.
//! Whoever reads 助成金. `POST`: puts all that waits into a batch. Whoever pays.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::holiday;
use uketsuke_core::money::shown;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::staff::role::Permission;
use uketsuke_core::subsidy::payment::{self, Batch, Held};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::{PATH, parse, slower};
use crate::Office;
use crate::access::{Pay, ReadSubsidies, Staff};

/// Batches on one page.
const SIZE: usize = 30;
/// Returned transfers that are shown: more are not dealt with at once.
const MOST_HELD: usize = 100;
/// Banks want a file some business days ahead.
const DAYS_AHEAD: u32 = 3;

#[derive(Template)]
#[template(path = "admin/payments/index.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    /// How many wait, and how much that is.
    waiting: (i64, String),
    held: Vec<Held>,
    /// More came back than are shown.
    more_held: bool,
    batches: Vec<Batch>,
    next: String,
    may_pay: bool,
    no_payer: Option<&'static str>,
    pay_on: String,
}

/// The query string, as asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: String,
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pay_on: String,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadSubsidies>, Query(asked): Query<Asked>) -> PageResult {
    html(&page(&office, &who, &asked, None, FieldErrors::default()).await?)
}

/// Puts a batch together.
pub async fn prepare(office: Data<Office>, who: Staff<Pay>, Form(typed): Form<Typed>) -> PageResult {
    let Some(payer) = office.config.transfer_payer.clone() else {
        return slower(&who, PATH, Refusal::NoPayer.into());
    };
    let mut errors = FieldErrors::default();
    let Some(pay_on) = errors.take("pay_on", "振込日", fold::date(&typed.pay_on)) else {
        return again(&office, &who, typed, errors).await;
    };
    let (scope, line_ends) = (who.scope.clone(), office.config.transfer_line_ends);
    let prepared =
        office.db.write(who.actor(), move |tx| payment::prepare(tx, &scope, (&payer, line_ends), pay_on)).await;
    match prepared {
        Ok(id) => {
            Ok(who.done(format!("{PATH}/{id}"), "振込データを作りました。内容を確かめて、ファイルを出力してください。"))
        }
        Err(Error::Invalid(errors)) => again(&office, &who, typed, errors).await,
        Err(error) => slower(&who, PATH, error),
    }
}

/// The form with its errors; where nothing waits any more there is no form to correct.
async fn again(office: &Office, who: &Staff<Pay>, typed: Typed, errors: FieldErrors) -> PageResult {
    let page = page(office, who, &Asked::default(), Some(typed.pay_on), errors).await?;
    match page.waiting.0 {
        0 => slower(who, PATH, Refusal::NothingToPay.into()),
        _ => invalid(&page),
    }
}

async fn page<D>(
    office: &Office,
    who: &Staff<D>,
    asked: &Asked,
    typed: Option<String>,
    errors: FieldErrors,
) -> Result<Page> {
    let (scope, today) = (who.scope.clone(), tokyo_date(office.db.clock().now()));
    let before = Some(asked.before.as_str()).filter(|id| !id.is_empty()).map(parse).transpose()?;
    let (waiting, mut held, mut batches, ahead) = office
        .db
        .read(move |c| {
            let last = before.map(|id| payment::get(c, &id)).transpose()?;
            let more_than = |size: usize| i64::try_from(size + 1).unwrap_or(i64::MAX);
            Ok((
                payment::count_waiting(c)?,
                payment::list_held(c, &scope, more_than(MOST_HELD))?,
                payment::list(c, &scope, last.as_ref(), more_than(SIZE))?,
                days_ahead(&holiday::calendar(c)?, today),
            ))
        })
        .await?;
    let more_held = held.len() > MOST_HELD;
    held.truncate(MOST_HELD);
    let more = batches.len() > SIZE;
    batches.truncate(SIZE);
    let next = batches.last().filter(|_| more).map_or(String::new(), |last| format!("{PATH}?before={}", last.id));
    Ok(Page {
        frame: who.frame("支払", PATH).error(!errors.is_empty()),
        errors,
        waiting: (waiting.0, shown(waiting.1)),
        held,
        more_held,
        batches,
        next,
        may_pay: who.scope.may(Permission::Pay),
        no_payer: office.config.transfer_payer.is_none().then(|| Refusal::NoPayer.sentence()),
        pay_on: typed.unwrap_or_else(|| ahead.to_string()),
    })
}

fn days_ahead(calendar: &uketsuke_core::calendar::Calendar, today: NaiveDate) -> NaiveDate {
    calendar.add_business_days(today, DAYS_AHEAD)
}
