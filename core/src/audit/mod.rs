//! The audit trail: who did what to what, in the same commit as the deed.
//!
//! Events are only ever added, each chained to the one before by a keyed hash
//! (`chain`), so that whoever alters, removes or reorders one is found out
//! (`verify`). Details hold names of fields and states, never secrets or what
//! was typed into them.

mod action;
mod chain;
mod keys;
mod list;
#[cfg(test)]
mod tests;
mod verify;
mod viewed;

pub use action::{ACTIONS, words};
pub(crate) use chain::append;
pub use chain::{Head, head, seal_earlier};
pub(crate) use keys::{count_like, first_like};
pub use list::{AuditPage, Place, Sought, get_event, list_events, list_of_facility};
pub use verify::{Damage, Verdict, verify, verify_newest};
pub use viewed::{Reading, note_reading};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::{ActorKind, At, Tx};
use crate::error::Result;
use crate::ids::{AuditId, FacilityId};
use crate::schema::audit_events;

/// One deed, to be recorded.
#[derive(Debug, Clone)]
pub struct Deed<'a> {
    /// What was done, `noun.verb`, e.g. `device.revoked`: one of [`ACTIONS`].
    pub action: &'static str,
    /// The table of what it was done to.
    pub subject_kind: &'static str,
    /// Its id.
    pub subject_id: &'a str,
    /// The facility concerned, where there is one.
    pub facility_id: Option<&'a FacilityId>,
    /// What became different, where something did.
    pub changes: Vec<FieldChange>,
    /// Further particulars, free of secrets.
    pub detail: Value,
}

/// One field before and after a deed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's name.
    pub field: String,
    /// What it held.
    pub before: String,
    /// What it holds now.
    pub after: String,
}

impl<'a> Deed<'a> {
    /// A deed without facility and particulars.
    pub fn new(action: &'static str, subject_kind: &'static str, subject_id: &'a str) -> Self {
        Self { action, subject_kind, subject_id, facility_id: None, changes: Vec::new(), detail: Value::Null }
    }

    /// Names the facility concerned.
    pub fn at_facility(mut self, facility: &'a FacilityId) -> Self {
        self.facility_id = Some(facility);
        self
    }

    /// Says what a field held and holds; the same twice is no change.
    pub fn changed(mut self, field: &str, before: impl ToString, after: impl ToString) -> Self {
        let (before, after) = (before.to_string(), after.to_string());
        if before != after {
            self.changes.push(FieldChange { field: field.to_owned(), before, after });
        }
        self
    }

    /// Adds particulars.
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// One event of the trail.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
pub struct AuditEvent {
    /// Id; sorts by time.
    pub id: AuditId,
    /// When.
    pub at: At,
    /// The sort of actor.
    pub actor_kind: ActorKind,
    /// The actor's id.
    pub actor_id: String,
    /// What was done.
    pub action: String,
    /// The table of what it was done to.
    pub subject_kind: String,
    /// Its id.
    pub subject_id: String,
    /// The facility concerned.
    pub facility_id: Option<FacilityId>,
    /// Particulars as JSON text.
    pub detail: String,
    /// The request.
    pub request_id: Option<String>,
    /// The network address.
    pub address: Option<String>,
    changes: Option<String>,
    /// Its place in the chain, from 1; none before it is sealed.
    pub position: Option<i64>,
    chain: Option<String>,
}

impl AuditEvent {
    /// What became different.
    ///
    /// # Errors
    /// `Internal` when the stored text is damaged.
    pub fn changes(&self) -> Result<Vec<FieldChange>> {
        match &self.changes {
            Some(changes) => Ok(serde_json::from_str(changes)?),
            None => Ok(Vec::new()),
        }
    }

    /// The actor as history rows name it, `kind:id`.
    pub fn actor(&self) -> String {
        format!("{}:{}", self.actor_kind, self.actor_id)
    }
}

impl Tx<'_> {
    /// Records a deed with this transaction: it is written when the transaction
    /// commits, and not at all when it does not.
    ///
    /// # Errors
    /// When the particulars cannot be written as text.
    pub fn record(&mut self, deed: Deed<'_>) -> Result<()> {
        debug_assert!(ACTIONS.iter().any(|(action, _)| *action == deed.action), "{} has no words", deed.action);
        let (now, actor) = (self.now(), self.actor().clone());
        let changes = (!deed.changes.is_empty()).then(|| serde_json::to_string(&deed.changes)).transpose()?;
        self.keep(AuditEvent {
            id: AuditId::mint(),
            at: now,
            actor_kind: actor.kind,
            actor_id: actor.id,
            action: deed.action.to_owned(),
            subject_kind: deed.subject_kind.to_owned(),
            subject_id: deed.subject_id.to_owned(),
            facility_id: deed.facility_id.cloned(),
            detail: deed.detail.to_string(),
            request_id: actor.request_id,
            address: actor.address,
            changes,
            position: None,
            chain: None,
        });
        Ok(())
    }
}
