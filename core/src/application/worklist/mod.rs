//! The reviewers' list: six views, filters applied together, keyset paging in
//! the order in which answers are due.
//!
//! All that filters and orders stands in `applications` itself, so that each
//! list is a walk along one of its indexes.

mod counts;
mod next;
mod query;
mod seek;
#[cfg(test)]
mod tests;

pub use counts::{MANY, counts};
pub(super) use next::{corrected, longest_waiting};
pub use query::{count, keys, keys_of_ids, list, rows_of_ids};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::kind::ApplicationKind;
use super::procedure::Method;
use super::state::State;
use crate::db::{At, text_enum};
use crate::facility::kind::FacilityKind;
use crate::ids::{ApplicationId, StaffId};
use crate::secret::ReceiptNumber;

text_enum! {
    /// A view of the list; also the value of `v` in its URL.
    pub enum View {
        /// 自分の担当
        Mine = "mine",
        /// 担当なし
        Unassigned = "unassigned",
        /// 期限が近い: due today or within one business day.
        Due = "due",
        /// 期限超過
        Overdue = "overdue",
        /// 差戻し中
        Returned = "returned",
        /// すべて
        All = "all",
    }
}

impl View {
    /// The words staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mine => "自分の担当",
            Self::Unassigned => "担当なし",
            Self::Due => "期限が近い",
            Self::Overdue => "期限超過",
            Self::Returned => "差戻し中",
            Self::All => "すべて",
        }
    }
}

/// What the list is narrowed to; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Which procedure.
    pub kind: Option<ApplicationKind>,
    /// Facility kind.
    pub facility_kind: Option<FacilityKind>,
    /// Prefecture numbers (JIS X 0401); any of them, all when there is none.
    pub prefectures: Vec<i32>,
    /// State.
    pub state: Option<State>,
    /// Sent on this day or later (from this moment on).
    pub sent_from: Option<At>,
    /// Sent before this moment.
    pub sent_before: Option<At>,
    /// Who has it.
    pub holder: Option<StaffId>,
    /// By what the facility proved itself.
    pub method: Option<Method>,
    /// The order of due dates turned round: latest first.
    pub latest_first: bool,
    /// 受付番号, facility code, phone, part of the facility's name, or mail address.
    pub words: Option<String>,
}

/// A row's place in the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The row's due date.
    pub due_on: NaiveDate,
    /// The row's id.
    pub id: ApplicationId,
}

/// Which page of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum From {
    /// The first.
    #[default]
    Start,
    /// What follows this row.
    After(Place),
    /// What comes before this row.
    Before(Place),
}

/// One row of the list.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// Id.
    pub id: ApplicationId,
    /// 受付番号.
    pub number: Option<ReceiptNumber>,
    /// Which procedure.
    pub kind: ApplicationKind,
    /// Where it stands.
    pub state: State,
    /// When it was first sent.
    pub submitted_at: Option<At>,
    /// By when it is to be answered.
    pub due_on: Option<NaiveDate>,
    /// The facility's name.
    pub facility_name: String,
    /// Its kind.
    pub facility_kind: FacilityKind,
    /// Its prefecture number.
    pub prefecture: i32,
    /// By what it proved itself.
    pub method: Option<Method>,
    /// Who has it.
    pub holder: Option<String>,
}

impl Row {
    /// Its place in the order.
    pub fn place(&self) -> Option<Place> {
        Some(Place { due_on: self.due_on?, id: self.id.clone() })
    }
}

/// What a deed on many applications has to know of each.
#[derive(Debug, Clone, Queryable)]
pub struct Key {
    /// Id.
    pub id: ApplicationId,
    /// Counts its changes of state.
    pub revision: i64,
    /// Which procedure.
    pub kind: ApplicationKind,
    /// Where it stands.
    pub state: State,
    /// Who has it, or had it last.
    pub assignee_id: Option<StaffId>,
    /// By what the facility proved itself.
    pub method: Option<Method>,
    /// When the facility closes, if it does.
    pub closed_on: Option<NaiveDate>,
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Before which row the page before ends, if there is one.
    pub previous: Option<Place>,
    /// After which row the next page begins, if there is one.
    pub next: Option<Place>,
}
