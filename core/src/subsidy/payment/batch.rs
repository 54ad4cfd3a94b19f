//! Batches and their items.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::super::decision::Decided;
use super::super::payee::{self, Payee};
use super::waiting::list_waiting;
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::form::{FieldErrors, FieldFault};
use crate::holiday;
use crate::ids::{ApplicationId, PaymentBatchId, PaymentItemId};
use crate::on_backend;
use crate::refusal::Refusal;
use crate::schema::{payment_batches, payment_items, subsidy_decisions};
use crate::scope::StaffScope;
use crate::staff::role::Permission;
use crate::transfer::Payer;
use crate::transfer::zengin::LineEnds;

/// Transfers in one file.
pub(super) const MOST_ITEMS: i64 = 100_000;
/// Rows written in one statement.
const CHUNK: usize = 500;

text_enum! {
    /// Where a batch stands.
    pub enum BatchState {
        /// Put together; its file was not fetched yet.
        Prepared = "prepared",
        /// Its file was fetched.
        Exported = "exported",
        /// The bank carried it out.
        Settled = "settled",
        /// Given up before its file was fetched.
        Dissolved = "dissolved",
    }
}

impl BatchState {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Prepared => "準備済み",
            Self::Exported => "ファイル出力済み",
            Self::Settled => "振込済み",
            Self::Dissolved => "取りやめ",
        }
    }
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = payment_batches)]
pub struct Batch {
    /// Id.
    pub id: PaymentBatchId,
    /// Where it stands.
    pub state: BatchState,
    /// The day of the transfers (Asia/Tokyo).
    pub pay_on: NaiveDate,
    pub(super) payer: String,
    /// What ends each record of its file.
    pub line_ends: LineEnds,
    /// How many transfers it was put together from.
    pub items: i32,
    /// How much that is, yen.
    pub yen: i64,
    /// Of its file, from the first export on.
    pub sha256: Option<String>,
    /// Who put it together, as `kind:id`.
    pub prepared_by: String,
    /// When.
    pub prepared_at: At,
    /// When its file was first fetched.
    pub exported_at: Option<At>,
    /// When it was carried out.
    pub settled_at: Option<At>,
    pub(super) revision: i64,
}

/// One transfer of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = payment_items)]
pub struct Item {
    /// Id.
    pub id: PaymentItemId,
    /// Its batch.
    pub batch_id: PaymentBatchId,
    /// Its place in the file, from 1.
    pub position: i32,
    /// What it pays.
    pub application_id: ApplicationId,
    /// How much, yen.
    pub yen: i64,
    payee: String,
    /// When it left the batch for good.
    pub released_at: Option<At>,
    /// When it came back.
    pub returned_on: Option<NaiveDate>,
    /// Why, in the bank's words.
    pub returned_because: Option<String>,
}

impl Item {
    /// The account it goes to.
    ///
    /// # Errors
    /// When the stored text is damaged.
    pub fn payee(&self) -> Result<Payee> {
        payee::parse(&self.payee)
    }
}

pub(super) fn may_pay(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::Pay) { Ok(()) } else { Err(Error::Forbidden) }
}

