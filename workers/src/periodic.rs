//! THE table of periodic work. Each entry is enqueued once per period by a
//! unique key, so that any number of processes may run the timer, and a missed
//! period is visible as a missing row.

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{Actor, Db, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::mail::bounce;
use uketsuke_core::queue::{self, ClaimedJob, Job};
use uketsuke_core::{
    account, audit, books, bulk, client_app, device, eligibility, ending, evidence, faq, holiday, inquiry, link,
    notice, published, reminder, report, retention, scan, snapshot, staff, throttle,
};

use crate::Works;
use crate::jobs::Failure;

/// One piece of periodic work.
pub struct Entry {
    /// Its name, as logs and job rows show it.
    pub name: &'static str,
    /// How often.
    pub period: Duration,
    /// What it does.
    pub work: Work,
}

type Sweep = Pin<Box<dyn Future<Output = Result<usize>> + Send>>;

/// What a piece of periodic work does; it answers how many things it touched.
pub enum Work {
    /// All in one transaction.
    Rows(fn(&mut Tx<'_>) -> Result<usize>),
    /// More than rows.
    Files(fn(Works) -> Sweep),
}

const fn rows(name: &'static str, period: Duration, work: fn(&mut Tx<'_>) -> Result<usize>) -> Entry {
    Entry { name, period, work: Work::Rows(work) }
}

/// All periodic work.
pub const PERIODIC: &[Entry] = &[
    rows("forget_accounts", HOURLY, account::sweep),
    rows("expire_activation_codes", HOURLY, device::expire_activations),
    rows("forget_device_proofs", HOURLY, device::sweep_jtis),
    rows("forget_app_versions", HOURLY, client_app::sweep),
    rows("forget_signing_keys", HOURLY, eligibility::sweep_signing_keys),
    rows("forget_changes_of_checks", TEN_MINUTES, snapshot::sweep),
    rows("forget_bulk_plans", HOURLY, bulk::sweep_plans),
    rows("forget_links", HOURLY, |tx| link::sweep(tx, Duration::days(30))),
    rows("show_notices", MINUTELY, notice::tick),
    rows("forget_vain_searches", DAILY, faq::sweep_misses),
    rows("forget_throttles", HOURLY, throttle::sweep),
    rows("forget_staff_sessions", HOURLY, staff::sweep_sessions),
    rows("forget_staff_kept_forms", HOURLY, staff::sweep_kept_forms),
    rows("forget_inquiry_drafts", HOURLY, inquiry::sweep_drafts),
    rows("close_quiet_inquiries", HOURLY, inquiry::close_quiet),
    rows("tell_holidays_end", DAILY, tell_holidays_end),
    rows("note_audit_head", DAILY, note_audit_head),
    rows("forget_finished_jobs", SIX_HOURLY, |tx| queue::sweep(tx, Duration::days(30))),
    Entry { name: "end_uses", period: TEN_MINUTES, work: Work::Files(|works| Box::pin(end_uses(works))) },
    Entry { name: "make_edition", period: HOURLY, work: Work::Files(|works| Box::pin(make_edition(works))) },
    Entry { name: "check_books", period: DAILY, work: Work::Files(|works| Box::pin(check_books(works))) },
    Entry { name: "remind", period: DAILY, work: Work::Files(|works| Box::pin(remind(works))) },
    Entry { name: "gather_figures", period: TEN_MINUTES, work: Work::Files(|works| Box::pin(gather(works))) },
    Entry { name: "read_bounces", period: MINUTELY, work: Work::Files(|works| Box::pin(read_bounces(works))) },
    Entry { name: "scan_files", period: MINUTELY, work: Work::Files(|works| Box::pin(scan_files(works))) },
    Entry { name: "erase_past_terms", period: DAILY, work: Work::Files(|works| Box::pin(erase(works))) },
    Entry {
        name: "delete_unneeded_files",
        period: SIX_HOURLY,
        work: Work::Files(|works| Box::pin(sweep_files(works))),
    },
];

const MINUTELY: Duration = Duration::minutes(1);
const TEN_MINUTES: Duration = Duration::minutes(10);
const HOURLY: Duration = Duration::hours(1);
const SIX_HOURLY: Duration = Duration::hours(6);
const DAILY: Duration = Duration::days(1);

/// Warns whoever reads the log when the list of holidays runs out: nobody has to
/// open the back office for that.
fn tell_holidays_end(tx: &mut Tx<'_>) -> Result<usize> {
    let today = tokyo_date(tx.now().utc());
    let known_until = holiday::known_until(tx.conn())?;
    if holiday::runs_out(known_until, today) {
        let until = known_until.map_or("never".to_owned(), |end| end.to_string());
        tracing::warn!(until, "the list of holidays ends: take in this year's file of the Cabinet Office");
    }
    Ok(0)
}

/// Asked each hour; makes one when the week's is due and not there.
async fn make_edition(works: Works) -> Result<usize> {
    published::make_due(&works.db, &works.storage).await.map(usize::from)
}

/// Once a day of UTC: at nine in the morning in Japan.
async fn remind(works: Works) -> Result<usize> {
    reminder::remind_all(&works.db).await
}

/// Compares claims, decisions, payments and files; answers how many things differ.
async fn check_books(works: Works) -> Result<usize> {
    let differences = books::check_night(&works.db).await?;
    for one in &differences {
        tracing::error!(difference = %one, "the books of 助成金 do not agree");
    }
    Ok(differences.len())
}

async fn end_uses(works: Works) -> Result<usize> {
    ending::end_all_due(&works.db).await
}

/// Answers nothing to be told: it runs often and always counts.
async fn gather(works: Works) -> Result<usize> {
    report::gather(&works.db).await.map(|_| 0)
}

/// Where logs are kept is outside the database: a trail turned back as a whole
/// is found by what stands there.
fn note_audit_head(tx: &mut Tx<'_>) -> Result<usize> {
    let head = audit::head(tx.conn())?;
    tracing::info!(position = head.position, chain = head.chain, "the end of the audit trail");
    Ok(0)
}

async fn read_bounces(works: Works) -> Result<usize> {
    match &works.bounces {
        Some(maildir) => bounce::read_new(&works.db, maildir).await,
        None => Ok(0),
    }
}

async fn scan_files(works: Works) -> Result<usize> {
    scan::catch_up(&works.db, &works.storage).await
}

async fn erase(works: Works) -> Result<usize> {
    Ok(retention::run(&works.db, &works.storage, &works.retention).await?.total())
}

async fn sweep_files(works: Works) -> Result<usize> {
    let swept = evidence::sweep::sweep(&works.db, &works.storage).await?;
    Ok(swept.rows + swept.objects + swept.halves)
}

/// The job that does one entry's work for one period.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PeriodicJob {
    /// The entry's name.
    pub name: String,
}

impl Job for PeriodicJob {
    const KIND: &'static str = "periodic";
}

/// Enqueues what this moment's periods still lack.
///
/// # Errors
/// From the database only.
pub async fn enqueue(db: &Db) -> Result<()> {
    db.write(Actor::system(), |tx| {
        for entry in PERIODIC {
            let key = format!("{}@{}", entry.name, period_start(tx.now().utc(), entry.period));
            tx.enqueue_once(&PeriodicJob { name: entry.name.to_owned() }, &key)?;
        }
        Ok(())
    })
    .await
}

/// The start of the period that holds `at`, in seconds since the epoch.
fn period_start(at: DateTime<Utc>, period: Duration) -> i64 {
    let seconds = period.num_seconds().max(1);
    at.timestamp().div_euclid(seconds) * seconds
}

/// Runs one periodic job.
///
/// # Errors
/// [`Failure`], which tells what should become of the job.
pub async fn run(works: Works, job: ClaimedJob) -> std::result::Result<(), Failure> {
    let task: PeriodicJob = serde_json::from_str(&job.payload).map_err(|e| Failure::Kill(e.to_string()))?;
    let entry = PERIODIC
        .iter()
        .find(|entry| entry.name == task.name)
        .ok_or_else(|| Failure::Kill(format!("no periodic work is called {}", task.name)))?;
    let touched = match entry.work {
        Work::Rows(work) => works.db.write(Actor::system(), work).await?,
        Work::Files(work) => work(works).await?,
    };
    if touched > 0 {
        tracing::info!(work = entry.name, touched, "periodic work done");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_name_of_its_own() {
        let mut names: Vec<_> = PERIODIC.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PERIODIC.len());
    }

    #[test]
    fn a_period_starts_at_the_same_second_for_everyone() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!(period_start(at(7_199), Duration::hours(1)), 3_600);
        assert_eq!(period_start(at(7_200), Duration::hours(1)), 7_200);
        assert_eq!(period_start(at(-1), Duration::hours(1)), -3_600);
    }
}
