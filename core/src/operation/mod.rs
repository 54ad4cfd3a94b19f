//! The register of 運用開始日 (SPEC 4.4): since when, or from when, a facility
//! checks the card. From that day it stands in the published list.
//!
//! Entries are never changed: a correction ends the old one and adds another, so
//! that the history stays. Written by the effect of an approved application alone.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use crate::audit::Deed;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::grant::Grant;
use crate::ids::{ApplicationId, FacilityId, OperationStartId};
use crate::schema::operation_starts;

text_enum! {
    /// Where an entry comes from.
    pub enum Source {
        /// The facility declared it.
        Declared = "declared",
        /// The devices of its main office speak for it (併設).
        Annex = "annex",
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = operation_starts)]
pub struct OperationStart {
    /// Id.
    pub id: OperationStartId,
    /// The facility.
    pub facility_id: FacilityId,
    /// The application it came with.
    pub application_id: ApplicationId,
    /// The first day (Asia/Tokyo).
    pub starts_on: NaiveDate,
    /// Where it comes from.
    pub source: Source,
    /// When it was entered.
    pub recorded_at: At,
    /// When another replaced it, or the facility stopped.
    pub ended_at: Option<At>,
}

/// Enters a first day; an earlier entry becomes history.
///
/// # Errors
/// `Conflict` when another transaction enters one at this moment.
pub fn record(
    tx: &mut Tx<'_>,
    grant: &Grant,
    facility: &FacilityId,
    starts_on: NaiveDate,
    source: Source,
) -> Result<()> {
    let before = find(tx.conn(), facility)?;
    if before.as_ref().is_some_and(|entry| entry.starts_on == starts_on && entry.source == source) {
        return Ok(());
    }
    if before.is_some() {
        end_current(tx, facility)?;
    }
    let row = OperationStart {
        id: OperationStartId::mint(),
        facility_id: facility.clone(),
        application_id: grant.application().clone(),
        starts_on,
        source,
        recorded_at: tx.now(),
        ended_at: None,
    };
    if !tx.insert_once(|c| diesel::insert_into(operation_starts::table).values(&row).execute(c))? {
        return Err(Error::Conflict);
    }
    let was = before.map(|entry| entry.starts_on.to_string()).unwrap_or_default();
    tx.record(
        Deed::new("operation.recorded", "operation_starts", row.id.as_str())
            .at_facility(facility)
            .changed("starts_on", was, starts_on.to_string())
            .with(json!({ "source": source })),
    )
}

/// Ends what holds for a facility, if anything does: it checks no more.
///
/// # Errors
/// From the database only.
pub fn end(tx: &mut Tx<'_>, facility: &FacilityId) -> Result<()> {
    let Some(entry) = find(tx.conn(), facility)? else { return Ok(()) };
    end_current(tx, facility)?;
    tx.record(Deed::new("operation.ended", "operation_starts", entry.id.as_str()).at_facility(facility))
}

/// As [`end`], if the entry came with an annex.
///
/// # Errors
/// From the database only.
pub fn end_of_annex(tx: &mut Tx<'_>, facility: &FacilityId) -> Result<()> {
    match find(tx.conn(), facility)? {
        Some(entry) if entry.source == Source::Annex => end(tx, facility),
        _ => Ok(()),
    }
}

fn end_current(tx: &mut Tx<'_>, facility: &FacilityId) -> Result<()> {
    let now = tx.now();
    let current = operation_starts::table
        .filter(operation_starts::facility_id.eq(facility))
        .filter(operation_starts::ended_at.is_null());
    diesel::update(current).set(operation_starts::ended_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

/// What holds for a facility.
///
/// # Errors
/// From the database only.
pub fn find(conn: &mut Conn, facility: &FacilityId) -> Result<Option<OperationStart>> {
    Ok(operation_starts::table
        .filter(operation_starts::facility_id.eq(facility))
        .filter(operation_starts::ended_at.is_null())
        .select(OperationStart::as_select())
        .first(conn)
        .optional()?)
}

/// Every entry of a facility, newest first.
///
/// # Errors
/// From the database only.
pub fn history(conn: &mut Conn, facility: &FacilityId) -> Result<Vec<OperationStart>> {
    Ok(operation_starts::table
        .filter(operation_starts::facility_id.eq(facility))
        .order(operation_starts::id.desc())
        .select(OperationStart::as_select())
        .load(conn)?)
}

/// How a declared first day and the checks that were seen contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contradiction {
    /// A device was checked before the declared day.
    CheckedBefore {
        /// The day of the first check (Asia/Tokyo).
        first_on: NaiveDate,
    },
    /// The day is long past and no device was ever checked.
    NeverChecked,
}

/// Days after the declared one in which a first check is looked for.
const PATIENCE_DAYS: u64 = 30;

/// Compares the declared first day with the day of the first check.
pub fn contradiction(starts_on: NaiveDate, first_on: Option<NaiveDate>, today: NaiveDate) -> Option<Contradiction> {
    match first_on {
        Some(first_on) => (first_on < starts_on).then_some(Contradiction::CheckedBefore { first_on }),
        None => (starts_on + chrono::Days::new(PATIENCE_DAYS) < today).then_some(Contradiction::NeverChecked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_check_is_held_against_the_declared_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let before = |on| Some(Contradiction::CheckedBefore { first_on: day(on) });
        for (starts_on, first_on, today, want) in [
            ("2026-11-20", Some("2026-11-20"), "2026-11-29", None),
            ("2026-11-20", Some("2026-11-25"), "2026-11-29", None),
            ("2026-11-20", Some("2026-11-19"), "2026-11-29", before("2026-11-19")),
            ("2026-12-20", Some("2026-11-19"), "2026-11-29", before("2026-11-19")),
            ("2026-11-20", None, "2026-12-20", None),
            ("2026-11-20", None, "2026-12-21", Some(Contradiction::NeverChecked)),
            ("2027-01-20", None, "2026-12-21", None),
        ] {
            let found = contradiction(day(starts_on), first_on.map(day), day(today));
            assert_eq!(found, want, "{starts_on} {first_on:?} {today}");
        }
    }
}
