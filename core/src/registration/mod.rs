//! The register of facilities that may use the service: one row, made by the
//! approval of a usage start, ended by a termination.
//!
//! Written by the effect of an approved application alone: it takes a `Grant`.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::grant::Grant;
use crate::ids::{ApplicationId, FacilityId, RegistrationId};
use crate::refusal::Refusal;
use crate::schema::registrations;

/// A facility's right to use the service.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = registrations)]
pub struct Registration {
    /// Id.
    pub id: RegistrationId,
    /// Whose right it is.
    pub facility_id: FacilityId,
    /// The application it was granted by.
    pub application_id: ApplicationId,
    /// 職員数, as filed.
    pub staff_count: i32,
    /// Since when.
    pub approved_at: At,
    /// Until when, once an end is set; it may lie ahead.
    pub ended_at: Option<At>,
    /// The application that set the end.
    pub ended_by: Option<ApplicationId>,
    /// When all that ends with the use was ended.
    pub settled_at: Option<At>,
}

impl Registration {
    /// Whether the right holds at `now`.
    pub fn holds(&self, now: At) -> bool {
        self.settled_at.is_none() && self.ended_at.is_none_or(|ended| now < ended)
    }
}

/// Enters a facility into the register.
///
/// # Errors
/// [`Refusal::UsageStartApproved`] when it stands there already.
pub fn register(tx: &mut Tx<'_>, grant: &Grant, staff_count: u32) -> Result<RegistrationId> {
    let row = Registration {
        id: RegistrationId::mint(),
        facility_id: grant.facility().clone(),
        application_id: grant.application().clone(),
        staff_count: i32::try_from(staff_count).unwrap_or(i32::MAX),
        approved_at: grant.at(),
        ended_at: None,
        ended_by: None,
        settled_at: None,
    };
    if !tx.insert_once(|c| diesel::insert_into(registrations::table).values(&row).execute(c))? {
        return Err(Refusal::UsageStartApproved.into());
    }
    tx.record(
        Deed::new("registration.granted", "registrations", row.id.as_str())
            .at_facility(grant.facility())
            .with(json!({ "application": grant.application(), "staff_count": staff_count })),
    )?;
    Ok(row.id)
}

/// Strikes out what an approval entered that is undone.
///
/// # Errors
/// From the database only.
pub fn strike_out(tx: &mut Tx<'_>, facility: &FacilityId, application: &ApplicationId) -> Result<()> {
    let entry = registrations::table.filter(registrations::application_id.eq(application));
    if diesel::delete(entry).execute(tx.conn())? > 0 {
        let deed = Deed::new("registration.struck_out", "applications", application.as_str());
        tx.record(deed.at_facility(facility))?;
    }
    Ok(())
}

/// The facility's entry, ended or not.
///
/// # Errors
/// From the database only.
pub fn find(conn: &mut Conn, facility: &FacilityId) -> Result<Option<Registration>> {
    Ok(registrations::table
        .filter(registrations::facility_id.eq(facility))
        .select(Registration::as_select())
        .first(conn)
        .optional()?)
}

/// As [`find`], and holds the entry until the transaction ends: whoever gives the
/// facility something comes before or after the end of its use, never in between.
///
/// # Errors
/// From the database only.
pub fn hold(tx: &mut Tx<'_>, facility: &FacilityId) -> Result<Option<Registration>> {
    let entry = registrations::table.filter(registrations::facility_id.eq(facility));
    diesel::update(entry).set(registrations::staff_count.eq(registrations::staff_count)).execute(tx.conn())?;
    find(tx.conn(), facility)
}

/// Sets when the use ends.
///
/// # Errors
/// [`Refusal::EndsAlready`] when an end is set; `NotFound` without an entry.
pub fn end_at(tx: &mut Tx<'_>, grant: &Grant, ends_at: At) -> Result<()> {
    let entry = hold(tx, grant.facility())?.ok_or(Error::NotFound)?;
    if entry.ended_at.is_some() {
        return Err(Refusal::EndsAlready.into());
    }
    diesel::update(registrations::table.find(&entry.id))
        .set((registrations::ended_at.eq(ends_at), registrations::ended_by.eq(grant.application())))
        .execute(tx.conn())?;
    tx.record(
        Deed::new("registration.end_set", "registrations", entry.id.as_str())
            .at_facility(grant.facility())
            .with(json!({ "ends_at": ends_at, "application": grant.application() })),
    )
}

/// Takes an end back that this application set and that has not come.
///
/// # Errors
/// [`Refusal::NotInThisState`] when it has come, or another application set it.
pub fn go_on(tx: &mut Tx<'_>, facility: &FacilityId, application: &ApplicationId) -> Result<()> {
    let now = tx.now();
    let entry = hold(tx, facility)?.filter(|entry| ends_later_by(entry, application, now));
    let entry = entry.ok_or(Refusal::NotInThisState)?;
    diesel::update(registrations::table.find(&entry.id))
        .set((registrations::ended_at.eq(None::<At>), registrations::ended_by.eq(None::<ApplicationId>)))
        .execute(tx.conn())?;
    tx.record(Deed::new("registration.end_taken_back", "registrations", entry.id.as_str()).at_facility(facility))
}

/// Whether the use ends by this application, and still lasts.
pub fn ends_later_by(entry: &Registration, application: &ApplicationId, now: At) -> bool {
    entry.ended_by.as_ref() == Some(application) && entry.holds(now)
}

/// Facilities whose use has ended, and what ends with it has not yet.
///
/// # Errors
/// From the database only.
pub fn to_settle(conn: &mut Conn, now: At, most: i64) -> Result<Vec<FacilityId>> {
    Ok(registrations::table
        .filter(registrations::ended_at.is_not_null().and(registrations::settled_at.is_null()))
        .filter(registrations::ended_at.le(now).assume_not_null())
        .order((registrations::ended_at, registrations::id))
        .limit(most)
        .select(registrations::facility_id)
        .load(conn)?)
}

/// Notes that all that ends with the use was ended.
///
/// # Errors
/// From the database only.
pub fn settle(tx: &mut Tx<'_>, entry: &Registration) -> Result<()> {
    let now = tx.now();
    diesel::update(registrations::table.find(&entry.id)).set(registrations::settled_at.eq(now)).execute(tx.conn())?;
    tx.record(Deed::new("registration.ended", "registrations", entry.id.as_str()).at_facility(&entry.facility_id))
}
