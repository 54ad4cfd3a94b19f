//! Background jobs as rows: enqueued inside the transaction that caused them,
//! claimed by lease, run outside any transaction, finished or backed off.
//!
//! At least once: every job is idempotent. The attempt is counted when the job
//! is claimed, so that one which kills its process ends among the dead.

use chrono::Duration;
use diesel::prelude::*;
use serde::Serialize;

use crate::db::{At, Conn, Tx, text_enum};
use crate::error::Result;
use crate::ids::JobId;
use crate::schema::jobs;

/// After this many attempts a job is dead and waits for a person.
pub const MAX_ATTEMPTS: i32 = 20;
/// How long a claimed job belongs to its worker.
pub const LEASE: Duration = Duration::seconds(60);
/// How long a job waits for somebody outside (a mail server) to come back.
pub const PATIENCE: Duration = Duration::hours(24);

text_enum! {
    /// Where a job stands.
    pub enum JobState {
        /// Waits for its time.
        Ready = "ready",
        /// A worker has it, until its lease ends.
        Running = "running",
        /// Finished.
        Done = "done",
        /// Failed for good; shown in the back office.
        Dead = "dead",
    }
}

/// Work that can be enqueued: a name and a serializable payload of ids.
pub trait Job: Serialize {
    /// The name by which the worker finds its runner.
    const KIND: &'static str;
}

/// A job as a worker claimed it.
#[derive(Debug, Clone)]
pub struct ClaimedJob {
    /// The row.
    pub id: JobId,
    /// Its name.
    pub kind: String,
    /// Its payload, JSON text.
    pub payload: String,
    /// Which attempt this is, from 1.
    pub attempt: i32,
}

impl Tx<'_> {
    /// Enqueues a job to run as soon as this transaction has committed.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub fn enqueue<J: Job>(&mut self, job: &J) -> Result<JobId> {
        let now = self.now();
        self.enqueue_at(job, now)
    }

    /// Enqueues a job for later.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub fn enqueue_at<J: Job>(&mut self, job: &J, run_at: At) -> Result<JobId> {
        let row = NewJob::of(job, None, run_at, self.now())?;
        diesel::insert_into(jobs::table).values(&row).execute(self.conn())?;
        Ok(row.id)
    }

    /// Enqueues a job unless one with this key ever was: periodic work.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub fn enqueue_once<J: Job>(&mut self, job: &J, unique_key: &str) -> Result<bool> {
        let now = self.now();
        self.enqueue_once_at(job, unique_key, now)
    }

    /// As [`Tx::enqueue_once`], for later: until then [`Tx::call_off`] takes it back.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub fn enqueue_once_at<J: Job>(&mut self, job: &J, unique_key: &str, run_at: At) -> Result<bool> {
        let row = NewJob::of(job, Some(unique_key.to_owned()), run_at, self.now())?;
        self.insert_once(|c| diesel::insert_into(jobs::table).values(&row).execute(c))
    }

    /// Takes back the job of this key; `false` when a worker has begun it.
    ///
    /// # Errors
    /// From the database only.
    pub fn call_off(&mut self, unique_key: &str) -> Result<bool> {
        let waiting = jobs::table
            .filter(jobs::unique_key.eq(unique_key))
            .filter(jobs::state.eq(JobState::Ready))
            .filter(jobs::attempts.eq(0));
        Ok(diesel::delete(waiting).execute(self.conn())? == 1)
    }
}

#[derive(Insertable)]
#[diesel(table_name = jobs)]
struct NewJob {
    id: JobId,
    kind: &'static str,
    payload: String,
    unique_key: Option<String>,
    state: JobState,
    attempts: i32,
    run_at: At,
    created_at: At,
}

impl NewJob {
    fn of<J: Job>(job: &J, unique_key: Option<String>, run_at: At, now: At) -> Result<Self> {
        Ok(Self {
            id: JobId::mint(),
            kind: J::KIND,
            payload: serde_json::to_string(job)?,
            unique_key,
            state: JobState::Ready,
            attempts: 0,
            run_at,
            created_at: now,
        })
    }
}

/// Claims the next due job for `worker`, or one whose lease has run out.
/// Two workers that reach for the same row: the row count tells who got it.
///
/// # Errors
/// From the database only.
pub fn claim(tx: &mut Tx<'_>, worker: &str) -> Result<Option<ClaimedJob>> {
    claim_but(tx, worker, None)
}

/// As [`claim`], leaving jobs of one kind to other workers.
///
/// # Errors
/// From the database only.
pub fn claim_but(tx: &mut Tx<'_>, worker: &str, left: Option<&str>) -> Result<Option<ClaimedJob>> {
    let now = tx.now();
    for (id, kind, payload, attempts, state) in due(tx.conn(), now, left)? {
        // Orphaned so often means that it takes its process down with it.
        let dead = state == JobState::Running && attempts >= MAX_ATTEMPTS;
        let taken = diesel::update(jobs::table.filter(jobs::id.eq(&id)).filter(jobs::attempts.eq(attempts)))
            .filter(jobs::state.eq_any([JobState::Ready, JobState::Running]))
            .set((
                jobs::state.eq(if dead { JobState::Dead } else { JobState::Running }),
                jobs::attempts.eq(attempts + 1),
                jobs::leased_by.eq(worker),
                jobs::leased_until.eq(now + LEASE),
            ))
            .execute(tx.conn())?;
        if taken == 1 && !dead {
            return Ok(Some(ClaimedJob { id, kind, payload, attempt: attempts + 1 }));
        }
    }
    Ok(None)
}

type DueRow = (JobId, String, String, i32, JobState);

