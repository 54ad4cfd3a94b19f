//! The life of an inquiry, as one table. Buttons, parties and tests derive from
//! it. Who has an inquiry in hand is no state: it waits for its answer until it
//! has one.

use crate::db::text_enum;

text_enum! {
    /// Where an inquiry stands.
    pub enum State {
        /// The asker waits for an answer.
        Waiting = "waiting",
        /// The last word is the staff's.
        Answered = "answered",
        /// Nobody expects anything more.
        Closed = "closed",
        /// Its messages went to another inquiry.
        Merged = "merged",
    }
}

text_enum! {
    /// What moves an inquiry.
    pub enum Verb {
        /// The asker writes again.
        Write = "write",
        /// The asker says that it is solved.
        Resolve = "resolve",
        /// Staff answer.
        Answer = "answer",
        /// A member of staff takes it.
        Take = "take",
        /// Its holder puts it back.
        Release = "release",
        /// Its holder gives it to a colleague.
        HandOver = "hand_over",
        /// Staff close it.
        Close = "close",
        /// Staff open it again.
        Reopen = "reopen",
        /// Nobody wrote for a long time after an answer.
        Expire = "expire",
        /// Its messages go to another.
        Merge = "merge",
        /// Another's messages come here.
        TakeIn = "take_in",
    }
}

/// Who may move it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The one who asked, or somebody of the facility it was asked for.
    Asker,
    /// Whoever answers inquiries.
    Staff,
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
    use State::{Answered, Closed, Merged, Waiting};
    &[
        t(Waiting, Verb::Write, Waiting, Party::Asker),
        t(Waiting, Verb::Resolve, Closed, Party::Asker),
        t(Waiting, Verb::Answer, Answered, Party::Staff),
        t(Waiting, Verb::Take, Waiting, Party::Staff),
        t(Waiting, Verb::Release, Waiting, Party::Staff),
        t(Waiting, Verb::HandOver, Waiting, Party::Staff),
        t(Waiting, Verb::Close, Closed, Party::Staff),
        t(Waiting, Verb::Merge, Merged, Party::Staff),
        t(Waiting, Verb::TakeIn, Waiting, Party::Staff),
        t(Answered, Verb::Write, Waiting, Party::Asker),
        t(Answered, Verb::Resolve, Closed, Party::Asker),
        t(Answered, Verb::Answer, Answered, Party::Staff),
        t(Answered, Verb::Take, Answered, Party::Staff),
        t(Answered, Verb::Release, Answered, Party::Staff),
        t(Answered, Verb::HandOver, Answered, Party::Staff),
        t(Answered, Verb::Close, Closed, Party::Staff),
        t(Answered, Verb::TakeIn, Waiting, Party::Staff),
        t(Answered, Verb::Expire, Closed, Party::Rule),
        // A question that was closed too early is no new question.
        t(Closed, Verb::Write, Waiting, Party::Asker),
        t(Closed, Verb::Reopen, Waiting, Party::Staff),
    ]
};

/// The arrow for a verb from a state, if there is one.
pub fn transition(from: State, verb: Verb) -> Option<&'static Transition> {
    TRANSITIONS.iter().find(|t| t.from == from && t.verb == verb)
}

/// What a party can do with an inquiry in this state.
pub fn verbs(from: State, by: Party) -> impl Iterator<Item = Verb> {
    TRANSITIONS.iter().filter(move |t| t.from == from && t.by == by).map(|t| t.verb)
}

impl State {
    /// The words everybody reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "お返事待ち",
            Self::Answered => "回答済み",
            Self::Closed => "終了",
            Self::Merged => "統合済み",
        }
    }

    /// The tone of its tag.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Waiting => "blue",
            Self::Answered => "green",
            Self::Closed | Self::Merged => "grey",
        }
    }

    /// Whether the asker can write.
    pub fn takes_words(self) -> bool {
        transition(self, Verb::Write).is_some()
    }
}

impl Verb {
    /// What the audit trail calls it.
    pub const fn deed(self) -> &'static str {
        match self {
            Self::Write => "inquiry.written",
            Self::Answer => "inquiry.answered",
            Self::Take | Self::Release | Self::HandOver => "inquiry.assigned",
            Self::Resolve | Self::Close | Self::Expire => "inquiry.closed",
            Self::Reopen => "inquiry.reopened",
            Self::Merge | Self::TakeIn => "inquiry.merged",
        }
    }
}
