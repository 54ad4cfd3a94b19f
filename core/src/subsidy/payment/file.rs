//! The file of a batch: from its own rows alone, so that it never changes.

use diesel::prelude::*;
use serde_json::json;

use super::batch::{Batch, BatchState, MOST_ITEMS, advance, get, items, may_pay};
use crate::audit::Deed;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::PaymentBatchId;
use crate::schema::payment_batches;
use crate::scope::StaffScope;
use crate::secret::sha256_hex;
use crate::transfer::{Payer, zengin};

/// The bytes of a batch's file.
///
/// # Errors
/// From the database, or when a row cannot be written as a transfer.
pub fn render(conn: &mut Conn, batch: &Batch) -> Result<Vec<u8>> {
    let payer: Payer = serde_json::from_str(&batch.payer)?;
    let mut transfers = Vec::new();
    for item in items(conn, &batch.id, 0, MOST_ITEMS)? {
        let payee = item.payee()?;
        transfers.push(zengin::Transfer {
            bank: payee.bank,
            bank_name: String::new(),
            branch: payee.branch,
            branch_name: String::new(),
            account_type: payee.account_type,
            account: payee.number,
            holder: payee.holder,
            yen: item.yen,
            customer: format!("{:010}", item.position),
        });
    }
    let from = zengin::Payer {
        code: payer.code,
        name: payer.name,
        bank: payer.bank,
        bank_name: String::new(),
        branch: payer.branch,
        branch_name: String::new(),
        account_type: payer.account_type,
        account: payer.number,
    };
    zengin::write(&from, batch.pay_on, &transfers, batch.line_ends).map_err(Error::internal)
}

/// Fetches the file: the first time moves the batch on, each later time gives the
/// identical bytes.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Refused` when it was dissolved; `Internal` when the
/// bytes are not those of the first time.
pub fn export(tx: &mut Tx<'_>, scope: &StaffScope, id: &PaymentBatchId) -> Result<Vec<u8>> {
    may_pay(scope)?;
    let batch = get(tx.conn(), id)?;
    let bytes = render(tx.conn(), &batch)?;
    let sha256 = sha256_hex(&bytes);
    match &batch.sha256 {
        Some(first) if *first != sha256 => return Err(Error::boxed(format!("the file of batch {id} has changed"))),
        Some(_) => {}
        None => {
            advance(tx, &batch, (BatchState::Prepared, BatchState::Exported))?;
            let now = tx.now();
            diesel::update(payment_batches::table.find(id))
                .set((payment_batches::sha256.eq(&sha256), payment_batches::exported_at.eq(now)))
                .execute(tx.conn())?;
        }
    }
    let told = json!({ "sha256": sha256 });
    tx.record(Deed::new("payment.exported", "payment_batches", id.as_str()).with(told))?;
    Ok(bytes)
}
