//! The tone of an application's state tag, the same on every page.

use uketsuke_core::application::State;

/// The tone (see `docs/templates.md`).
pub const fn tone(state: &State) -> &'static str {
    match state {
        State::Draft | State::Withdrawn | State::Discarded => "grey",
        State::Submitted => "blue-line",
        State::InReview | State::AwaitingApproval => "blue",
        State::Returned => "orange",
        State::Approved => "green",
        State::Rejected => "dark",
    }
}
