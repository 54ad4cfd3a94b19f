//! When the use of the service ends (利用終了, SPEC 4.6): devices, annex, the day in
//! the published list, the right itself, in one transaction per facility.
//!
//! Checks stop at the moment itself, by `registrations.ended_at`; this clears up
//! behind it, however late a worker comes.

mod mail;
#[cfg(test)]
mod tests;

use crate::db::{Actor, Db, Tx};
use crate::error::{Error, Result};
use crate::ids::FacilityId;
use crate::{account, annex, device, operation, registration};

pub use mail::UsageEnded;

/// Facilities looked up at once.
const PAGE: i64 = 100;

/// Ends all that ends with a facility's use, if its time has come. Answers whether
/// anything was ended.
///
/// # Errors
/// `Conflict` when a device changes at this moment: nothing was ended, try again.
pub fn end_use(tx: &mut Tx<'_>, facility: &FacilityId) -> Result<bool> {
    let now = tx.now();
    let due = |entry: &registration::Registration| {
        entry.settled_at.is_none() && entry.ended_at.is_some_and(|ends_at| ends_at <= now)
    };
    let Some(entry) = registration::hold(tx, facility)?.filter(due) else { return Ok(false) };
    device::revoke_all(tx, facility)?;
    end_annex(tx, facility, annex::Ended::Terminated)?;
    operation::end(tx, facility)?;
    registration::settle(tx, &entry)?;
    for account in account::verified_people(tx.conn(), facility)? {
        tx.send(&UsageEnded { facility: facility.clone(), account })?;
    }
    Ok(true)
}

/// Ends the annex that a facility is in, and with it the day that the subordinate
/// office had by it. Answers the annex that ended.
///
/// # Errors
/// From the database only.
pub fn end_annex(tx: &mut Tx<'_>, facility: &FacilityId, because: annex::Ended) -> Result<Option<annex::Annex>> {
    let Some(annex) = annex::find(tx.conn(), facility)? else { return Ok(None) };
    if !annex::end(tx, &annex, because)? {
        return Ok(None);
    }
    operation::end_of_annex(tx, &annex.subordinate_id)?;
    annex::tell_ended(tx, &annex)?;
    Ok(Some(annex))
}

/// Ends whatever is due. One that changes at this moment is left for the next
/// time.
///
/// # Errors
/// From the database only.
pub async fn end_all_due(db: &Db) -> Result<usize> {
    let mut ended = 0;
    loop {
        let now = db.clock().now().into();
        let due = db.read(move |c| registration::to_settle(c, now, PAGE)).await?;
        let mut settled = 0;
        for facility in due {
            match db.write(Actor::system(), move |tx| end_use(tx, &facility)).await {
                Ok(done) => settled += usize::from(done),
                Err(Error::Conflict) => tracing::info!("the end of a use waits: a device is changing"),
                Err(other) => return Err(other),
            }
        }
        if settled == 0 {
            return Ok(ended);
        }
        ended += settled;
    }
}
