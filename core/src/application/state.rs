//! The life that all kinds of application share (SPEC 4), as one table. The
//! buttons shown, the parties allowed and the tests derive from it.

use crate::db::text_enum;

text_enum! {
    /// Where an application stands.
    pub enum State {
        /// Being filled in; only its author sees it.
        Draft = "draft",
        /// Sent, waits for a reviewer.
        Submitted = "submitted",
        /// A reviewer has it.
        InReview = "in_review",
        /// A reviewer proposed a decision; a second person decides.
        AwaitingApproval = "awaiting_approval",
        /// Sent back for correction.
        Returned = "returned",
        /// Approved; its effects are posted.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
        /// Taken back by the applicant.
        Withdrawn = "withdrawn",
        /// A draft thrown away.
        Discarded = "discarded",
    }
}

text_enum! {
    /// What moves an application from one state to another.
    pub enum Verb {
        /// Send a draft.
        Submit = "submit",
        /// Throw a draft away.
        Discard = "discard",
        /// Approve at once, because the match succeeded.
        ApproveAtOnce = "approve_at_once",
        /// Take it into review.
        Claim = "claim",
        /// Put it back into the queue.
        Release = "release",
        /// Give one that waits to a reviewer.
        Assign = "assign",
        /// Give it to a colleague.
        HandOver = "hand_over",
        /// Take it from a colleague.
        TakeOver = "take_over",
        /// Propose a decision to a second person.
        Recommend = "recommend",
        /// Take the proposal back.
        Recall = "recall",
        /// Give a proposal back to its reviewer.
        SendBack = "send_back",
        /// Approve after review.
        Approve = "approve",
        /// Send it back with faults named.
        Return = "return",
        /// Refuse with a reason.
        Reject = "reject",
        /// Send the corrected application.
        Resubmit = "resubmit",
        /// Take it back.
        Withdraw = "withdraw",
        /// Take back what was approved and has not come into effect for good.
        TakeBack = "take_back",
        /// Undo a reviewer's own decision.
        Undo = "undo",
        /// Undo a second person's own decision.
        UndoFinal = "undo_final",
    }
}

/// Who may move it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The one who filed it, or a verified colleague.
    Applicant,
    /// The one in the back office who reviews.
    Reviewer,
    /// The second person, who did not review.
    Approver,
    /// A rule, without a person.
    Rule,
}

/// One arrow of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The state it starts from.
    pub from: State,
    /// What is done.
    pub verb: Verb,
    /// The state it ends in.
    pub to: State,
    /// Who may.
    pub by: Party,
}

const fn t(from: State, verb: Verb, to: State, by: Party) -> Transition {
    Transition { from, verb, to, by }
}

/// Every arrow there is.
pub const TRANSITIONS: &[Transition] = {
    use Party::{Applicant, Approver, Reviewer, Rule};
    use State::*;
    &[
        t(Draft, Verb::Submit, Submitted, Applicant),
        t(Draft, Verb::Discard, Discarded, Applicant),
        t(Submitted, Verb::ApproveAtOnce, Approved, Rule),
        t(Submitted, Verb::Claim, InReview, Reviewer),
        t(Submitted, Verb::Assign, InReview, Reviewer),
        t(Submitted, Verb::Withdraw, Withdrawn, Applicant),
        t(InReview, Verb::Release, Submitted, Reviewer),
        t(InReview, Verb::HandOver, InReview, Reviewer),
        t(InReview, Verb::TakeOver, InReview, Reviewer),
        t(InReview, Verb::Approve, Approved, Reviewer),
        t(InReview, Verb::Return, Returned, Reviewer),
        t(InReview, Verb::Reject, Rejected, Reviewer),
        t(InReview, Verb::Recommend, AwaitingApproval, Reviewer),
        t(InReview, Verb::Withdraw, Withdrawn, Applicant),
        t(AwaitingApproval, Verb::Recall, InReview, Reviewer),
        t(AwaitingApproval, Verb::SendBack, InReview, Approver),
        t(AwaitingApproval, Verb::Approve, Approved, Approver),
        t(AwaitingApproval, Verb::Reject, Rejected, Approver),
        t(AwaitingApproval, Verb::Withdraw, Withdrawn, Applicant),
        t(Returned, Verb::Resubmit, InReview, Applicant),
        t(Returned, Verb::Withdraw, Withdrawn, Applicant),
        t(Returned, Verb::Undo, InReview, Reviewer),
        t(Approved, Verb::TakeBack, Withdrawn, Applicant),
        t(Approved, Verb::Undo, InReview, Reviewer),
        t(Rejected, Verb::Undo, InReview, Reviewer),
        t(Approved, Verb::UndoFinal, AwaitingApproval, Approver),
        t(Rejected, Verb::UndoFinal, AwaitingApproval, Approver),
    ]
};

/// The arrow for a verb from a state, if there is one.
pub fn transition(from: State, verb: Verb) -> Option<&'static Transition> {
    TRANSITIONS.iter().find(|t| t.from == from && t.verb == verb)
}

