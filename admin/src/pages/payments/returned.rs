//! `GET /payments/{id}/items/{item}/return`: asks when and why a transfer came back.
//! `POST`: books it. Whoever pays.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::PaymentItemId;
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::payment::{self, Line};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::{PATH, parse, slower};
use crate::Office;
use crate::access::{Pay, Staff};

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
    html(&page(&office, &who, &path, typed, FieldErrors::default()).await?)
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
    let Some(on) = errors.take("returned_on", "戻ってきた日", fold::date(&typed.returned_on)) else {
        return invalid(&page(&office, &who, &path, typed, errors).await?);
    };
    let (scope, because) = (who.scope.clone(), typed.because.clone());
    let booked = office
        .db
        .write(who.actor(), move |tx| payment::return_transfer(tx, &scope, (&batch, &item), (on, &because)))
        .await;
    let back = format!("{PATH}/{}", path.0);
    match booked {
        Ok(()) => Ok(who.done(back, "戻った振込を記録し、施設にメールで知らせました")),
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, &path, typed, errors).await?),
        Err(error) => slower(&who, &back, error),
    }
}

fn ids(path: &(String, String)) -> Result<(uketsuke_core::ids::PaymentBatchId, PaymentItemId)> {
    Ok((parse(&path.0)?, PaymentItemId::parse(&path.1).ok_or(Error::NotFound)?))
}

async fn page(
    office: &Office,
    who: &Staff<Pay>,
    path: &(String, String),
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page> {
    let ((batch, item), scope) = (ids(path)?, who.scope.clone());
    let line = office.db.read(move |c| payment::line(c, &scope, &batch, &item)).await?;
    let payee = line.item.payee()?;
    Ok(Page {
        frame: who.frame("戻った振込の記録", PATH).error(!errors.is_empty()),
        errors,
        back: format!("{PATH}/{}", path.0),
        place: payee.place(),
        account: payee.account(),
        holder: payee.holder_shown(),
        yen: shown(line.item.yen),
        line,
        typed,
    })
}
