//! A run and its items as stored.

use diesel::prelude::*;

use crate::db::{At, text_enum};
use crate::ids::{BulkRunId, StaffId};
use crate::schema::bulk_runs;
use crate::staff::role::Permission;

text_enum! {
    /// What is done to each.
    pub enum Action {
        /// Take it into review.
        Claim = "claim",
        /// Give it to a colleague.
        Assign = "assign",
        /// Approve what was matched.
        Approve = "approve",
        /// Write it out as a file.
        Export = "export",
    }
}

impl Action {
    /// The words on its button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Claim => "担当する",
            Self::Assign => "担当者を決める",
            Self::Approve => "まとめて承認する",
            Self::Export => "書き出す",
        }
    }

    /// What it needs.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Claim | Self::Approve => Permission::Review,
            Self::Assign => Permission::Assign,
            Self::Export => Permission::ReadApplications,
        }
    }
}

text_enum! {
    /// Where a run stands.
    pub enum RunState {
        /// Frozen; whoever chose has not said go.
        Planned = "planned",
        /// A job is at it.
        Running = "running",
        /// Every item is settled.
        Done = "done",
    }
}

text_enum! {
    /// Where an item stands.
    pub enum ItemState {
        /// Left out from the beginning.
        LeftOut = "left_out",
        /// Its turn has not come.
        Waiting = "waiting",
        /// Done.
        Done = "done",
        /// It could not be done.
        Failed = "failed",
    }
}

impl ItemState {
    /// The word for what came of it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::LeftOut => "対象外",
            Self::Waiting => "順番待ち",
            Self::Done => "できました",
            Self::Failed => "できませんでした",
        }
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = bulk_runs)]
pub struct BulkRun {
    /// Id.
    pub id: BulkRunId,
    /// Who chose, and as whom it is done.
    pub staff_id: StaffId,
    /// What is done.
    pub action: Action,
    /// To whom the applications are given.
    pub to_staff_id: Option<StaffId>,
    /// The query of the list it was chosen from.
    pub query: String,
    /// Whether more fitted than one run holds.
    pub more: bool,
    /// Where it stands.
    pub state: RunState,
    /// When it was chosen.
    pub created_at: At,
    /// When it was started.
    pub started_at: Option<At>,
    /// When the last item was settled.
    pub finished_at: Option<At>,
}
