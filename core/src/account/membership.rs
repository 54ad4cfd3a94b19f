//! Which facilities a person speaks for, and whether that is verified.

use diesel::prelude::*;

use super::model::MembershipState;
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::facility::kind::{FacilityKind, Site};
use crate::facility::{self, Facility};
use crate::grant::Grant;
use crate::ids::{AccountId, FacilityId, MembershipId};
use crate::refusal::Refusal;
use crate::schema::{facilities, memberships};

/// A facility at which a person has a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The facility.
    pub facility: Facility,
    /// Whether the person is verified there.
    pub verified: bool,
}

/// All facilities of a person, the verified first, then in the order of joining.
///
/// # Errors
/// From the database only.
pub fn list_facilities(conn: &mut Conn, account: &AccountId) -> Result<Vec<Seat>> {
    let rows: Vec<(Facility, MembershipState)> = memberships::table
        .inner_join(facilities::table)
        .filter(memberships::account_id.eq(account))
        .order((memberships::created_at, memberships::id))
        .select((Facility::as_select(), memberships::state))
        .load(conn)?;
    let seat = |(facility, state)| Seat { facility, verified: state == MembershipState::Verified };
    let mut seats: Vec<Seat> = rows.into_iter().map(seat).collect();
    seats.sort_by_key(|seat| !seat.verified);
    Ok(seats)
}

/// The portal site of the facility a person joined first: where their letters lead
/// that are about no facility.
pub(super) fn site_of(conn: &mut Conn, account: &AccountId) -> Result<Site> {
    let first: Option<FacilityKind> = memberships::table
        .inner_join(facilities::table)
        .filter(memberships::account_id.eq(account))
        .order((memberships::created_at, memberships::id))
        .select(facilities::kind)
        .first(conn)
        .optional()?;
    Ok(first.map_or(Site::Omf, |kind| kind.entry().site))
}

/// Every verified person of a facility.
///
/// # Errors
/// From the database only.
pub fn verified_people(conn: &mut Conn, facility: &FacilityId) -> Result<Vec<AccountId>> {
    Ok(memberships::table
        .filter(memberships::facility_id.eq(facility))
        .filter(memberships::state.eq(MembershipState::Verified))
        .order(memberships::id)
        .select(memberships::account_id)
        .load(conn)?)
}

/// Adds an unverified membership; `false` when there is one already.
pub(super) fn insert(tx: &mut Tx<'_>, account: &AccountId, facility: &FacilityId) -> Result<bool> {
    let now = tx.now();
    tx.insert_once(|c| {
        diesel::insert_into(memberships::table)
            .values((
                memberships::id.eq(MembershipId::mint()),
                memberships::account_id.eq(account),
                memberships::facility_id.eq(facility),
                memberships::state.eq(MembershipState::Unverified),
                memberships::created_at.eq(now),
            ))
            .execute(c)
    })
}

/// Gives a person a seat, unverified, at one more facility.
///
/// # Errors
/// `NotFound`, or `FacilityClosed`.
pub fn join(tx: &mut Tx<'_>, account: &AccountId, facility: &FacilityId) -> Result<()> {
    let today = tokyo_date(tx.now().utc());
    if facility::repo::get(tx.conn(), facility)?.is_closed(today) {
        return Err(Refusal::FacilityClosed.into());
    }
    if insert(tx, account, facility)? {
        tx.record(Deed::new("account.joined", "accounts", account.as_str()).at_facility(facility))?;
    }
    Ok(())
}

/// Takes back the verification that an approval at `since` brought about.
///
/// # Errors
/// From the database only.
pub fn unverify_applicant(tx: &mut Tx<'_>, account: &AccountId, facility: &FacilityId, since: At) -> Result<()> {
    let theirs = memberships::table
        .filter(memberships::account_id.eq(account))
        .filter(memberships::facility_id.eq(facility))
        .filter(memberships::verified_at.eq(since));
    let changed = diesel::update(theirs)
        .set((memberships::state.eq(MembershipState::Unverified), memberships::verified_at.eq(None::<At>)))
        .execute(tx.conn())?;
    if changed == 1 {
        tx.record(Deed::new("account.unverified", "accounts", account.as_str()).at_facility(facility))?;
    }
    Ok(())
}

/// Verifies the applicant of an approved application as belonging to its facility.
///
/// # Errors
/// From the database only.
pub fn verify_applicant(tx: &mut Tx<'_>, grant: &Grant) -> Result<()> {
    let now = tx.now();
    let theirs = memberships::table
        .filter(memberships::account_id.eq(grant.applicant()))
        .filter(memberships::facility_id.eq(grant.facility()))
        .filter(memberships::state.eq(MembershipState::Unverified));
    let changed = diesel::update(theirs)
        .set((memberships::state.eq(MembershipState::Verified), memberships::verified_at.eq(now)))
        .execute(tx.conn())?;
    if changed == 1 {
        let deed = Deed::new("account.verified", "accounts", grant.applicant().as_str());
        tx.record(deed.at_facility(grant.facility()))?;
    }
    Ok(())
}
