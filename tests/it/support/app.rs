//! One installation per test: portal, back office and device API in this
//! process on free ports, a private database, memory mail, a clock turned by
//! hand, and a worker that runs when it is told to.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread::JoinHandle;

use actix_web::http::Method;
use chrono::{DateTime, Duration, Utc};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uketsuke::compose::Parts;
use uketsuke::serve::{self, Listeners, Part};
use uketsuke_core::audit;
use uketsuke_core::clock::Clock;
use uketsuke_core::config::Config;
use uketsuke_core::db::{Actor, Conn, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::evidence::Viewer;
use uketsuke_core::evidence::viewer::{Limits, opener::Opener};
use uketsuke_core::mail::{MemoryMail, Message, Transport};
use uketsuke_core::pdf::font;
use uketsuke_core::queue::{self, JobState};
use uketsuke_core::secret::HashCost;
use uketsuke_core::secret::totp::TotpSecret;
use uketsuke_workers::runner::Runner;

use super::browser::Browser;
use super::database::{Database, Place};
use super::http::{agent, try_send};

const SITES: &[Part] = &[Part::Portal, Part::Admin, Part::DeviceApi];

/// The program, for what it starts as a process of its own.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_uketsuke");

/// Less patience than in earnest.
pub const VIEWER_LIMITS: Limits =
    Limits { memory_bytes: 1 << 30, cpu_seconds: 2, wall: std::time::Duration::from_secs(20) };

/// 2026-11-24 (a Tuesday), 10:00 in Tokyo.
const START: &str = "2026-11-24T01:00:00Z";

/// An installation; see the module.
pub struct TestApp {
    pub parts: Parts,
    pub clock: Clock,
    pub mail: MemoryMail,
    pub place: Place,
    /// By mail address: what staff's authenticator apps hold.
    pub authenticators: Mutex<HashMap<String, TotpSecret>>,
    forgiving: AtomicBool,
    runner: Runner,
    runtime: Runtime,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    // Dropped last: the database goes when nobody is connected any more.
    database: Database,
    _folder: TempDir,
}

impl TestApp {
    pub fn start(place: &Place) -> Self {
        Self::start_with(place, &[])
    }

    /// As [`TestApp::start`], with more of the configuration.
    pub fn start_with(place: &Place, more: &[(&str, &str)]) -> Self {
        Self::start_changed(place, more, |_| {})
    }

    /// As [`TestApp::start_with`], with other parts.
    pub fn start_changed(place: &Place, more: &[(&str, &str)], change: impl FnOnce(&mut Parts)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let database = Database::new(place, folder.path());
        let mut config = config(&database, &folder, more);
        let listeners = Listeners::bind(&config, SITES).expect("loopback has free ports");
        listeners.name_urls(&mut config);
        let clock = Clock::manual(START.parse::<DateTime<Utc>>().expect("the constant is a time"));
        let mail = MemoryMail::default();
        let transport = Transport::Memory(mail.clone());
        let mut parts =
            Parts::with(config, clock.clone(), HashCost::FOR_TESTS, transport).expect("the parts fit together");
        // This process is the tests, not the program.
        parts.viewer = Viewer::new(Opener::Program(PROGRAM.into()), font::place(None)).within(VIEWER_LIMITS);
        change(&mut parts);
        parts.db.migrate().expect("migrations run");
        let runner = Runner::new(parts.works().expect("workers can be built"));
        let (stop, server) = serve(parts.clone(), listeners);
        wait_until_ready(&parts.config.device_api_url);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        Self {
            parts,
            clock,
            mail,
            place: place.clone(),
            authenticators: Mutex::default(),
            forgiving: AtomicBool::new(false),
            runner,
            runtime,
            stop: Some(stop),
            server: Some(server),
            database,
            _folder: folder,
        }
    }

    /// A browser at the portal that knows nobody yet.
    pub fn portal(&self) -> Browser {
        Browser::new(&self.parts.config.portal_url)
    }

    /// A browser at the back office that knows nobody yet.
    pub fn office(&self) -> Browser {
        Browser::new(&self.parts.config.admin_url)
    }

    /// The device API's address.
    pub fn device_api(&self) -> &str {
        &self.parts.config.device_api_url
    }

    /// Where the database is, for programs of their own.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Waits for a future of the business.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        self.parts.db.read_blocking(work).expect("the database can be read")
    }

    pub fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.parts.db.write_blocking(Actor::operator(), work).expect("the database can be written")
    }

    /// Turns the clock.
    pub fn later(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Runs every job that is due.
    pub fn run_jobs(&self) -> usize {
        self.wait(self.runner.drain()).expect("the queue can be read")
    }

    /// Runs a piece of periodic work, whatever the hour.
    pub fn run_periodic(&self, name: &str) {
        let job = uketsuke_workers::periodic::PeriodicJob { name: name.to_owned() };
        self.write(|tx| tx.enqueue(&job));
        self.run_jobs();
    }

    /// Writes down when devices were last checked, as the device API does every five
    /// seconds by the machine's clock.
    pub fn write_last_used(&self) {
        let written = |c: &mut Conn| {
            use diesel::prelude::*;
            use uketsuke_core::schema::devices;
            let used = devices::table.filter(devices::last_used_at.is_not_null()).count();
            Ok(used.get_result::<i64>(c)?)
        };
        while self.read(written) == 0 {
            std::thread::yield_now();
        }
    }

    /// Lets the minutes pass in which decisions can be undone, then runs what is due.
    pub fn decisions_stand(&self) {
        self.later(Duration::minutes(self.parts.config.undo_minutes));
        self.run_jobs();
    }

    /// The mails to one address, oldest first, after running what is due.
    pub fn mails_to(&self, address: &str) -> Vec<Message> {
        self.run_jobs();
        self.mail.to(address)
    }

    /// The newest mail to an address.
    pub fn newest_mail_to(&self, address: &str) -> Message {
        self.mails_to(address).pop().unwrap_or_else(|| panic!("no mail went to {address}"))
    }

    /// The path of the newest link to the portal in the newest mail to an address.
    pub fn mailed_path(&self, address: &str, starts_with: &str) -> String {
        path_in(&self.newest_mail_to(address).body, starts_with)
    }

    /// Forgets dead jobs that the test wanted.
    pub fn forgive_dead_jobs(&self) {
        self.forgiving.store(true, Ordering::SeqCst);
    }

    /// Ends the test: no job may be left undelivered, none may have died, and the
    /// audit trail is whole.
    pub fn finish(self) {
        let trail = self.read(|c| audit::verify(c, &self.parts.keyring, None));
        assert_eq!(trail.damage, [], "after {} events", trail.events);
        let left = self.read(|c| queue::count(c, JobState::Ready));
        let dead = self.read(|c| queue::count(c, JobState::Dead));
        let dead = if self.forgiving.load(Ordering::SeqCst) { 0 } else { dead };
        assert_eq!((left, dead), (0, 0), "(undelivered, dead) jobs at the end of the test: run_jobs() was not called?");
    }
}

