//! What an import closed, or dated the closing of: announced as one job in the
//! import's own transaction, and walked later in pages by whoever tells the people.

use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::repo::ChangeVerb;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{FacilityChangeId, FacilityId, ImportId};
use crate::queue::Job;
use crate::schema::facility_changes;

/// The verbs of a closing, in force or ahead.
const CLOSINGS: [ChangeVerb; 2] = [ChangeVerb::Closed, ChangeVerb::Closing];

/// The job that tells everybody concerned by the closings of one import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FacilityClosings {
    /// The import.
    pub import: ImportId,
}

impl Job for FacilityClosings {
    const KIND: &'static str = "facility.closings";
}

/// One closing of an import.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Closing {
    /// The entry of the history: where the next page begins.
    pub id: FacilityChangeId,
    /// The facility.
    pub facility: FacilityId,
}

/// Enqueues the job, if the import closed anything.
pub(super) fn announce(tx: &mut Tx<'_>, import: &ImportId) -> Result<()> {
    let closings = facility_changes::table
        .filter(facility_changes::import_id.eq(import))
        .filter(facility_changes::verb.eq_any(CLOSINGS));
    if diesel::select(exists(closings)).get_result(tx.conn())? {
        tx.enqueue(&FacilityClosings { import: import.clone() })?;
    }
    Ok(())
}

/// The next closings of an import, in the order of their ids.
///
/// # Errors
/// From the database only.
pub fn page_of_closings(
    conn: &mut Conn,
    import: &ImportId,
    after: Option<&FacilityChangeId>,
    limit: i64,
) -> Result<Vec<Closing>> {
    let after = after.map_or("", FacilityChangeId::as_str);
    Ok(facility_changes::table
        .filter(facility_changes::import_id.eq(import))
        .filter(facility_changes::verb.eq_any(CLOSINGS))
        .filter(facility_changes::id.gt(after.to_owned()))
        .order(facility_changes::id)
        .limit(limit)
        .select((facility_changes::id, facility_changes::facility_id))
        .load(conn)?)
}
