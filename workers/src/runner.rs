//! Claims jobs by lease and runs them outside any transaction.
//!
//! 1. Look whether something is due (no lock), claim it (counts the attempt).
//! 2. Run it as a task of its own, so that a panic is an answer like another;
//!    lengthen its lease while it runs.
//! 3. Finish it, put it back, or kill it.
//!
//! A worker that dies in the middle leaves a lease that runs out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use metrics::{counter, histogram};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use uketsuke_core::db::Actor;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::mail::MailJob;
use uketsuke_core::queue::{self, ClaimedJob, Job};

use crate::jobs::{Failure, JOBS, Start};
use crate::{Works, periodic};

/// How long an idle worker sleeps: shortly after work, longer after long rest.
const SHORTEST_SLEEP: Duration = Duration::from_millis(250);
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// A running job says this often that it lives (its lease is a minute).
const HEARTBEAT: Duration = Duration::from_secs(20);
/// So long it is tried to write down what came of a job: within its lease.
const SETTLING: Duration = Duration::from_secs(30);
/// How often the table of periodic work is looked through.
const PERIODIC_TICK: Duration = Duration::from_secs(15);

static NEXT_WORKER: AtomicUsize = AtomicUsize::new(1);

/// One worker: a name and a table of jobs.
#[derive(Clone)]
pub struct Runner {
    works: Works,
    jobs: &'static [(&'static str, Start)],
    name: String,
    /// The kind of jobs that it leaves to the others of its crew.
    leaves: Option<&'static str>,
}

impl Runner {
    /// A worker with the table of all jobs.
    pub fn new(works: Works) -> Self {
        Self::with_jobs(works, JOBS)
    }

    /// A worker with a table of its own, for tests.
    pub fn with_jobs(works: Works, jobs: &'static [(&'static str, Start)]) -> Self {
        let number = NEXT_WORKER.fetch_add(1, Ordering::Relaxed);
        Self { works, jobs, name: format!("{}-{number}", std::process::id()), leaves: None }
    }

    /// So many workers, of which the first leaves mail to the others: while a mail server
    /// hangs, and each letter holds up its worker for half a minute, all else goes on.
    pub fn crew(works: &Works, size: usize) -> Vec<Self> {
        let one = |at| Self { leaves: (at == 0 && size > 1).then_some(MailJob::KIND), ..Self::new(works.clone()) };
        (0..size).map(one).collect()
    }

    /// Works until `stop` says so; a job that has begun is finished first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut nap = SHORTEST_SLEEP;
        while !*stop.borrow() {
            match self.step().await {
                Ok(true) => {
                    nap = SHORTEST_SLEEP;
                    continue;
                }
                Ok(false) => {}
                Err(error) => tracing::warn!(worker = self.name, %error, "the queue cannot be read"),
            }
            // Either the nap is over or the stop has come.
            let _ = timeout(nap, stop.changed()).await;
            nap = (nap * 2).min(LONGEST_SLEEP);
        }
    }

    /// Runs what is due until nothing is; answers how many jobs ran. For tests.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub async fn drain(&self) -> Result<usize> {
        let mut ran = 0;
        while self.step().await? {
            ran += 1;
        }
        Ok(ran)
    }

    /// Claims and runs one job; `false` when none is due.
    ///
    /// # Errors
    /// When the queue cannot be read or written; the lease then runs out.
    pub async fn step(&self) -> Result<bool> {
        let db = &self.works.db;
        let (now, left) = (db.clock().now().into(), self.leaves);
        if !db.read(move |c| queue::has_due(c, now, left)).await? {
            return Ok(false);
        }
        let name = self.name.clone();
        let Some(job) = db.write(Actor::system(), move |tx| queue::claim_but(tx, &name, left)).await? else {
            return Ok(false);
        };
        let began = Instant::now();
        let outcome = self.attempt(job.clone()).await;
        count(&job, &outcome, began.elapsed());
        self.settle(job, outcome).await?;
        Ok(true)
    }

    async fn attempt(&self, job: ClaimedJob) -> std::result::Result<(), Failure> {
        let Some((_, start)) = self.jobs.iter().find(|(kind, _)| *kind == job.kind) else {
            return Err(Failure::Kill(format!("no job is called {}", job.kind)));
        };
        let mut task = tokio::spawn(start(self.works.clone(), job.clone()));
        loop {
            match timeout(HEARTBEAT, &mut task).await {
                Ok(Ok(outcome)) => return outcome,
                Ok(Err(panic)) => return Err(Failure::Retry(panic.to_string())),
                Err(_) => self.beat(&job).await,
            }
        }
    }

    async fn beat(&self, job: &ClaimedJob) {
        let (held, id) = (job.clone(), job.id.clone());
        match self.works.db.write(Actor::system(), move |tx| queue::heartbeat(tx, &held)).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(job = %id, "a running job's lease went to another worker"),
            Err(error) => tracing::warn!(job = %id, %error, "a running job's lease was not lengthened"),
        }
    }

    async fn settle(&self, job: ClaimedJob, outcome: std::result::Result<(), Failure>) -> Result<()> {
        if let Err(failure) = &outcome {
            tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempt, ?failure, "a job failed");
        }
        let (job, outcome, began) = (Arc::new(job), Arc::new(outcome), Instant::now());
        loop {
            let (of, came) = (job.clone(), outcome.clone());
            let settled = self.works.db.write(Actor::system(), move |tx| match &*came {
                Ok(()) => queue::finish(tx, &of),
                Err(Failure::Retry(error)) => queue::retry(tx, &of, error),
                Err(Failure::Wait(error)) => queue::wait(tx, &of, error).map(drop),
                Err(Failure::Kill(error)) => queue::kill(tx, &of, error),
            });
            match settled.await {
                // While the database restarts. Given up, the job runs again when its lease ends.
                Err(Error::Unavailable { .. }) if began.elapsed() < SETTLING => sleep(SHORTEST_SLEEP).await,
                settled => return settled,
            }
        }
    }
}

/// For those who watch the machines.
fn count(job: &ClaimedJob, outcome: &std::result::Result<(), Failure>, took: Duration) {
    let outcome = match outcome {
        Ok(()) => "done",
        Err(Failure::Retry(_)) => "retry",
        Err(Failure::Wait(_)) => "wait",
        Err(Failure::Kill(_)) => "dead",
    };
    counter!("uketsuke_jobs_run_total", "kind" => job.kind.clone(), "outcome" => outcome).increment(1);
    histogram!("uketsuke_job_seconds", "kind" => job.kind.clone()).record(took);
}

/// Keeps the periodic work coming until `stop` says so.
pub async fn run_timer(works: Works, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(PERIODIC_TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.changed() => return,
        }
        if let Err(error) = periodic::enqueue(&works.db).await {
            tracing::warn!(%error, "periodic work was not enqueued");
            sleep(LONGEST_SLEEP).await;
        }
    }
}

#[cfg(test)]
#[path = "runner_tests.rs"]
mod tests;