/// What a party can do with an application in this state.
pub fn verbs(from: State, by: Party) -> impl Iterator<Item = Verb> {
    TRANSITIONS.iter().filter(move |t| t.from == from && t.by == by).map(|t| t.verb)
}

impl State {
    /// The words applicants read.
    pub const fn public_label(self) -> &'static str {
        match self {
            Self::Draft => "下書き",
            Self::Submitted => "受付済み",
            Self::InReview | Self::AwaitingApproval => "審査中",
            Self::Returned => "差戻し（対応が必要です）",
            Self::Approved => "承認",
            Self::Rejected => "却下",
            Self::Withdrawn => "取下げ",
            Self::Discarded => "削除済み",
        }
    }

    /// The words staff read.
    pub const fn staff_label(self) -> &'static str {
        match self {
            Self::Draft => "下書き",
            Self::Submitted => "受付済み・担当なし",
            Self::InReview => "審査中",
            Self::AwaitingApproval => "承認待ち",
            Self::Returned => "差戻し中",
            Self::Approved => "承認済み",
            Self::Rejected => "却下済み",
            Self::Withdrawn => "取下げ",
            Self::Discarded => "下書き削除",
        }
    }

    /// The states of what is not decided and not given up.
    pub fn open() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|state| !state.is_final())
    }

    /// Whether nothing more can happen, but that a decision is taken back.
    pub fn is_final(self) -> bool {
        TRANSITIONS.iter().filter(|t| t.from == self).all(|t| t.verb.undoes())
    }

    /// Whether the applicant may change answers.
    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }
}

impl Verb {
    /// Whether it takes a decision back.
    pub const fn undoes(self) -> bool {
        matches!(self, Self::TakeBack | Self::Undo | Self::UndoFinal)
    }

    /// What happened, in the history that staff read.
    pub const fn past_label(self) -> &'static str {
        match self {
            Self::Submit => "申請を受け付けました",
            Self::Discard => "下書きを削除しました",
            Self::ApproveAtOnce => "決められた条件に合うため、自動で承認しました",
            Self::Claim => "審査を始めました",
            Self::Release => "担当を外し、順番待ちに戻しました",
            Self::Assign => "担当者を決めました",
            Self::HandOver => "担当を引き渡しました",
            Self::TakeOver => "担当を引き継ぎました",
            Self::Recommend => "判断を提案し、承認を依頼しました",
            Self::Recall => "承認の依頼を取り消しました",
            Self::SendBack => "審査担当に差し戻しました",
            Self::Approve => "承認しました",
            Self::Return => "修正をお願いしました（差戻し）",
            Self::Reject => "却下しました",
            Self::Resubmit => "修正した申請を受け付けました",
            Self::Withdraw => "申請を取り下げました",
            Self::TakeBack => "承認された申請を取り下げました",
            Self::Undo | Self::UndoFinal => "直前の判断を元に戻しました",
        }
    }

    /// What happened, in the applicant's words; `None` for what passes between
    /// the staff.
    pub const fn public_label(self) -> Option<&'static str> {
        match self {
            Self::Release => Some("審査の順番を待っています"),
            Self::Assign => Some(Self::Claim.past_label()),
            Self::HandOver | Self::TakeOver | Self::Recommend | Self::Recall | Self::SendBack => None,
            Self::Undo | Self::UndoFinal => None,
            shared => Some(shared.past_label()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_verb_leads_from_a_state_to_one_state() {
        for (i, a) in TRANSITIONS.iter().enumerate() {
            let twins = TRANSITIONS[i + 1..].iter().filter(|b| b.from == a.from && b.verb == a.verb);
            assert_eq!(twins.count(), 0, "{a:?}");
        }
    }

    #[test]
    fn a_reviewer_decides_in_review_and_a_second_person_what_was_proposed() {
        for state in [State::Approved, State::Rejected] {
            let to = |by| TRANSITIONS.iter().filter(move |t| t.to == state && t.by == by);
            assert!(to(Party::Reviewer).all(|t| t.from == State::InReview), "{state}");
            assert!(to(Party::Approver).all(|t| t.from == State::AwaitingApproval), "{state}");
        }
    }

    #[test]
    fn every_state_but_the_draft_can_be_reached() {
        for state in State::ALL.iter().filter(|s| **s != State::Draft) {
            assert!(TRANSITIONS.iter().any(|t| t.to == *state), "{state}");
        }
    }

    #[test]
    fn decided_and_abandoned_applications_stay_as_they_are() {
        let done: Vec<State> = State::ALL.iter().copied().filter(|s| s.is_final()).collect();
        assert_eq!(done, [State::Approved, State::Rejected, State::Withdrawn, State::Discarded]);
        let open: Vec<State> = State::open().collect();
        assert_eq!(open, [State::Draft, State::Submitted, State::InReview, State::AwaitingApproval, State::Returned]);
    }
}
