//! What bars an application from a deed on many: one list, for what is left out
//! at first and for what fails on the way.

use chrono::NaiveDate;

use super::model::Action;
use crate::application::worklist::Key;
use crate::application::{ApplicationKind, Method, State};
use crate::db::text_enum;
use crate::error::Error;
use crate::ids::StaffId;
use crate::refusal::Refusal;

text_enum! {
    /// Why not this one.
    pub enum Bar {
        /// One has it already.
        Own = "own",
        /// A colleague has it.
        Others = "others",
        /// It waits for nobody on this side, or is decided.
        State = "state",
        /// The facility proved itself by documents, which somebody has to look at.
        Documents = "documents",
        /// What was stated differs from the master.
        Differs = "differs",
        /// A second person decides.
        SecondPerson = "second_person",
        /// The facility is closed.
        Closed = "closed",
        /// It changed since it was chosen.
        Changed = "changed",
        /// It is not there any more.
        Gone = "gone",
        /// Whoever started may not, any more.
        Rights = "rights",
        /// The colleague does not review, any more.
        NotAReviewer = "not_a_reviewer",
        /// A fault of ours.
        Fault = "fault",
    }
}

impl Bar {
    /// The words staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Own => "すでに自分が担当している申請",
            Self::Others => "ほかの職員が担当している申請",
            Self::State => "今の状態ではこの操作ができない申請（差戻し中、承認待ち、判断済みなど）",
            Self::Documents => "照合で確認していない申請（書類を見て、1件ずつ承認してください）",
            Self::Differs => "登録情報と違うところがある申請（内容を見て、1件ずつ承認してください）",
            Self::SecondPerson => "2人で判断する種類の申請（1件ずつ承認を依頼してください）",
            Self::Closed => "施設が廃止されている申請",
            Self::Changed => "選んだあとに内容や状態が変わった申請",
            Self::Gone => "見つからない申請",
            Self::Rights => "操作を始めた職員に、この操作の権限がなくなった申請",
            Self::NotAReviewer => "担当に選んだ職員が、審査を担当できなくなった申請",
            Self::Fault => "システムの不具合でできなかった申請",
        }
    }

    /// What went wrong with one item.
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::NotFound => Self::Gone,
            Error::Conflict => Self::Changed,
            Error::Forbidden => Self::Rights,
            Error::Refused(refusal) => match refusal {
                Refusal::ClaimedByOther => Self::Others,
                Refusal::NotByItself => Self::Documents,
                Refusal::FactsDiffer => Self::Differs,
                Refusal::FacilityClosed => Self::Closed,
                Refusal::NeedsSecondPerson | Refusal::FourEyes => Self::SecondPerson,
                Refusal::NotAReviewer => Self::NotAReviewer,
                _ => Self::State,
            },
            Error::Invalid(_) | Error::Unavailable { .. } | Error::Internal(_) => Self::Fault,
        }
    }
}

/// Who asks for what, and what holds today.
pub(super) struct Rules<'a> {
    pub action: Action,
    pub me: &'a StaffId,
    pub today: NaiveDate,
    /// The kinds that a second person decides.
    pub by_two: Vec<ApplicationKind>,
}

impl Rules<'_> {
    /// What can be told without opening the application.
    pub fn bar(&self, key: &Key) -> Option<Bar> {
        let own = key.assignee_id.as_ref() == Some(self.me);
        let closed = key.closed_on.is_some_and(|closed_on| closed_on <= self.today);
        match (self.action, key.state) {
            (Action::Export, _) => None,
            (Action::Claim | Action::Assign, State::Submitted) => None,
            (Action::Claim, State::InReview) if own => Some(Bar::Own),
            (Action::Approve, State::InReview) if !own => Some(Bar::Others),
            (Action::Approve, State::Submitted | State::InReview) => match key.method {
                _ if closed => Some(Bar::Closed),
                Some(Method::Match) if self.by_two.contains(&key.kind) => Some(Bar::SecondPerson),
                Some(Method::Match) => None,
                _ => Some(Bar::Documents),
            },
            (_, State::InReview) => Some(Bar::Others),
            _ => Some(Bar::State),
        }
    }
}