fn due(conn: &mut Conn, now: At, left: Option<&str>) -> Result<Vec<DueRow>> {
    Ok(due_jobs(now)
        .filter(jobs::kind.ne(left.unwrap_or_default().to_owned()))
        .order((jobs::run_at, jobs::id))
        .limit(8)
        .select((jobs::id, jobs::kind, jobs::payload, jobs::attempts, jobs::state))
        .load(conn)?)
}

#[diesel::dsl::auto_type]
fn due_jobs(now: At) -> _ {
    let (waiting, taken): (JobState, JobState) = (JobState::Ready, JobState::Running);
    let ready = jobs::state.eq(waiting).and(jobs::run_at.le(now));
    let orphaned = jobs::state.eq(taken).and(jobs::leased_until.lt(now).assume_not_null());
    jobs::table.filter(ready.or(orphaned))
}

/// Whether a job waits to be claimed that is not of the kind `left`: a look that takes
/// no write lock.
///
/// # Errors
/// From the database only.
pub fn has_due(conn: &mut Conn, now: At, left: Option<&str>) -> Result<bool> {
    let others = jobs::kind.ne(left.unwrap_or_default().to_owned());
    Ok(due_jobs(now).filter(others).select(jobs::id).first::<JobId>(conn).optional()?.is_some())
}

/// Lengthens the lease of a long job; `false` when it went to another worker.
///
/// # Errors
/// From the database only.
pub fn heartbeat(tx: &mut Tx<'_>, job: &ClaimedJob) -> Result<bool> {
    let until = tx.now() + LEASE;
    let kept = diesel::update(jobs::table.filter(jobs::id.eq(&job.id)).filter(jobs::attempts.eq(job.attempt)))
        .filter(jobs::state.eq(JobState::Running))
        .set(jobs::leased_until.eq(until))
        .execute(tx.conn())?;
    Ok(kept == 1)
}

/// Marks a job done, if it is still the claimed attempt.
///
/// # Errors
/// From the database only.
pub fn finish(tx: &mut Tx<'_>, job: &ClaimedJob) -> Result<()> {
    let now = tx.now();
    settle(tx, job, JobState::Done, now, None)
}

/// Puts a failed job back, later with each attempt; the last attempt kills it.
///
/// # Errors
/// From the database only.
pub fn retry(tx: &mut Tx<'_>, job: &ClaimedJob, error: &str) -> Result<()> {
    let state = if job.attempt >= MAX_ATTEMPTS { JobState::Dead } else { JobState::Ready };
    let run_at = tx.now() + backoff(job);
    settle(tx, job, state, run_at, Some(error))
}

/// Puts back a job that waits for somebody outside: as [`retry`], but counted
/// by its age ([`PATIENCE`]) and not by its attempts. `false` when it is dead now.
///
/// # Errors
/// From the database only.
pub fn wait(tx: &mut Tx<'_>, job: &ClaimedJob, error: &str) -> Result<bool> {
    if is_out_of_patience(tx, job)? {
        kill(tx, job, error)?;
        return Ok(false);
    }
    let run_at = tx.now() + backoff(job);
    settle(tx, job, JobState::Ready, run_at, Some(error))?;
    Ok(true)
}

/// Whether a job waits so long for somebody outside that its next failure ends it.
///
/// # Errors
/// From the database only.
pub fn is_out_of_patience(tx: &mut Tx<'_>, job: &ClaimedJob) -> Result<bool> {
    let since: At = jobs::table.find(&job.id).select(jobs::created_at).first(tx.conn())?;
    Ok(since + PATIENCE <= tx.now())
}

/// Ends a job that no retry can mend.
///
/// # Errors
/// From the database only.
pub fn kill(tx: &mut Tx<'_>, job: &ClaimedJob, error: &str) -> Result<()> {
    let now = tx.now();
    settle(tx, job, JobState::Dead, now, Some(error))
}

/// 2ⁿ seconds, at most five minutes, plus up to a quarter that depends on the
/// job's id, so that jobs which failed together do not return together.
fn backoff(job: &ClaimedJob) -> Duration {
    let base = 2_i64.pow(job.attempt.clamp(1, 9) as u32).min(300) * 1000;
    let jitter = job.id.as_str().bytes().map(i64::from).sum::<i64>() % (base / 4);
    Duration::milliseconds(base + jitter)
}

fn settle(tx: &mut Tx<'_>, job: &ClaimedJob, state: JobState, run_at: At, error: Option<&str>) -> Result<()> {
    let finished = (state != JobState::Ready).then(|| tx.now());
    diesel::update(jobs::table.filter(jobs::id.eq(&job.id)).filter(jobs::attempts.eq(job.attempt)))
        .set((
            jobs::state.eq(state),
            jobs::run_at.eq(run_at),
            jobs::leased_by.eq(None::<String>),
            jobs::leased_until.eq(None::<At>),
            jobs::last_error.eq(error.map(str::to_owned)),
            jobs::finished_at.eq(finished),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// How many jobs stand in a state: for tests, metrics and the back office.
///
/// # Errors
/// From the database only.
pub fn count(conn: &mut Conn, state: JobState) -> Result<i64> {
    Ok(jobs::table.filter(jobs::state.eq(state)).count().get_result(conn)?)
}

/// Forgets jobs that were finished longer than `keep` ago; the dead stay.
///
/// # Errors
/// From the database only.
pub fn sweep(tx: &mut Tx<'_>, keep: Duration) -> Result<usize> {
    let before = tx.now() - keep;
    let old = jobs::table.filter(jobs::state.eq(JobState::Done)).filter(jobs::finished_at.lt(before).assume_not_null());
    Ok(diesel::delete(old).execute(tx.conn())?)
}
