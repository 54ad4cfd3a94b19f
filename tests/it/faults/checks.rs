//! Checks at a fixed rate, whatever happens meanwhile: each is asked when its moment
//! has come, not when the one before was answered, and its time counts from there.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Active,
    /// A right answer only where the device was stopped.
    Inactive,
    /// 503: it cannot be known just now.
    Unavailable,
    /// No answer.
    Lost,
}

/// One check, and its retry where the first try brought no answer.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its moment, counted from the beginning.
    pub due: Duration,
    /// From its moment to the answer that counted.
    pub took: Duration,
    pub first: Outcome,
    /// Asked only when the first was not answered.
    pub second: Option<Outcome>,
}

impl Check {
    /// Not answered, even after a retry.
    pub fn failed(&self) -> bool {
        let last = self.second.unwrap_or(self.first);
        matches!(last, Outcome::Unavailable | Outcome::Lost)
    }
}

/// All checks of a run.
#[derive(Debug, Default)]
pub struct Checks(pub Vec<Check>);

impl Checks {
    /// How many were answered at the second try only.
    pub fn retried(&self) -> usize {
        self.0.iter().filter(|check| check.second.is_some()).count()
    }

    /// How many were not answered at all.
    pub fn failed(&self) -> usize {
        self.0.iter().filter(|check| check.failed()).count()
    }

    /// The time below which this share (0 to 1) of them was answered.
    pub fn quantile(&self, share: f64) -> Duration {
        let mut times: Vec<_> = self.0.iter().map(|check| check.took).collect();
        times.sort_unstable();
        let at = (times.len() as f64 * share) as usize;
        times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

impl fmt::Display for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = 100.0 * self.failed() as f64 / self.0.len().max(1) as f64;
        write!(
            f,
            "{} checks, {} of them asked twice, {} ({share:.3} %) not answered; median {:.1} ms, p99 {:.1} ms",
            self.0.len(),
            self.retried(),
            self.failed(),
            1_000.0 * self.quantile(0.5).as_secs_f64(),
            1_000.0 * self.quantile(0.99).as_secs_f64(),
        )
    }
}

/// Asks `rate` times per second from `threads` threads until `over`; `ask` is given the
/// number of the check and of the try (0 or 1), so that it can turn to another instance.
pub fn at_rate(rate: u32, threads: usize, over: &AtomicBool, ask: impl Fn(u64, usize) -> Outcome + Sync) -> Checks {
    let (began, next) = (Instant::now(), AtomicU64::new(0));
    let one_thread = || {
        let mut seen = Vec::new();
        while !over.load(Ordering::SeqCst) {
            let number = next.fetch_add(1, Ordering::SeqCst);
            let due = Duration::from_secs_f64(number as f64 / f64::from(rate));
            thread::sleep(due.saturating_sub(began.elapsed()));
            let first = ask(number, 0);
            let answered = matches!(first, Outcome::Active | Outcome::Inactive);
            let second = (!answered).then(|| ask(number, 1));
            seen.push(Check { due, took: began.elapsed().saturating_sub(due), first, second });
        }
        seen
    };
    thread::scope(|scope| {
        let asking: Vec<_> = (0..threads).map(|_| scope.spawn(one_thread)).collect();
        Checks(asking.into_iter().flat_map(|one| one.join().expect("asking does not panic")).collect())
    })
}
