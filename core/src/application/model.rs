//! Rows of the filing engine and the document an applicant fills in.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::kind::ApplicationKind;
use super::procedure::Terms;
use super::state::{State, Verb};
use crate::db::At;
use crate::error::Result;
use crate::ids::{AccountId, ApplicationEventId, ApplicationId, FacilityId, FaultId, FilingId, StaffId};
use crate::schema::{application_events, application_faults, applications, filings};
use crate::secret::ReceiptNumber;

/// Answers exactly as typed, by field name.
pub type Answers = BTreeMap<String, String>;

/// What an applicant has filled in so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// As typed. Secrets are never among them.
    pub answers: Answers,
    /// Set by rules alone, never by a form: for instance that the match succeeded.
    #[serde(default)]
    pub marks: BTreeMap<String, String>,
}

impl Document {
    /// One answer as typed, empty when there is none yet.
    pub fn answer(&self, field: &str) -> &str {
        self.answers.get(field).map_or("", String::as_str)
    }

    /// One mark, if set.
    pub fn mark(&self, name: &str) -> Option<&str> {
        self.marks.get(name).map(String::as_str)
    }
}

/// An application, of whatever kind.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = applications)]
pub struct Application {
    /// Id.
    pub id: ApplicationId,
    /// 受付番号, from the first submission on.
    pub number: Option<ReceiptNumber>,
    /// Which procedure.
    pub kind: ApplicationKind,
    /// For which facility.
    pub facility_id: FacilityId,
    /// Who filed it.
    pub account_id: AccountId,
    /// Where it stands.
    pub state: State,
    /// The [`Document`] as JSON text.
    document: String,
    /// The reviewer who has it.
    pub assignee_id: Option<StaffId>,
    /// Since when.
    pub assigned_at: Option<At>,
    /// The reviewer who had it last: a correction comes back to them.
    pub last_reviewer_id: Option<StaffId>,
    /// When it was first sent.
    pub submitted_at: Option<At>,
    /// By when an answer is promised (Asia/Tokyo).
    pub due_on: Option<NaiveDate>,
    /// When it was decided.
    pub decided_at: Option<At>,
    /// Counts changes of state, for compare-and-set.
    pub revision: i64,
    /// When it was begun.
    pub created_at: At,
    /// When it last changed.
    pub updated_at: At,
}

impl Application {
    /// What is filled in so far.
    ///
    /// # Errors
    /// `Internal` when the stored text is damaged.
    pub fn document(&self) -> Result<Document> {
        Ok(serde_json::from_str(&self.document)?)
    }

    /// 受付番号 as shown, or a dash for a draft.
    pub fn number_text(&self) -> &str {
        self.number.as_ref().map_or("－", ReceiptNumber::as_str)
    }
}

/// One frozen version of what was sent: the legal record.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = filings)]
pub struct Filing {
    /// Id.
    pub id: FilingId,
    /// The application.
    pub application_id: ApplicationId,
    /// 1 for the first submission.
    pub version: i32,
    /// The form of the document, as its procedure numbers them.
    pub schema_version: i32,
    document: String,
    /// Who sent it.
    pub filed_by: String,
    /// When.
    pub filed_at: At,
}

impl Filing {
    /// The filed values, as their procedure wrote them.
    ///
    /// # Errors
    /// `Internal` when the stored text is damaged.
    pub fn values(&self) -> Result<serde_json::Value> {
        Ok(serde_json::from_str(&self.document)?)
    }
}

/// One field that differs between two filings, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field's label.
    pub label: String,
    /// What stood there.
    pub before: String,
    /// What stands there now.
    pub after: String,
}

/// Particulars of a step, as history keeps them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventDetail {
    /// What a resubmission changed.
    pub changes: Vec<Change>,
    /// The number granted, where it differs from what was asked.
    pub granted: Option<u32>,
    /// What a reviewer proposes to a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// Who has the application from this step on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<StaffId>,
    /// What staff wrote to each other; applicants never read it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The decision that this step undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<ApplicationEventId>,
}

/// A decision that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    /// To approve on these terms.
    Approve(Terms),
    /// To reject with this reason, as the applicant will read it.
    Reject(String),
}

/// One step in an application's history.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = application_events)]
pub struct Event {
    /// Id.
    pub id: ApplicationEventId,
    /// The application.
    pub application_id: ApplicationId,
    /// Who, as `kind:id`.
    pub actor: String,
    /// What.
    pub verb: Verb,
    /// From which state.
    pub from_state: State,
    /// Into which state.
    pub to_state: State,
    /// Why, as it was written to the applicant.
    pub reason: String,
    detail: String,
    /// When.
    pub at: At,
}

impl Event {
    /// The step's particulars.
    ///
    /// # Errors
    /// `Internal` when the stored text is damaged.
    pub fn detail(&self) -> Result<EventDetail> {
        Ok(serde_json::from_str(&self.detail)?)
    }
}

/// One fault that a return names, pinned to a field or to the files.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = application_faults)]
pub struct Fault {
    /// Id.
    pub id: FaultId,
    /// The application.
    pub application_id: ApplicationId,
    /// The return it belongs to.
    pub event_id: ApplicationEventId,
    /// The field it is pinned to.
    pub field: String,
    /// The reason's code in its procedure's list.
    pub reason: String,
    /// What the applicant reads.
    pub text: String,
    /// When a resubmission answered it.
    pub resolved_at: Option<At>,
}
