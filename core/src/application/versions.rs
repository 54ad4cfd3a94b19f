//! An application as it stood at an earlier revision: what somebody was looking
//! at when a colleague was faster.

use super::model::{Event, Filing};
use super::repo;
use super::state::{State, Verb};
use crate::db::Conn;
use crate::error::Result;
use crate::ids::{ApplicationId, StaffId};

/// One revision.
#[derive(Debug, Clone)]
pub struct Version {
    /// Where it stood.
    pub state: State,
    /// Who had it.
    pub holder: Option<StaffId>,
    /// What was filed last.
    pub filing: Option<Filing>,
}

/// The application at revision `seen`; `None` when there was no such revision.
/// Each step of the history made one.
///
/// # Errors
/// From the database only.
pub fn at_revision(conn: &mut Conn, id: &ApplicationId, seen: i64) -> Result<Option<Version>> {
    let mut events = repo::history(conn, id)?;
    events.reverse();
    let Ok(steps) = usize::try_from(seen) else { return Ok(None) };
    let Some(last) = steps.checked_sub(1).and_then(|last| events.get(last)) else { return Ok(None) };
    let (state, at) = (last.to_state, last.at);
    let mut holder = None;
    let mut returned_by = None;
    for event in &events[..steps] {
        match event.verb {
            Verb::Claim | Verb::TakeOver | Verb::Undo => holder = actor(event),
            Verb::HandOver | Verb::Assign => holder = event.detail()?.holder,
            Verb::Return => returned_by = actor(event),
            Verb::Resubmit => holder = returned_by.clone(),
            Verb::Release => holder = None,
            _ => {}
        }
    }
    let filing = repo::list_filings(conn, id)?.into_iter().rfind(|filing| filing.filed_at <= at);
    Ok(Some(Version { state, holder, filing }))
}

fn actor(event: &Event) -> Option<StaffId> {
    event.actor.strip_prefix("staff:").and_then(StaffId::parse)
}
