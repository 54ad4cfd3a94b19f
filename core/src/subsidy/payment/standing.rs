//! Where the payment of one decision stands, as its facility and staff see it.

use chrono::NaiveDate;

use super::super::decision::{Decision, Outcome};
use super::super::notice::Notice;
use super::batch::{BatchState, find_live};
use crate::db::Conn;
use crate::error::Result;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is paid: it was refused.
    Refused,
    /// Its notice is not made yet.
    BeforeNotice,
    /// It waits to be put into a batch.
    Waiting,
    /// It is in a batch for this day (Asia/Tokyo).
    InTransfer(NaiveDate),
    /// It was paid on this day (Asia/Tokyo).
    Paid(NaiveDate),
    /// Its transfer came back: the account has to be corrected.
    Held,
}

/// Where the payment of this decision stands.
///
/// # Errors
/// From the database only.
pub fn standing(conn: &mut Conn, decision: &Decision, notice: Option<&Notice>) -> Result<Standing> {
    if decision.outcome == Outcome::Refused {
        return Ok(Standing::Refused);
    }
    if decision.held_since.is_some() {
        return Ok(Standing::Held);
    }
    Ok(match find_live(conn, &decision.application)? {
        Some((_, batch)) if batch.state == BatchState::Settled => Standing::Paid(batch.pay_on),
        Some((_, batch)) => Standing::InTransfer(batch.pay_on),
        None if notice.is_none_or(|notice| notice.storage_key.is_none()) => Standing::BeforeNotice,
        None => Standing::Waiting,
    })
}
