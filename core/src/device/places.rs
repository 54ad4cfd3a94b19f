//! What an approval gives: device accounts, or, at 居宅同意取得型, as many places in
//! which the facility's manager makes accounts.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use serde_json::json;

use super::issue::{issue, unissue};
use super::model::PER_APPLICATION;
use super::repo;
use super::standing;
use super::state::DeviceState;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::facility::{self, kind::ClientForm};
use crate::grant::Grant;
use crate::ids::{ApplicationId, FacilityId};
use crate::refusal::Refusal;
use crate::schema::{account_places, devices};
use crate::secret::Keyring;

/// The places that one approved application gave.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = account_places)]
struct GivenPlaces {
    application_id: ApplicationId,
    facility_id: FacilityId,
    places: i32,
    revision: i64,
    created_at: At,
}

/// How many devices a facility was given, and how many of them are in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Given by approvals.
    pub given: u32,
    /// Accounts that are not revoked.
    pub live: u32,
}

impl Places {
    /// Accounts that can still be made.
    pub const fn free(self) -> u32 {
        self.given.saturating_sub(self.live)
    }
}

/// Gives what was approved. Accounts come with a code that is good for `code_days`.
///
/// # Errors
/// [`Refusal::TooManyDevices`] beyond 20 for this application; `Conflict` when
/// another transaction gives for it at this moment.
pub fn give(tx: &mut Tx<'_>, keyring: &Keyring, grant: &Grant, count: u32, code_days: i64) -> Result<()> {
    standing::hold_good(tx, grant.facility())?;
    match facility::repo::get(tx.conn(), grant.facility())?.client() {
        ClientForm::QualificationOnly => issue(tx, keyring, grant, count, code_days).map(drop),
        ClientForm::HomeConsent => give_places(tx, grant, count),
    }
}

fn give_places(tx: &mut Tx<'_>, grant: &Grant, count: u32) -> Result<()> {
    if !(1..=PER_APPLICATION).contains(&count) {
        return Err(Refusal::TooManyDevices.into());
    }
    let row = GivenPlaces {
        application_id: grant.application().clone(),
        facility_id: grant.facility().clone(),
        places: count.cast_signed(),
        revision: 1,
        created_at: tx.now(),
    };
    if !tx.insert_once(|c| diesel::insert_into(account_places::table).values(&row).execute(c))? {
        return Err(Refusal::TooManyDevices.into());
    }
    let deed = Deed::new("device.places_given", "applications", grant.application().as_str());
    tx.record(deed.at_facility(grant.facility()).with(json!({ "places": count })))
}

/// Takes back what was given for an application.
///
/// # Errors
/// `Refused(UndoSeen)` when an account was made in a place, or the secrets of an
/// issued one were shown or used.
pub fn take_back(tx: &mut Tx<'_>, facility: &FacilityId, application: &ApplicationId) -> Result<()> {
    // Whoever makes an account at this moment holds the row, or finds it gone.
    if diesel::delete(account_places::table.find(application)).execute(tx.conn())? == 0 {
        return unissue(tx, facility, application);
    }
    let made: i64 = devices::table.filter(devices::application_id.eq(application)).count().get_result(tx.conn())?;
    if made > 0 {
        return Err(Refusal::UndoSeen.into());
    }
    tx.record(Deed::new("device.places_taken_back", "applications", application.as_str()).at_facility(facility))
}

/// What a facility was given and has in hand.
///
/// # Errors
/// From the database only.
pub fn places(conn: &mut Conn, facility: &FacilityId) -> Result<Places> {
    let live = repo::count_live(conn, facility)?;
    let given = match facility::repo::get(conn, facility)?.client() {
        ClientForm::QualificationOnly => live,
        ClientForm::HomeConsent => places_by_application(conn, facility)?.into_values().sum(),
    };
    Ok(Places { given, live })
}

/// How many places each application of a facility gave.
///
/// # Errors
/// From the database only.
pub fn places_by_application(conn: &mut Conn, facility: &FacilityId) -> Result<HashMap<ApplicationId, u32>> {
    let of_facility = account_places::table.filter(account_places::facility_id.eq(facility));
    let rows: Vec<(ApplicationId, i32)> =
        of_facility.select((account_places::application_id, account_places::places)).load(conn)?;
    Ok(rows.into_iter().map(|(application, places)| (application, places.cast_unsigned())).collect())
}

/// Holds a free place of the facility until this transaction ends: an application
/// and its slot.
///
/// # Errors
/// `Refused(NoPlaces)` when every place is taken.
pub(super) fn hold_free(tx: &mut Tx<'_>, facility: &FacilityId) -> Result<(ApplicationId, i32)> {
    let of_facility = account_places::table.filter(account_places::facility_id.eq(facility));
    let given: Vec<(ApplicationId, i32)> = of_facility
        .order((account_places::created_at, account_places::application_id))
        .select((account_places::application_id, account_places::places))
        .load(tx.conn())?;
    for (application, places) in given {
        // Two that make an account at once come one after the other from here on.
        let held = diesel::update(account_places::table.find(&application))
            .set(account_places::revision.eq(account_places::revision + 1))
            .execute(tx.conn())?;
        if held == 0 {
            // Taken back at this moment.
            continue;
        }
        let live = devices::application_id.eq(&application).and(devices::state.ne(DeviceState::Revoked));
        let taken: HashSet<i32> =
            devices::table.filter(live).select(devices::slot).load(tx.conn())?.into_iter().collect();
        if let Some(slot) = (1..=places).find(|slot| !taken.contains(slot)) {
            return Ok((application, slot));
        }
    }
    Err(Refusal::NoPlaces.into())
}