/// Waits until checks are loaded.
fn wait_until_ready(device_api: &str) {
    let (agent, url) = (agent(), format!("{device_api}/readyz"));
    while !try_send(&agent, Method::GET, &url, &[], &[]).is_ok_and(|answer| answer.status == 200) {
        std::thread::yield_now();
    }
}

/// The path of a link in a letter.
pub fn path_in(body: &str, starts_with: &str) -> String {
    body.split_whitespace()
        .filter_map(|word| {
            word.split_once("://")?.1.find('/').map(|at| word.split_once("://").expect("just found").1[at..].to_owned())
        })
        .find(|path| path.starts_with(starts_with))
        .unwrap_or_else(|| panic!("no link to {starts_with} in:\n{body}"))
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

fn config(database: &Database, folder: &TempDir, more: &[(&str, &str)]) -> Config {
    let evidence = format!("file:{}", folder.path().join("evidence").display());
    let pairs = [
        ("UKETSUKE_DATABASE_URL", database.url.as_str()),
        ("UKETSUKE_DATABASE_POOL", "6"),
        ("UKETSUKE_EVIDENCE", evidence.as_str()),
        ("UKETSUKE_PORTAL_LISTEN", "127.0.0.1:0"),
        ("UKETSUKE_ADMIN_LISTEN", "127.0.0.1:0"),
        ("UKETSUKE_DEVICE_API_LISTEN", "127.0.0.1:0"),
        ("UKETSUKE_TRANSFER_PAYER", "0012345678,ｲ)ｵﾝﾗｲﾝｼｶｸｶｸﾆﾝ,0005,001,ordinary,1234567"),
    ];
    Config::from_lookup(|key| more.iter().chain(&pairs).find(|(k, _)| *k == key).map(|(_, value)| (*value).to_owned()))
        .expect("the tests' configuration is sound")
}

/// Serves in a thread of its own until the sender is dropped.
fn serve(parts: Parts, listeners: Listeners) -> (tokio::sync::oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (ready, is_ready) = mpsc::channel();
    let server = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let running = serve::start(&parts, listeners, SITES, 2).expect("the sites start");
            ready.send(()).expect("the test waits");
            let _ = stopped.await;
            running.stop(false).await;
        });
    });
    is_ready.recv().expect("the sites start");
    (stop, server)
}