pub(super) fn may_read(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ReadSubsidies) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Puts everything that waits into a batch, to be paid on a business day to come.
///
/// # Errors
/// `Forbidden`; `Invalid` for the day; [`Refusal::NothingToPay`]; `Conflict` when
/// somebody did the same at this moment.
pub fn prepare(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (payer, line_ends): (&Payer, LineEnds),
    pay_on: NaiveDate,
) -> Result<PaymentBatchId> {
    may_pay(scope)?;
    valid_day(tx, pay_on)?;
    let waiting = list_waiting(tx.conn(), MOST_ITEMS)?;
    if waiting.is_empty() {
        return Err(Refusal::NothingToPay.into());
    }
    let batch = Batch {
        id: PaymentBatchId::mint(),
        state: BatchState::Prepared,
        pay_on,
        payer: serde_json::to_string(payer)?,
        line_ends,
        items: i32::try_from(waiting.len()).unwrap_or(i32::MAX),
        yen: waiting.iter().map(|one| one.yen).sum(),
        sha256: None,
        prepared_by: tx.actor().label(),
        prepared_at: tx.now(),
        exported_at: None,
        settled_at: None,
        revision: 0,
    };
    diesel::insert_into(payment_batches::table).values(&batch).execute(tx.conn())?;
    let mut rows = Vec::with_capacity(waiting.len());
    for (one, position) in waiting.into_iter().zip(1_i32..) {
        rows.push(Item {
            id: PaymentItemId::mint(),
            batch_id: batch.id.clone(),
            position,
            application_id: one.application,
            yen: one.yen,
            payee: payee::text(&one.payee)?,
            released_at: None,
            returned_on: None,
            returned_because: None,
        });
    }
    for chunk in rows.chunks(CHUNK) {
        let inserted = tx
            .insert_once(|c| on_backend!(c, c => diesel::insert_into(payment_items::table).values(chunk).execute(c)))?;
        if !inserted {
            return Err(Error::Conflict);
        }
    }
    let told = json!({ "items": batch.items, "yen": batch.yen, "pay_on": pay_on });
    tx.record(Deed::new("payment.prepared", "payment_batches", batch.id.as_str()).with(told))?;
    Ok(batch.id)
}

fn valid_day(tx: &mut Tx<'_>, pay_on: NaiveDate) -> Result<()> {
    let today = tokyo_date(tx.now().utc());
    let mut errors = FieldErrors::default();
    let why = match () {
        () if pay_on <= today => Some("振込日は、明日以降の日を入力してください"),
        () if pay_on > today + chrono::Days::new(60) => Some("振込日は、60日以内の日を入力してください"),
        () if !holiday::calendar(tx.conn())?.is_business_day(pay_on) => {
            Some("振込日は、銀行の営業日（土日・祝日・年末年始でない日）を入力してください")
        }
        () => None,
    };
    if let Some(why) = why {
        errors.add("pay_on", "振込日", FieldFault::Sentence(why.to_owned()));
    }
    errors.into_result(Some(())).map_err(Error::from)
}

/// A batch.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut Conn, id: &PaymentBatchId) -> Result<Batch> {
    Ok(payment_batches::table.find(id).select(Batch::as_select()).first(conn)?)
}

/// Batches, newest first, older than `before`.
///
/// # Errors
/// `Forbidden` without the permission to read them.
pub fn list(conn: &mut Conn, scope: &StaffScope, before: Option<&Batch>, most: i64) -> Result<Vec<Batch>> {
    may_read(scope)?;
    let mut query = payment_batches::table.into_boxed();
    if let Some(last) = before {
        let same = payment_batches::prepared_at.eq(last.prepared_at).and(payment_batches::id.lt(last.id.clone()));
        query = query.filter(payment_batches::prepared_at.lt(last.prepared_at).or(same));
    }
    Ok(query
        .order((payment_batches::prepared_at.desc(), payment_batches::id.desc()))
        .limit(most)
        .select(Batch::as_select())
        .load(conn)?)
}

/// The items of a batch after a place, in their order.
///
/// # Errors
/// From the database only.
pub fn items(conn: &mut Conn, batch: &PaymentBatchId, after: i32, most: i64) -> Result<Vec<Item>> {
    Ok(payment_items::table
        .filter(payment_items::batch_id.eq(batch))
        .filter(payment_items::position.gt(after))
        .order(payment_items::position)
        .limit(most)
        .select(Item::as_select())
        .load(conn)?)
}

/// A transfer with whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The transfer.
    pub item: Item,
    /// 受付番号.
    pub receipt_number: String,
    /// The facility, as it was called when it was decided.
    pub facility_name: String,
}

