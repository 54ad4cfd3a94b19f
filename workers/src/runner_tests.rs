//! What the runner does with each way a job can end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Duration};
use serde::Serialize;
use uketsuke_core::clock::Clock;
use uketsuke_core::config::PortalUrls;
use uketsuke_core::db::{Actor, DatabaseUrl, Db};
use uketsuke_core::mail::{MailContext, MailJob, MemoryMail, Transport};
use uketsuke_core::queue::{self, Job, JobState, MAX_ATTEMPTS, PATIENCE};
use uketsuke_core::secret::Keyring;
use uketsuke_core::storage::Storage;

use super::Runner;
use crate::Works;
use crate::jobs::{Failure, Start};

static GOOD_RUNS: AtomicUsize = AtomicUsize::new(0);

const TABLE: &[(&str, Start)] = &[
    ("good", |_, _| {
        Box::pin(async {
            GOOD_RUNS.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    }),
    ("panics", |_, _| Box::pin(async { panic!("as the test wants") })),
    ("retries", |_, _| Box::pin(async { Err(Failure::Retry("not yet".into())) })),
    ("waits", |_, _| Box::pin(async { Err(Failure::Wait("nobody there".into())) })),
    ("hopeless", |_, _| Box::pin(async { Err(Failure::Kill("never".into())) })),
];

macro_rules! jobs {
    ($($name:ident = $kind:literal),+) => {$(
        #[derive(Serialize)]
        struct $name;
        impl Job for $name {
            const KIND: &'static str = $kind;
        }
    )+};
}
jobs!(
    Good = "good",
    Panics = "panics",
    Retries = "retries",
    Waits = "waits",
    Hopeless = "hopeless",
    Unknown = "unknown"
);

struct House {
    works: Works,
    clock: Clock,
    _folder: tempfile::TempDir,
}

fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let path = folder.path().join("test.db").display().to_string();
    let keyring = Arc::new(Keyring::from_master("test", &[7; 32]));
    let db = Db::open(&DatabaseUrl::Sqlite(path), 2, clock.clone(), keyring.clone()).unwrap();
    db.migrate().unwrap();
    let context = MailContext {
        portals: PortalUrls::new("http://localhost", None),
        admin_url: "http://localhost".into(),
        call_centre_phone: "0120-000-000".into(),
        keyring,
    };
    let transport = Transport::Memory(MemoryMail::default());
    let storage = Storage::local(&folder.path().join("files")).unwrap();
    House {
        works: Works {
            db,
            context,
            transport,
            storage,
            procedures: Arc::default(),
            pdf_font: None,
            bounces: None,
            retention: Arc::default(),
        },
        clock,
        _folder: folder,
    }
}

impl House {
    fn enqueue(&self, job: &impl Job) {
        self.works.db.write_blocking(Actor::system(), |tx| tx.enqueue(job)).unwrap();
    }

    fn count(&self, state: JobState) -> i64 {
        self.works.db.read_blocking(|c| queue::count(c, state)).unwrap()
    }

    /// Runs every due job, an hour later again, until nothing is left to run.
    async fn exhaust(&self) -> usize {
        let runner = Runner::with_jobs(self.works.clone(), TABLE);
        let mut ran = 0;
        for _ in 0..60 {
            ran += runner.drain().await.unwrap();
            self.clock.advance(Duration::hours(1));
        }
        ran
    }
}

#[tokio::test]
async fn a_job_that_succeeds_runs_once() {
    let house = house();
    house.enqueue(&Good);
    assert_eq!(house.exhaust().await, 1);
    assert_eq!(GOOD_RUNS.load(Ordering::SeqCst), 1);
    assert_eq!(house.count(JobState::Done), 1);
}

#[tokio::test]
async fn a_job_that_fails_or_panics_is_tried_a_few_times_and_then_dead() {
    let attempts = usize::try_from(MAX_ATTEMPTS).unwrap();
    let house = house();
    house.enqueue(&Retries);
    house.enqueue(&Panics);
    assert_eq!(house.exhaust().await, 2 * attempts);
    assert_eq!(house.count(JobState::Dead), 2);
}

#[tokio::test]
async fn a_job_that_waits_for_somebody_outside_is_tried_for_a_day() {
    let house = house();
    house.enqueue(&Waits);
    let hours = usize::try_from(PATIENCE.num_hours()).unwrap();
    assert_eq!(house.exhaust().await, hours + 1);
    assert_eq!(house.count(JobState::Dead), 1);
}

#[tokio::test]
async fn a_job_that_nothing_can_mend_is_dead_at_once() {
    let house = house();
    house.enqueue(&Hopeless);
    house.enqueue(&Unknown);
    assert_eq!(house.exhaust().await, 2);
    assert_eq!(house.count(JobState::Dead), 2);
}

#[tokio::test]
async fn a_job_that_takes_its_process_down_ends_among_the_dead() {
    let house = house();
    house.enqueue(&Good);
    let db = &house.works.db;
    for _ in 0..MAX_ATTEMPTS {
        let claimed = db.write_blocking(Actor::system(), |tx| queue::claim(tx, "dies")).unwrap();
        assert!(claimed.is_some());
        house.clock.advance(queue::LEASE + Duration::seconds(1));
    }
    assert!(db.write_blocking(Actor::system(), |tx| queue::claim(tx, "dies")).unwrap().is_none());
    assert_eq!(house.count(JobState::Dead), 1);
}

#[tokio::test]
async fn a_heartbeat_keeps_a_long_job_from_other_workers() {
    let house = house();
    house.enqueue(&Good);
    let db = &house.works.db;
    let claim = |name: &'static str| db.write_blocking(Actor::system(), move |tx| queue::claim(tx, name)).unwrap();
    let job = claim("first").unwrap();
    house.clock.advance(Duration::seconds(50));
    assert!(db.write_blocking(Actor::system(), |tx| queue::heartbeat(tx, &job)).unwrap());
    house.clock.advance(Duration::seconds(50));
    assert!(claim("second").is_none());
    house.clock.advance(Duration::seconds(11));
    assert!(claim("second").is_some());
    assert!(!db.write_blocking(Actor::system(), |tx| queue::heartbeat(tx, &job)).unwrap());
}

#[tokio::test]
async fn one_of_a_crew_leaves_mail_to_the_others() {
    let house = house();
    let mail = MailJob { letter: "unknown".into(), ids: "{}".into(), mail: uketsuke_core::ids::MailId::mint() };
    house.enqueue(&mail);
    let crew = Runner::crew(&house.works, 3);
    assert!(!crew[0].step().await.unwrap());
    assert_eq!(house.count(JobState::Ready), 1);
    assert!(crew[1].step().await.unwrap());
    // Somebody alone does everything.
    house.enqueue(&mail);
    assert!(Runner::crew(&house.works, 1)[0].step().await.unwrap());
}
