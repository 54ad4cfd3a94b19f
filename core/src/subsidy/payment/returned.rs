//! Transfers that came back: booked, told to the facility, and paid again once the
//! account is corrected, or somebody has made sure that it is right.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::super::decision::{self, Decided};
use super::super::payee::{self, Payee};
use super::batch::{BatchState, Item, get, may_pay, may_read};
use super::mail::TransferReturned;
use crate::account::verified_people;
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::form::{FieldErrors, FieldFault};
use crate::ids::{ApplicationId, PaymentBatchId, PaymentItemId};
use crate::refusal::Refusal;
use crate::schema::{payment_items, subsidy_decisions};
use crate::scope::{FacilityScope, StaffScope};

/// Letters of a reason.
const REASON_MAX: usize = 200;

/// Books that a transfer came back on a day, and why. Its claim is held until the
/// account is corrected; the people of the facility are told.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid`; [`Refusal::NotInThisState`] when its batch
/// was not carried out, or it was booked already.
pub fn return_transfer(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (batch, item): (&PaymentBatchId, &PaymentItemId),
    (on, because): (NaiveDate, &str),
) -> Result<()> {
    may_pay(scope)?;
    let batch = get(tx.conn(), batch)?;
    let item: Item = payment_items::table
        .find(item)
        .filter(payment_items::batch_id.eq(&batch.id))
        .select(Item::as_select())
        .first(tx.conn())?;
    if batch.state != BatchState::Settled || item.released_at.is_some() {
        return Err(Refusal::NotInThisState.into());
    }
    let because = because.trim();
    let (today, now) = (tokyo_date(tx.now().utc()), because.chars().count());
    let mut errors = FieldErrors::default();
    if on < batch.pay_on || on > today {
        let why = "戻ってきた日は、振込日から今日までの日を入力してください";
        errors.add("returned_on", "戻ってきた日", FieldFault::Sentence(why.to_owned()));
    }
    match now {
        0 => errors.add("because", "理由", FieldFault::Missing),
        now if now > REASON_MAX => errors.add("because", "理由", FieldFault::TooLong { max: REASON_MAX, now }),
        _ => {}
    }
    errors.into_result(Some(())).map_err(Error::from)?;
    let at = tx.now();
    let live = payment_items::table.find(&item.id).filter(payment_items::released_at.is_null());
    let released = diesel::update(live)
        .set((
            payment_items::released_at.eq(at),
            payment_items::returned_on.eq(on),
            payment_items::returned_because.eq(because),
        ))
        .execute(tx.conn())?;
    if released != 1 {
        return Err(Error::Conflict);
    }
    hold(tx, &item.application_id, Some(at))?;
    let decision = decision::find(tx.conn(), &item.application_id)?.ok_or(Error::NotFound)?;
    for account in verified_people(tx.conn(), &decision.facility)? {
        tx.send(&TransferReturned { application: item.application_id.clone(), account })?;
    }
    tx.record(
        Deed::new("payment.returned", "applications", item.application_id.as_str())
            .at_facility(&decision.facility)
            .with(
                json!({ "batch": batch.id, "position": item.position, "yen": item.yen, "on": on, "because": because }),
            ),
    )
}

/// Corrects the account that a returned transfer is paid to again.
///
/// # Errors
/// `NotFound` when the decision is not of this facility or the person is not
/// verified; [`Refusal::NotInThisState`] when no transfer came back.
pub fn correct_payee(tx: &mut Tx<'_>, scope: &FacilityScope, application: &ApplicationId, to: &Payee) -> Result<()> {
    let decision = decision::find(tx.conn(), application)?.ok_or(Error::NotFound)?;
    if decision.facility != *scope.facility() || !scope.verified() {
        return Err(Error::NotFound);
    }
    if decision.held_since.is_none() {
        return Err(Refusal::NotInThisState.into());
    }
    let text = payee::text(to)?;
    diesel::update(subsidy_decisions::table.find(application))
        .set(subsidy_decisions::payee.eq(text))
        .execute(tx.conn())?;
    hold(tx, application, None)?;
    let told = json!({ "bank": to.bank, "branch": to.branch });
    tx.record(
        Deed::new("payment.payee_corrected", "applications", application.as_str())
            .at_facility(scope.facility())
            .with(told),
    )
}

/// Lets a returned transfer be paid again to the same account: its owner had it
/// put right at the bank.
///
/// # Errors
/// `Forbidden`; `NotFound`; [`Refusal::NotInThisState`].
pub fn pay_again(tx: &mut Tx<'_>, scope: &StaffScope, application: &ApplicationId) -> Result<()> {
    may_pay(scope)?;
    let decision = decision::find(tx.conn(), application)?.ok_or(Error::NotFound)?;
    if decision.held_since.is_none() {
        return Err(Refusal::NotInThisState.into());
    }
    hold(tx, application, None)?;
    tx.record(Deed::new("payment.paid_again", "applications", application.as_str()).at_facility(&decision.facility))
}

/// A grant whose transfer came back, and whose account waits to be corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The application.
    pub application: ApplicationId,
    /// 受付番号.
    pub receipt_number: String,
    /// The facility, as it was called when it was decided.
    pub facility_name: String,
    /// Granted, yen.
    pub yen: i64,
    /// Since when it waits.
    pub since: At,
}

/// Grants that are held, longest first, at most `most`.
///
/// # Errors
/// `Forbidden`; or when a stored document is damaged.
pub fn list_held(conn: &mut Conn, scope: &StaffScope, most: i64) -> Result<Vec<Held>> {
    may_read(scope)?;
    let rows: Vec<(ApplicationId, String, i64, Option<At>)> = subsidy_decisions::table
        .filter(subsidy_decisions::held_since.is_not_null())
        .order((subsidy_decisions::held_since, subsidy_decisions::application_id))
        .limit(most)
        .select((
            subsidy_decisions::application_id,
            subsidy_decisions::document,
            subsidy_decisions::yen,
            subsidy_decisions::held_since,
        ))
        .load(conn)?;
    let mut held = Vec::with_capacity(rows.len());
    for (application, document, yen, since) in rows {
        let decided: Decided = serde_json::from_str(&document)?;
        let Some(since) = since else { continue };
        let (receipt_number, facility_name) = (decided.receipt_number, decided.facility_name);
        held.push(Held { application, receipt_number, facility_name, yen, since });
    }
    Ok(held)
}

fn hold(tx: &mut Tx<'_>, application: &ApplicationId, since: Option<At>) -> Result<()> {
    diesel::update(subsidy_decisions::table.find(application))
        .set(subsidy_decisions::held_since.eq(since))
        .execute(tx.conn())?;
    Ok(())
}
