//! Notices who has waited too long for the database. PostgreSQL ends a statement that
//! takes too long itself; where no answer comes even then, the way there swallows
//! everything, or the server hangs, and the driver would wait for ever.
//!
//! The statements of a thread are watched through diesel's instrumentation, from
//! outside by whoever holds the [`Watch`].

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::InstrumentationEvent;

/// Beyond the time after which the server itself would have ended a statement.
pub(super) const MARGIN: Duration = Duration::from_secs(2);

/// Until when an answer must have come.
#[derive(Debug)]
pub(crate) struct Watch {
    began: Instant,
    /// Milliseconds after `began`, plus one; 0 while nobody waits.
    until: AtomicU64,
}

impl Watch {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { began: Instant::now(), until: AtomicU64::new(0) })
    }

    /// Whether an answer should have come by now.
    pub(crate) fn is_overdue(&self) -> bool {
        let until = self.until.load(Ordering::Acquire);
        until > 0 && self.began.elapsed() > Duration::from_millis(until - 1)
    }

    fn expect_within(&self, time: Duration) {
        let until = u64::try_from(self.began.elapsed().saturating_add(time).as_millis()).unwrap_or(u64::MAX - 1);
        self.until.store(until + 1, Ordering::Release);
    }

    fn rest(&self) {
        self.until.store(0, Ordering::Release);
    }
}

/// What is known of the statements of this thread.
struct Here {
    watch: Arc<Watch>,
    /// How long the server works on a statement.
    limit: Duration,
    /// How long it lets one wait for a lock.
    lock_limit: Duration,
    asked: Option<Instant>,
    /// Whether the last statement that failed did so after one of the limits.
    failed_late: bool,
}

thread_local! {
    static HERE: RefCell<Option<Here>> = const { RefCell::new(None) };
}

/// While it lives, this thread is watched.
pub(crate) struct Guard(bool);

impl Drop for Guard {
    fn drop(&mut self) {
        if self.0 {
            HERE.with_borrow_mut(|here| here.take().iter().for_each(|here| here.watch.rest()));
        }
    }
}

/// Watches this thread from here on.
pub(crate) fn by(watch: &Arc<Watch>) -> Guard {
    HERE.set(Some(Here {
        watch: watch.clone(),
        limit: Duration::MAX,
        lock_limit: Duration::MAX,
        asked: None,
        failed_late: false,
    }));
    Guard(true)
}

/// As [`by`], unless somebody watches already.
pub(super) fn at_all() -> Guard {
    if HERE.with_borrow(Option::is_some) { Guard(false) } else { by(&Watch::new()) }
}

/// What comes next, other than a statement, takes no longer than so.
pub(super) fn expect_within(time: Duration) {
    HERE.with_borrow(|here| here.iter().for_each(|here| here.watch.expect_within(time)));
}

/// From here on the server ends statements after `limit`, and waits for locks after
/// `lock_limit`; nobody waits at this moment.
pub(super) fn allow(limit: Duration, lock_limit: Duration) {
    HERE.with_borrow_mut(|here| {
        if let Some(here) = here {
            (here.limit, here.lock_limit, here.failed_late) = (limit, lock_limit, false);
            here.watch.rest();
        }
    });
}

/// Whether the last statement of this thread that failed had taken as long as the
/// server allows. (Its message may be in any language.)
pub(super) fn failed_late() -> bool {
    HERE.with_borrow(|here| here.as_ref().is_some_and(|here| here.failed_late))
}

/// Hears of every statement.
pub(super) fn hear(event: &InstrumentationEvent<'_>) {
    HERE.with_borrow_mut(|here| {
        let Some(here) = here else { return };
        match event {
            InstrumentationEvent::StartQuery { .. } => {
                here.asked = Some(Instant::now());
                here.watch.expect_within(here.limit.saturating_add(MARGIN));
            }
            InstrumentationEvent::FinishQuery { error, .. } => {
                here.watch.rest();
                let took = here.asked.take().map_or(Duration::ZERO, |asked| asked.elapsed());
                if error.is_some() {
                    here.failed_late = took >= here.limit.min(here.lock_limit);
                }
            }
            _ => {}
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_overdue_after_its_time_and_never_once_it_has_ended() {
        let watch = Watch::new();
        assert!(!watch.is_overdue(), "nobody waits");
        let guard = by(&watch);
        expect_within(Duration::from_secs(60));
        assert!(!watch.is_overdue());
        expect_within(Duration::ZERO);
        std::thread::sleep(Duration::from_millis(2));
        assert!(watch.is_overdue());
        allow(Duration::from_secs(1), Duration::from_secs(1));
        assert!(!watch.is_overdue());
        expect_within(Duration::ZERO);
        drop(at_all());
        std::thread::sleep(Duration::from_millis(2));
        assert!(watch.is_overdue(), "one within another changes nothing");
        drop(guard);
        assert!(!watch.is_overdue());
    }
}
