//! The life of a notice, as one table: buttons, checks and tests derive from it.

use crate::db::text_enum;

text_enum! {
    /// Where a notice stands.
    pub enum State {
        /// Being written.
        Draft = "draft",
        /// Waits for a colleague's eyes.
        Review = "review",
        /// Will appear at its time.
        Scheduled = "scheduled",
        /// Is shown.
        Published = "published",
        /// Is shown no more.
        Ended = "ended",
    }
}

impl State {
    /// The word staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "下書き",
            Self::Review => "確認待ち",
            Self::Scheduled => "公開予定",
            Self::Published => "公開中",
            Self::Ended => "終了",
        }
    }

    /// The colour of its tag (`docs/templates.md`).
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Draft | Self::Ended => "grey",
            Self::Review => "orange",
            Self::Scheduled => "blue-line",
            Self::Published => "green",
        }
    }

    /// Whether the table knows this way on.
    pub fn allows(self, action: Action) -> bool {
        TRANSITIONS.iter().any(|(from, by, _)| *from == self && *by == action)
    }
}

/// What is done to a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Change what it says.
    Amend,
    /// Ask a colleague to look at it.
    Submit,
    /// Give it back to be mended.
    SendBack,
    /// Show it, now or at its time.
    Publish,
    /// Call off what has not appeared yet.
    TakeBack,
    /// Show it no more.
    End,
    /// Throw it away.
    Discard,
}

/// From where, by what, to where. Publishing leads to `Scheduled` when the time is
/// still to come; thrown away is gone.
pub const TRANSITIONS: &[(State, Action, Option<State>)] = &[
    (State::Draft, Action::Amend, Some(State::Draft)),
    (State::Draft, Action::Submit, Some(State::Review)),
    (State::Draft, Action::Publish, Some(State::Published)),
    (State::Draft, Action::Discard, None),
    (State::Review, Action::Amend, Some(State::Review)),
    (State::Review, Action::SendBack, Some(State::Draft)),
    (State::Review, Action::Publish, Some(State::Published)),
    (State::Review, Action::Discard, None),
    (State::Scheduled, Action::Amend, Some(State::Scheduled)),
    (State::Scheduled, Action::TakeBack, Some(State::Draft)),
    (State::Published, Action::Amend, Some(State::Published)),
    (State::Published, Action::End, Some(State::Ended)),
];
