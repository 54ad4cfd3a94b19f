//! What checks were answered, counted: a line per check would be the bottleneck,
//! a line a minute tells operators as much.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};
use uketsuke_core::client_app::AppFault;
use uketsuke_core::device::Reason;

/// The answers that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Active.
    Active,
    /// Inactive, for a reason the asker is not told.
    Inactive(Reason),
    /// A token that is none of ours.
    Foreign,
    /// Not the eligibility service, or not a question.
    Refused,
    /// Nothing to answer from.
    Unavailable,
}

const NAMES: [&str; 15] = [
    "active",
    "token_over",
    "unknown",
    "ended",
    "suspended",
    "revoked",
    "facility_closed",
    "not_registered",
    "foreign",
    "refused",
    "unavailable",
    "facility_stopped",
    "not_started",
    "app_too_old",
    "app_stopped",
];

impl Outcome {
    const fn place(self) -> usize {
        match self {
            Self::Active => 0,
            Self::Inactive(Reason::Token) => 1,
            Self::Inactive(Reason::Unknown) => 2,
            Self::Inactive(Reason::Ended) => 3,
            Self::Inactive(Reason::Suspended) => 4,
            Self::Inactive(Reason::Revoked) => 5,
            Self::Inactive(Reason::FacilityClosed) => 6,
            Self::Inactive(Reason::NotRegistered) => 7,
            Self::Foreign => 8,
            Self::Refused => 9,
            Self::Unavailable => 10,
            Self::Inactive(Reason::FacilityStopped) => 11,
            Self::Inactive(Reason::NotStarted) => 12,
            Self::Inactive(Reason::App(AppFault::TooOld)) => 13,
            Self::Inactive(Reason::App(AppFault::Stopped)) => 14,
        }
    }
}

/// The counters since the last line, and those for who watches the machines.
pub struct Tally {
    counts: [AtomicU64; NAMES.len()],
    watched: [Counter; NAMES.len()],
    took: Histogram,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            counts: Default::default(),
            watched: NAMES.map(|name| counter!("uketsuke_checks_total", "outcome" => name)),
            took: histogram!("uketsuke_check_seconds"),
        }
    }
}

impl Tally {
    /// Counts one answer, and how long it took.
    pub fn count(&self, outcome: Outcome, took: Duration) {
        self.counts[outcome.place()].fetch_add(1, Ordering::Relaxed);
        self.watched[outcome.place()].increment(1);
        self.took.record(took);
    }

    /// The counts since last asked, those that are not zero.
    pub fn take(&self) -> Vec<(&'static str, u64)> {
        let counts = NAMES.iter().zip(&self.counts).map(|(name, count)| (*name, count.swap(0, Ordering::Relaxed)));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// One line in the log, if there is something to tell.
    pub fn tell(&self) {
        let counts = self.take();
        if !counts.is_empty() {
            let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{name}={count}")).collect();
            tracing::info!(target: "checks", "{}", counts.join(" "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_kind_and_told_once() {
        let tally = Tally::default();
        for outcome in [Outcome::Active, Outcome::Active, Outcome::Inactive(Reason::Suspended), Outcome::Unavailable] {
            tally.count(outcome, Duration::ZERO);
        }
        assert_eq!(tally.take(), [("active", 2), ("suspended", 1), ("unavailable", 1)]);
        assert_eq!(tally.take(), []);
    }
}