/// As [`items`], with whom each is for.
///
/// # Errors
/// `Forbidden`; or when a stored document is damaged.
pub fn lines(conn: &mut Conn, scope: &StaffScope, batch: &PaymentBatchId, after: i32, most: i64) -> Result<Vec<Line>> {
    may_read(scope)?;
    let rows: Vec<(Item, String)> = payment_items::table
        .inner_join(subsidy_decisions::table)
        .filter(payment_items::batch_id.eq(batch))
        .filter(payment_items::position.gt(after))
        .order(payment_items::position)
        .limit(most)
        .select((Item::as_select(), subsidy_decisions::document))
        .load(conn)?;
    let line = |(item, document): (Item, String)| {
        let decided: Decided = serde_json::from_str(&document)?;
        Ok(Line { item, receipt_number: decided.receipt_number, facility_name: decided.facility_name })
    };
    rows.into_iter().map(line).collect()
}

/// One transfer of a batch, with whom it is for.
///
/// # Errors
/// `Forbidden`; `NotFound`; or when a stored document is damaged.
pub fn line(conn: &mut Conn, scope: &StaffScope, batch: &PaymentBatchId, item: &PaymentItemId) -> Result<Line> {
    let position: i32 = payment_items::table
        .find(item)
        .filter(payment_items::batch_id.eq(batch))
        .select(payment_items::position)
        .first(conn)?;
    lines(conn, scope, batch, position - 1, 1)?.pop().ok_or(Error::NotFound)
}

/// The live transfer of a claim with its batch, if it is in one.
///
/// # Errors
/// From the database only.
pub fn find_live(conn: &mut Conn, application: &ApplicationId) -> Result<Option<(Item, Batch)>> {
    Ok(payment_items::table
        .inner_join(payment_batches::table)
        .filter(payment_items::application_id.eq(application))
        .filter(payment_items::released_at.is_null())
        .select((Item::as_select(), Batch::as_select()))
        .first(conn)
        .optional()?)
}

/// Moves a batch on, if it stands where it must.
pub(super) fn advance(tx: &mut Tx<'_>, batch: &Batch, (from, to): (BatchState, BatchState)) -> Result<()> {
    if batch.state != from {
        return Err(Refusal::NotInThisState.into());
    }
    let row = payment_batches::table.find(&batch.id).filter(payment_batches::revision.eq(batch.revision));
    let moved = diesel::update(row)
        .set((payment_batches::state.eq(to), payment_batches::revision.eq(batch.revision + 1)))
        .execute(tx.conn())?;
    if moved == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// Notes that the bank carried the batch out.
///
/// # Errors
/// `Forbidden`; `NotFound`; [`Refusal::NotInThisState`]; `Conflict`.
pub fn settle(tx: &mut Tx<'_>, scope: &StaffScope, id: &PaymentBatchId) -> Result<()> {
    may_pay(scope)?;
    let batch = get(tx.conn(), id)?;
    advance(tx, &batch, (BatchState::Exported, BatchState::Settled))?;
    let now = tx.now();
    diesel::update(payment_batches::table.find(id)).set(payment_batches::settled_at.eq(now)).execute(tx.conn())?;
    tx.record(Deed::new("payment.settled", "payment_batches", id.as_str()))
}

/// Gives a batch up whose file nobody fetched: its claims wait again.
///
/// # Errors
/// As [`settle`].
pub fn dissolve(tx: &mut Tx<'_>, scope: &StaffScope, id: &PaymentBatchId) -> Result<()> {
    may_pay(scope)?;
    let batch = get(tx.conn(), id)?;
    advance(tx, &batch, (BatchState::Prepared, BatchState::Dissolved))?;
    let now = tx.now();
    diesel::update(payment_items::table.filter(payment_items::batch_id.eq(id)))
        .set(payment_items::released_at.eq(now))
        .execute(tx.conn())?;
    tx.record(Deed::new("payment.dissolved", "payment_batches", id.as_str()))
}
