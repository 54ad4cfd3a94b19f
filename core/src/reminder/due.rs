//! Who is due, and the reminders for them: a page of facilities per transaction.

use std::collections::HashMap;

use chrono::Duration;
use diesel::dsl::{exists, min, not};
use diesel::prelude::*;

use super::ReminderKind;
use super::mail::{ReminderDevices, ReminderStart};
use super::stop;
use crate::account::verified_people;
use crate::clock::{tokyo_date, tokyo_midnight};
use crate::db::{Actor, At, Conn, Db, Tx};
use crate::device::DeviceState;
use crate::error::Result;
use crate::holiday;
use crate::ids::FacilityId;
use crate::participation::is_subordinate;
use crate::schema::{devices, facilities, operation_starts, registrations, reminders};

/// Facilities looked at in one transaction.
const PAGE: i64 = 200;

/// Sends what is due on a business day in Japan; on other days nothing. Answers to
/// how many facilities.
///
/// # Errors
/// From the database only; what was sent till then is sent.
pub async fn remind_all(db: &Db) -> Result<usize> {
    let today = tokyo_date(db.clock().now());
    if !db.read(holiday::calendar).await?.is_business_day(today) {
        return Ok(0);
    }
    let mut reminded = 0;
    for kind in ReminderKind::ALL {
        let mut after = None;
        loop {
            let (done, last) = db.write(Actor::system(), move |tx| remind_page(tx, *kind, after.as_ref())).await?;
            reminded += done;
            match last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
    }
    Ok(reminded)
}

/// Reminds the next facilities; answers how many, and where the next page begins.
fn remind_page(tx: &mut Tx<'_>, kind: ReminderKind, after: Option<&FacilityId>) -> Result<(usize, Option<FacilityId>)> {
    let now = tx.now();
    // Days are counted by the date in Japan, whatever the hour at which this runs.
    let since = tokyo_date(now.utc()) - Duration::days(kind.steps().first().copied().unwrap_or_default());
    let first = At::from(tokyo_midnight(since + Duration::days(1)));
    let candidates = match kind {
        ReminderKind::Devices => without_device(tx.conn(), now, first, after)?,
        ReminderKind::Start => without_start(tx.conn(), now, first, after)?,
    };
    let ids: Vec<FacilityId> = candidates.iter().map(|(id, _)| id.clone()).collect();
    let sent = sent(tx.conn(), kind, &ids)?;
    let mut reminded = 0;
    for (facility, since) in candidates {
        let days = (tokyo_date(now.utc()) - tokyo_date(since.utc())).num_days();
        let Some(step) = kind.step_after(days) else { continue };
        if sent.get(&facility).is_some_and(|newest| *newest >= step) || !note(tx, &facility, kind, step)? {
            continue;
        }
        tell(tx, kind, &facility)?;
        reminded += 1;
    }
    let full = ids.len() as i64 == PAGE;
    Ok((reminded, ids.into_iter().next_back().filter(|_| full)))
}

/// The newest step that each was reminded of.
fn sent(conn: &mut Conn, kind: ReminderKind, of: &[FacilityId]) -> Result<HashMap<FacilityId, i32>> {
    let rows: Vec<(FacilityId, i32)> = reminders::table
        .filter(reminders::facility_id.eq_any(of).and(reminders::kind.eq(kind)))
        .order(reminders::step)
        .select((reminders::facility_id, reminders::step))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Notes it; `false` when another worker was faster.
fn note(tx: &mut Tx<'_>, facility: &FacilityId, kind: ReminderKind, step: i32) -> Result<bool> {
    let now = tx.now();
    let row = (
        reminders::facility_id.eq(facility),
        reminders::kind.eq(kind),
        reminders::step.eq(step),
        reminders::sent_at.eq(now),
    );
    tx.insert_once(|c| diesel::insert_into(reminders::table).values(row).execute(c))
}

fn tell(tx: &mut Tx<'_>, kind: ReminderKind, facility: &FacilityId) -> Result<()> {
    for account in verified_people(tx.conn(), facility)? {
        if stop::are_stopped(tx.conn(), &account)? {
            continue;
        }
        let facility = facility.clone();
        match kind {
            ReminderKind::Devices => tx.send(&ReminderDevices { facility, account })?,
            ReminderKind::Start => tx.send(&ReminderStart { facility, account })?,
        };
    }
    Ok(())
}

/// Whether a facility has a device in use, or one that is only stopped for the time
/// being.
#[diesel::dsl::auto_type]
fn has_device() -> _ {
    let in_use: [DeviceState; 2] = [DeviceState::Active, DeviceState::Suspended];
    exists(devices::table.filter(devices::facility_id.eq(facilities::id)).filter(devices::state.eq_any(in_use)))
}

/// Whether its day of starting is registered.
#[diesel::dsl::auto_type]
fn has_start() -> _ {
    exists(
        operation_starts::table
            .filter(operation_starts::facility_id.eq(facilities::id))
            .filter(operation_starts::ended_at.is_null()),
    )
}

/// Facilities of the register whose use goes on, open ones, after a place.
macro_rules! in_use {
    ($now:expr, $after:expr) => {
        facilities::table
            .inner_join(registrations::table)
            .filter(registrations::ended_at.is_null().or(registrations::ended_at.assume_not_null().gt($now)))
            .filter(
                facilities::closed_on.is_null().or(facilities::closed_on.assume_not_null().gt(tokyo_date($now.utc()))),
            )
            .filter(facilities::devices_stopped_at.is_null())
            .filter(facilities::id.gt($after.map_or("", FacilityId::as_str)))
    };
}

/// Approved by `first`, and no device is in use: with when it was approved.
fn without_device(conn: &mut Conn, now: At, first: At, after: Option<&FacilityId>) -> Result<Vec<(FacilityId, At)>> {
    Ok(in_use!(now, after)
        .filter(registrations::approved_at.le(first))
        .filter(not(has_device()))
        // Their main office speaks for these: they need no device of their own.
        .filter(not(is_subordinate()))
        .order(facilities::id)
        .limit(PAGE)
        .select((facilities::id, registrations::approved_at))
        .load(conn)?)
}

/// A device came into use by `first`, and no day of starting is registered: with when
/// the first one did.
fn without_start(conn: &mut Conn, now: At, first: At, after: Option<&FacilityId>) -> Result<Vec<(FacilityId, At)>> {
    let early = devices::table
        .filter(devices::state.eq_any([DeviceState::Active, DeviceState::Suspended]))
        .filter(devices::activated_at.le(first));
    let ids: Vec<FacilityId> = in_use!(now, after)
        .filter(facilities::id.eq_any(early.select(devices::facility_id)))
        .filter(not(has_start()))
        .order(facilities::id)
        .limit(PAGE)
        .select(facilities::id)
        .load(conn)?;
    let since: Vec<(FacilityId, Option<At>)> = devices::table
        .filter(devices::facility_id.eq_any(&ids))
        .filter(devices::state.eq_any([DeviceState::Active, DeviceState::Suspended]))
        .group_by(devices::facility_id)
        .select((devices::facility_id, min(devices::activated_at)))
        .load(conn)?;
    let since: HashMap<FacilityId, At> = since.into_iter().filter_map(|(id, at)| Some((id, at?))).collect();
    Ok(ids.into_iter().map(|id| (id.clone(), since.get(&id).copied().unwrap_or(now))).collect())
}

/// Whether a facility still lacks what it is reminded of.
pub(super) fn still_lacks(conn: &mut Conn, kind: ReminderKind, facility: &FacilityId, now: At) -> Result<bool> {
    let one = in_use!(now, None::<&FacilityId>).filter(facilities::id.eq(facility));
    let count: i64 = match kind {
        ReminderKind::Devices => {
            one.filter(not(has_device())).filter(not(is_subordinate())).count().get_result(conn)?
        }
        ReminderKind::Start => one.filter(has_device()).filter(not(has_start())).count().get_result(conn)?,
    };
    Ok(count > 0)
}
