//! The audit trail: who did what to what, in the same commit as the deed.
//!
//! Rows are only ever inserted. Details hold names of fields and states, never
//! secrets or what was typed into them.

use diesel::prelude::*;
use serde_json::Value;

use crate::db::{At, Tx};
use crate::error::Result;
use crate::ids::{AuditId, FacilityId};
use crate::schema::audit_events;

/// One deed, to be recorded.
#[derive(Debug, Clone)]
pub struct Deed<'a> {
    /// What was done, `noun.verb`, e.g. `device.revoked`.
    pub action: &'static str,
    /// The table of what it was done to.
    pub subject_kind: &'static str,
    /// Its id.
    pub subject_id: &'a str,
    /// The facility concerned, where there is one.
    pub facility_id: Option<&'a FacilityId>,
    /// Particulars, free of secrets.
    pub detail: Value,
}

impl<'a> Deed<'a> {
    /// A deed without facility and particulars.
    pub fn new(action: &'static str, subject_kind: &'static str, subject_id: &'a str) -> Self {
        Self { action, subject_kind, subject_id, facility_id: None, detail: Value::Null }
    }

    /// Names the facility concerned.
    pub fn at_facility(mut self, facility: &'a FacilityId) -> Self {
        self.facility_id = Some(facility);
        self
    }

    /// Adds particulars.
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// One row of the trail.
#[derive(Debug, Clone, Queryable)]
pub struct AuditEvent {
    /// Id; sorts by time.
    pub id: AuditId,
    /// When.
    pub at: At,
    /// The sort of actor.
    pub actor_kind: crate::db::ActorKind,
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
}

impl Tx<'_> {
    /// Records a deed in this transaction.
    ///
    /// # Errors
    /// When the row cannot be written; the whole transaction then fails.
    pub fn record(&mut self, deed: Deed<'_>) -> Result<()> {
        let (now, actor) = (self.now(), self.actor().clone());
        diesel::insert_into(audit_events::table)
            .values((
                audit_events::id.eq(AuditId::mint()),
                audit_events::at.eq(now),
                audit_events::actor_kind.eq(actor.kind),
                audit_events::actor_id.eq(actor.id),
                audit_events::action.eq(deed.action),
                audit_events::subject_kind.eq(deed.subject_kind),
                audit_events::subject_id.eq(deed.subject_id),
                audit_events::facility_id.eq(deed.facility_id.cloned()),
                audit_events::detail.eq(deed.detail.to_string()),
                audit_events::request_id.eq(actor.request_id),
                audit_events::address.eq(actor.address),
            ))
            .execute(self.conn())?;
        Ok(())
    }
}
