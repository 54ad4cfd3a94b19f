//! 承継 (SPEC 4.6): a facility goes on under another code. Its row stays, and with it
//! people, devices, applications and history; it takes over the code and the master's
//! values of the row that the master opened for the new code, and that row becomes
//! what the facility was: it keeps the old code and closes when that is no longer good.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::amend::write_down;
use super::code::FacilityCode;
use super::import::ChangeVerb;
use super::{Facility, repo};
use crate::account::MembershipState;
use crate::application::State;
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::grant::Grant;
use crate::ids::{AccountId, FacilityId};
use crate::refusal::Refusal;
use crate::schema::{applications, facilities, former_codes, memberships, registrations};

/// What the master says of a facility, and the code it says it under.
#[derive(Debug, Clone, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = facilities, treat_none_as_null = true)]
struct Master {
    code: String,
    prefecture: i32,
    name: String,
    kana: String,
    postal_code: String,
    address: String,
    phone: String,
    manager_name: String,
    account_number_mac: Option<String>,
    manager_birth_mac: Option<String>,
    designated_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    search_key: String,
    search_grams: String,
}

/// Why a code cannot be taken over, if it cannot.
///
/// # Errors
/// From the database only.
pub fn obstacle(
    conn: &mut Conn,
    facility: &Facility,
    code: &FacilityCode,
    today: NaiveDate,
) -> Result<Option<Refusal>> {
    let Some(new) = repo::find_by_kind_and_code(conn, facility.kind, code)? else {
        return Ok(Some(Refusal::CodeUnknown));
    };
    Ok(if new.id == facility.id {
        Some(Refusal::CodeSame)
    } else if new.is_closed(today) {
        Some(Refusal::FacilityClosed)
    } else {
        is_used(conn, &new.id)?.then_some(Refusal::CodeInUse)
    })
}

/// Whether anybody uses the service under a facility's code.
fn is_used(conn: &mut Conn, facility: &FacilityId) -> Result<bool> {
    let registered: i64 =
        registrations::table.filter(registrations::facility_id.eq(facility)).count().get_result(conn)?;
    let verified: i64 = memberships::table
        .filter(memberships::facility_id.eq(facility).and(memberships::state.eq(MembershipState::Verified)))
        .count()
        .get_result(conn)?;
    let sent: i64 = applications::table
        .filter(applications::facility_id.eq(facility))
        .filter(applications::state.ne_all([State::Draft, State::Discarded]))
        .count()
        .get_result(conn)?;
    Ok(registered + verified + sent > 0)
}

/// Lets the grant's facility go on under `code`; the old one is good for devices
/// that are set up until `good_until`.
///
/// # Errors
/// `Refused` as [`obstacle`] says; `Conflict` when one of the two changes at this
/// moment.
pub fn succeed(tx: &mut Tx<'_>, grant: &Grant, code: &FacilityCode, good_until: At) -> Result<()> {
    let (facility, today) = (repo::get(tx.conn(), grant.facility())?, tokyo_date(tx.now().utc()));
    if let Some(refusal) = obstacle(tx.conn(), &facility, code, today)? {
        return Err(refusal.into());
    }
    let other = repo::find_by_kind_and_code(tx.conn(), facility.kind, code)?.ok_or(Error::Conflict)?;
    let [old, new] = [&facility.id, &other.id].map(|id| facilities::table.find(id.clone()).select(Master::as_select()));
    let (old, new): (Master, Master) = (old.first(tx.conn())?, new.first(tx.conn())?);
    // A code is one facility's of a kind: the other's place is freed first.
    let parked = Master { code: format!("-{}", other.id), ..new.clone() };
    let left = Master { closed_on: Some(tokyo_date(good_until.utc())), ..old };
    for (of, master) in [(&other, &parked), (&facility, &new), (&other, &left)] {
        set(tx, of, master)?;
    }
    let codes = (facility.code.as_str(), other.code.as_str());
    write_down(tx, &facility, ChangeVerb::Succeeded, &[("機関コード", codes.0, codes.1)])?;
    write_down(tx, &other, ChangeVerb::Succeeded, &[("機関コード", codes.1, codes.0)])?;
    diesel::insert_into(former_codes::table)
        .values((
            former_codes::code.eq(codes.0),
            former_codes::facility_id.eq(&facility.id),
            former_codes::application_id.eq(grant.application()),
            former_codes::good_until.eq(good_until),
        ))
        .execute(tx.conn())?;
    bring_people(tx, &other.id, &facility.id)?;
    tx.record(
        Deed::new("facility.succeeded", "facilities", facility.id.as_str())
            .at_facility(&facility.id)
            .changed("code", codes.0, codes.1)
            .with(json!({ "good_until": good_until })),
    )
}

fn set(tx: &mut Tx<'_>, facility: &Facility, master: &Master) -> Result<()> {
    let now = tx.now();
    let changed = diesel::update(facilities::table.find(&facility.id))
        .set((master, facilities::revision.eq(facilities::revision + 1), facilities::updated_at.eq(now)))
        .execute(tx.conn())?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// Who registered under the new code meanwhile comes along, unverified as they were.
fn bring_people(tx: &mut Tx<'_>, from: &FacilityId, to: &FacilityId) -> Result<()> {
    let there: Vec<AccountId> =
        memberships::table.filter(memberships::facility_id.eq(to)).select(memberships::account_id).load(tx.conn())?;
    let others =
        memberships::table.filter(memberships::facility_id.eq(from)).filter(memberships::account_id.ne_all(there));
    diesel::update(others).set(memberships::facility_id.eq(to)).execute(tx.conn())?;
    Ok(())
}

/// Whether a code is one that the facility had before and that is good at `now`.
///
/// # Errors
/// From the database only.
pub fn is_former(conn: &mut Conn, facility: &FacilityId, code: &str, now: At) -> Result<bool> {
    let good: i64 = former_codes::table
        .filter(former_codes::facility_id.eq(facility).and(former_codes::code.eq(code)))
        .filter(former_codes::good_until.gt(now))
        .count()
        .get_result(conn)?;
    Ok(good > 0)
}
