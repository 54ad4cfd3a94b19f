//! One letter per import, facility and person, however often the job runs.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::mail::FacilityClosed;
use crate::account::{AccountState, MembershipState};
use crate::application::State;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::facility::import::closings::page_of_closings;
use crate::ids::{AccountId, FacilityChangeId, FacilityId, ImportId};
use crate::schema::{accounts, applications, memberships};

/// Facilities taken together: a short transaction.
const PAGE: i64 = 100;

/// Tells the people of an import's next closings. Answers where the page after
/// this one begins; `None` when there was nothing left.
///
/// # Errors
/// From the database only.
pub fn tell_page(
    tx: &mut Tx<'_>,
    import: &ImportId,
    after: Option<&FacilityChangeId>,
) -> Result<Option<FacilityChangeId>> {
    let closings = page_of_closings(tx.conn(), import, after, PAGE)?;
    let last = closings.last().map(|closing| closing.id.clone());
    let facilities: Vec<FacilityId> = closings.into_iter().map(|closing| closing.facility).collect();
    for (facility, account) in people(tx.conn(), &facilities)? {
        let key = format!("facility_closed:{import}:{facility}:{account}");
        tx.send_once(&FacilityClosed { facility, account }, &key)?;
    }
    Ok(last)
}

/// The verified people of these facilities, and whoever has an application there
/// that is not decided.
fn people(conn: &mut Conn, facilities: &[FacilityId]) -> Result<BTreeSet<(FacilityId, AccountId)>> {
    let members: Vec<(FacilityId, AccountId)> = memberships::table
        .inner_join(accounts::table)
        .filter(memberships::facility_id.eq_any(facilities))
        .filter(memberships::state.eq(MembershipState::Verified))
        .filter(accounts::state.eq(AccountState::Active))
        .select((memberships::facility_id, memberships::account_id))
        .load(conn)?;
    let applicants: Vec<(FacilityId, AccountId)> = applications::table
        .inner_join(accounts::table)
        .filter(applications::facility_id.eq_any(facilities))
        .filter(applications::state.eq_any(State::open()))
        .filter(accounts::state.eq(AccountState::Active))
        .select((applications::facility_id, applications::account_id))
        .load(conn)?;
    Ok(members.into_iter().chain(applicants).collect())
}
