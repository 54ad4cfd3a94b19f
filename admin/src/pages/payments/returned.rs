//! `GET /payments/{id}/items/{item}/return`: asks when and why a transfer came back.
//! `POST`: books it. Whoever pays.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::{PaymentBatchId, PaymentItemId};
use uketsuke_core::money::shown;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::subsidy::payment::{self, BatchState, Line};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::{PATH, parse, slower};
use crate::Office;
use crate::access::{Pay, Staff};

/// Letters of a reason.
const REASON_MAX: usize = 200;

#[derive(Template)]
#[template(path = "admin/payments/return.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    back: String,
    line: Line,
    place: String,
    account: String,
    holder: String,
    yen: String,
    typed: Typed,
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    returned_on: String,
    because: String,
}

/// Asks.
pub async fn show(office: Data<Office>, who: Staff<Pay>, path: Path<(String, String)>) -> PageResult {
    let today = tokyo_date(office.db.clock().now());
    let typed = Typed { returned_on: today.to_string(), because: String::new() };
    form(&office, &who, &path, typed, FieldErrors::default()).await
}

/// Books it.
pub async fn book(
    office: Data<Office>,
    who: Staff<Pay>,
    path: Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> PageResult {
    let (batch, item) = ids(&path)?;
    let mut errors = FieldErrors::default();
    let on = errors.take("returned_on", "戻ってきた日", fold::date(&typed.returned_on));
    let because = match on {
        // A day that can be read is judged together with a missing reason, so that
        // both are told at once.
        Some(_) => fold::optional_text(&typed.because, REASON_MAX).map(Option::unwrap_or_default),
        None => fold::text(&typed.because, REASON_MAX),
    };
    let (Some(on), Some(because)) = (on, errors.take("because", "理由", because)) else {
        return form(&office, &who, &path, typed, errors).await;
    };
    let scope = who.scope.clone();
    let booked = office
        .db
        .write(who.actor(), move |tx| payment::return_transfer(tx, &scope, (&batch, &item), (on, &because)))
        .await;
    let back = format!("{PATH}/{}", path.0);
    match booked {
        Ok(()) => Ok(who.done(back, "戻った振込を記録し、施設にメールで知らせました")),
        Err(Error::Invalid(errors)) => form(&office, &who, &path, typed, errors).await,
        Err(error) => slower(&who, &back, error),
    }
}

fn ids(path: &(String, String)) -> Result<(PaymentBatchId, PaymentItemId)> {
    Ok((parse(&path.0)?, PaymentItemId::parse(&path.1).ok_or(Error::NotFound)?))
}

/// The form; its batch, where the transfer is none that can come back.
async fn form(
    office: &Office,
    who: &Staff<Pay>,
    path: &(String, String),
    typed: Typed,
    errors: FieldErrors,
) -> PageResult {
    let ((batch, item), scope) = (ids(path)?, who.scope.clone());
    let (state, line) =
        office.db.read(move |c| Ok((payment::get(c, &batch)?.state, payment::line(c, &scope, &batch, &item)?))).await?;
    let back = format!("{PATH}/{}", path.0);
    if state != BatchState::Settled || line.item.released_at.is_some() {
        return slower(who, &back, Refusal::NotInThisState.into());
    }
    let payee = line.item.payee()?;
    let bad = !errors.is_empty();
    let page = Page {
        frame: who.frame("戻った振込の記録", PATH).error(bad),
        errors,
        back,
        place: payee.place(),
        account: payee.account(),
        holder: payee.holder_shown(),
        yen: shown(line.item.yen),
        line,
        typed,
    };
    if bad { invalid(&page) } else { html(&page) }
}
