//! Readings: that somebody of the staff looked at a case or a facility. One event
//! per person, thing and hour tells who looked; one per page load would bury it.

use chrono::Duration;
use diesel::prelude::*;

use super::Deed;
use crate::db::{Actor, At, Conn, Db};
use crate::error::Result;
use crate::ids::{AuditId, FacilityId};
use crate::schema::audit_events;

/// A second look within this time is the same reading.
const SAME_READING: Duration = Duration::hours(1);

/// Something that was looked at.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Which sort of reading, one of the known actions.
    pub action: &'static str,
    /// The table of what was looked at.
    pub subject_kind: &'static str,
    /// Its id.
    pub subject_id: String,
    /// The facility whose it is.
    pub facility: FacilityId,
}

/// Records a reading, unless this person looked a short while ago.
///
/// # Errors
/// From the database only.
pub async fn note_reading(db: &Db, actor: Actor, reading: Reading) -> Result<()> {
    let since: At = (db.clock().now() - SAME_READING).into();
    let (who, what) = (actor.id.clone(), reading.clone());
    if db.read(move |c| noted_since(c, &who, &what, since)).await? {
        return Ok(());
    }
    db.write(actor, move |tx| {
        let deed = Deed::new(reading.action, reading.subject_kind, &reading.subject_id);
        tx.record(deed.at_facility(&reading.facility))
    })
    .await
}

fn noted_since(conn: &mut Conn, actor: &str, reading: &Reading, since: At) -> Result<bool> {
    let same = audit_events::table
        .filter(audit_events::subject_id.eq(&reading.subject_id))
        .filter(audit_events::at.gt(since))
        .filter(audit_events::actor_id.eq(actor))
        .filter(audit_events::action.eq(reading.action))
        .select(audit_events::id);
    Ok(same.first::<AuditId>(conn).optional()?.is_some())
}
