//! The register of facilities that may use the service: one row, made by the
//! approval of a usage start, ended by a termination.
//!
//! Written by the effect of an approved application alone: it takes a `Grant`.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
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
    /// Until when, once the use has ended.
    pub ended_at: Option<At>,
}

impl Registration {
    /// Whether the right holds at `now`.
    pub fn holds(&self, now: At) -> bool {
        self.ended_at.is_none_or(|ended| now < ended)
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
