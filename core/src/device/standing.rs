//! Whether a facility may use its devices today: it stands in the register, and
//! the master knows it as open.

use diesel::prelude::*;

use crate::clock::tokyo_date;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::FacilityId;
use crate::refusal::Refusal;
use crate::registration;
use crate::schema::facilities;

/// A facility's standing at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its devices work.
    Good,
    /// It left the master (廃止): its devices stop on the closing date itself.
    Closed,
    /// It never had, or has no longer, the right to use the service.
    NotRegistered,
}

/// Judges the two facts.
pub(super) fn judge(closed_on: Option<chrono::NaiveDate>, registered: bool, now: At) -> Standing {
    if closed_on.is_some_and(|on| on <= tokyo_date(now.utc())) {
        Standing::Closed
    } else if registered {
        Standing::Good
    } else {
        Standing::NotRegistered
    }
}

/// Looks both facts up.
pub(super) fn of_facility(conn: &mut Conn, facility: &FacilityId, now: At) -> Result<Standing> {
    let closed_on = facilities::table.find(facility).select(facilities::closed_on).first(conn)?;
    let registered = registration::find(conn, facility)?.is_some_and(|row| row.holds(now));
    Ok(judge(closed_on, registered, now))
}

/// Holds the facility's entry in the register until the transaction ends: nothing
/// is given while its use ends.
///
/// # Errors
/// `Refused` when its devices do not work.
pub(super) fn hold_good(tx: &mut Tx<'_>, facility: &FacilityId) -> Result<()> {
    registration::hold(tx, facility)?;
    let now = tx.now();
    match of_facility(tx.conn(), facility, now)? {
        Standing::Good => Ok(()),
        Standing::Closed => Err(Refusal::FacilityClosed.into()),
        Standing::NotRegistered => Err(Refusal::UsageStartFirst.into()),
    }
}

/// 機関コード of a facility.
pub(super) fn facility_code(conn: &mut Conn, facility: &FacilityId) -> Result<String> {
    Ok(facilities::table.find(facility).select(facilities::code).first(conn)?)
}
