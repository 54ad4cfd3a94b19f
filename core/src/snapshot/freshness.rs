//! How old what memory knows may be. Measured by the machine's steady clock, from
//! before the question to the database that confirmed it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Up to this age an answer says nothing of it: the feed asks four times a second.
const USUAL: Duration = Duration::from_secs(1);

/// What a check may be answered from, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Footing {
    /// As the database has it, to within a second.
    Fresh,
    /// The database has not been heard of for so long; the answer says so.
    Aged(Duration),
    /// Nothing that may be answered from: not loaded yet, or too old.
    None,
}

/// When what memory knows was last confirmed.
#[derive(Debug)]
pub(super) struct Freshness {
    began: Instant,
    /// Milliseconds after `began`, plus one; 0 while nothing is loaded.
    confirmed: AtomicU64,
    most: Duration,
    #[cfg(any(test, feature = "testing"))]
    aged: AtomicU64,
}

impl Freshness {
    pub fn new(most: Duration) -> Self {
        Self {
            began: Instant::now(),
            confirmed: AtomicU64::new(0),
            most,
            #[cfg(any(test, feature = "testing"))]
            aged: AtomicU64::new(0),
        }
    }

    /// Memory was as the database at `at`, or later.
    pub fn confirm(&self, at: Instant) {
        let millis = u64::try_from(at.duration_since(self.began).as_millis()).unwrap_or(u64::MAX - 1);
        self.confirmed.store(millis + 1, Ordering::Release);
    }

    /// Memory is no longer good for anything.
    pub fn forget(&self) {
        self.confirmed.store(0, Ordering::Release);
    }

    /// As if the last confirmation were older by so much than it is, whatever comes:
    /// for tests.
    #[cfg(any(test, feature = "testing"))]
    pub fn age(&self, by: Duration) {
        self.aged.store(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::Release);
    }

    #[cfg(any(test, feature = "testing"))]
    fn aged(&self) -> Duration {
        Duration::from_millis(self.aged.load(Ordering::Acquire))
    }

    #[cfg(not(any(test, feature = "testing")))]
    fn aged(&self) -> Duration {
        Duration::ZERO
    }

    /// The footing at this moment.
    pub fn footing(&self) -> Footing {
        match self.confirmed.load(Ordering::Acquire) {
            0 => Footing::None,
            confirmed => {
                let age = self.began.elapsed().saturating_sub(Duration::from_millis(confirmed - 1));
                judge(age + self.aged(), self.most)
            }
        }
    }
}

/// What an age means where `most` is allowed.
fn judge(age: Duration, most: Duration) -> Footing {
    if age > most {
        Footing::None
    } else if age <= USUAL {
        Footing::Fresh
    } else {
        Footing::Aged(age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_normal_then_told_then_too_much() {
        let most = Duration::from_secs(30);
        let at = |millis| judge(Duration::from_millis(millis), most);
        assert_eq!([at(0), at(1_000)], [Footing::Fresh, Footing::Fresh]);
        assert_eq!(at(1_001), Footing::Aged(Duration::from_millis(1_001)));
        assert_eq!(at(30_000), Footing::Aged(most));
        assert_eq!(at(30_001), Footing::None);
        assert_eq!(judge(Duration::from_millis(600), Duration::from_millis(500)), Footing::None);
    }

    #[test]
    fn nothing_is_answered_before_the_first_confirmation_or_after_a_forgetting() {
        let freshness = Freshness::new(Duration::from_secs(30));
        assert_eq!(freshness.footing(), Footing::None);
        freshness.confirm(Instant::now());
        assert_eq!(freshness.footing(), Footing::Fresh);
        freshness.forget();
        assert_eq!(freshness.footing(), Footing::None);
    }
}
