//! Where somebody was in a file, so that a case opens again as it was left:
//! the same file, the same page, turned the same way.

use chrono::Duration;
use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{ApplicationId, EvidenceId};
use crate::schema::evidence_bookmarks;
use crate::scope::StaffScope;

/// Kept this long after the last look.
const LIFE: Duration = Duration::days(90);

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = evidence_bookmarks)]
pub struct Bookmark {
    /// The file.
    pub evidence_id: EvidenceId,
    /// Its page or sheet, from 1.
    pub part: i32,
    /// Percent of the width it is shown in.
    pub zoom: i32,
    /// Degrees clockwise.
    pub turn: i32,
}

/// One's places in the files of a case, the last one looked at first.
///
/// # Errors
/// From the database only.
pub fn list(conn: &mut Conn, scope: &StaffScope, application: &ApplicationId) -> Result<Vec<Bookmark>> {
    Ok(evidence_bookmarks::table
        .filter(evidence_bookmarks::staff_id.eq(scope.staff()))
        .filter(evidence_bookmarks::application_id.eq(application))
        .order((evidence_bookmarks::looked_at.desc(), evidence_bookmarks::evidence_id))
        .select(Bookmark::as_select())
        .load(conn)?)
}

/// Keeps a place.
///
/// # Errors
/// From the database only.
pub fn keep(tx: &mut Tx<'_>, scope: &StaffScope, application: &ApplicationId, place: &Bookmark) -> Result<()> {
    let values = (
        evidence_bookmarks::part.eq(place.part),
        evidence_bookmarks::zoom.eq(place.zoom),
        evidence_bookmarks::turn.eq(place.turn),
        evidence_bookmarks::looked_at.eq(tx.now()),
    );
    let own = evidence_bookmarks::table.find((scope.staff(), &place.evidence_id));
    if diesel::update(own).set(values).execute(tx.conn())? > 0 {
        return Ok(());
    }
    let keys = (
        evidence_bookmarks::staff_id.eq(scope.staff()),
        evidence_bookmarks::evidence_id.eq(&place.evidence_id),
        evidence_bookmarks::application_id.eq(application),
    );
    // A second window at the same moment keeps the same place.
    tx.insert_once(|c| diesel::insert_into(evidence_bookmarks::table).values((keys, values)).execute(c))?;
    Ok(())
}

/// Forgets places nobody came back to.
pub(super) fn forget_old(tx: &mut Tx<'_>) -> Result<usize> {
    let old = evidence_bookmarks::table.filter(evidence_bookmarks::looked_at.lt(tx.now() - LIFE));
    Ok(diesel::delete(old).execute(tx.conn())?)
}
