//! Two server processes over one PostgreSQL (one over SQLite), checks all the time,
//! devices stopped at random meanwhile: a check that begins after a stop was
//! answered is never active, on either process.
//!
//! `UKETSUKE_TEST_CHECKS` sets how many checks (20,000 when it is not set).

#[path = "../../benches/checks/country.rs"]
pub mod country;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use uketsuke::compose::Parts;
use uketsuke_core::clock::Clock;
use uketsuke_core::config::Config;
use uketsuke_core::db::{Actor, Conn, DatabaseUrl};
use uketsuke_core::eligibility::{self, NewClient};
use uketsuke_core::ids::DeviceId;
use uketsuke_core::jose::mint_access_token;
use uketsuke_core::link::{self, LinkPurpose};
use uketsuke_core::mail::{MemoryMail, Transport};
use uketsuke_core::secret::HashCost;
use uketsuke_core::snapshot::{self, Spread};

use crate::kill::server::Server;
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::database::Place;
use crate::support::harness::tests;
use crate::support::http::{Answer, agent, try_send};
use actix_web::http::Method;
use country::Country;

tests! {
    a_check_that_begins_after_a_stop_was_answered_is_never_active,
    an_instance_that_is_held_is_named_and_catches_up on Postgres,
}

/// Names the number of checks.
const CHECKS: &str = "UKETSUKE_TEST_CHECKS";
pub const COUNTRY: Country = Country { devices: 600, per_facility: 20 };
/// Threads that check at each process.
const CHECKERS: usize = 1;

/// The processes with what everybody needs to talk to them.
pub struct Town {
    pub parts: Parts,
    pub servers: Vec<Server>,
    tokens: Vec<String>,
    service: NewClient,
}

impl Town {
    pub fn build(place: &Place) -> Self {
        // Known before anybody starts: with SQLite nobody waits until a server has read
        // what another process wrote.
        let mut service = None;
        let first = Server::start_over(place, |config| service = Some(fill(config)));
        let service = service.expect("a service");
        let parts = parts(first.config());
        let tokens = (0..COUNTRY.devices)
            .map(|n| mint_access_token(&parts.keyring, &COUNTRY.claims(n, Clock::System.now())))
            .collect();
        let second = matches!(place, Place::Postgres(_)).then(|| first.beside());
        // Dropped in this order: the first holds the database.
        Self { parts, servers: second.into_iter().chain([first]).collect(), tokens, service }
    }

    /// The path of a link that stops a device.
    pub fn link(&self, device: u32) -> String {
        let id = COUNTRY.device_id(device);
        let minted = self.parts.db.write_blocking(Actor::operator(), |tx| {
            link::mint(tx, LinkPurpose::SuspendDevice, &id, chrono::Duration::hours(1))
        });
        format!("/device-stop/{}", minted.expect("a link").reveal())
    }

    /// Stops a device at the portal of one of the processes; answered when it returns.
    pub fn stop(&self, server: usize, link: &str) -> Browser {
        let mut browser = Browser::new(&self.servers[server].config().portal_url);
        browser.open(link);
        browser.press("停止する").expect("端末を停止しました");
        browser
    }

    /// A connection of one's own to the database.
    pub fn connection(&self) -> Conn {
        self.parts.db.own_connection().expect("the database answers")
    }

    pub fn asker(&self, server: usize) -> impl Fn(usize) -> Answer + use<'_> {
        let (agent, url) = (agent(), format!("{}/oauth/introspect", self.servers[server].config().device_api_url));
        let secret = format!("{}:{}", self.service.id, self.service.secret.reveal());
        let basic = format!("Basic {}", STANDARD.encode(secret));
        move |device| {
            let body = format!("token={}", self.tokens[device]);
            let headers = [("content-type", "application/x-www-form-urlencoded"), ("authorization", basic.as_str())];
            try_send(&agent, Method::POST, &url, &headers, body.as_bytes()).expect("the server answers")
        }
    }

    pub fn is_active(&self, server: usize, device: usize) -> bool {
        active(&self.asker(server)(device))
    }

    fn spread(&self, device: u32) -> Spread {
        let id = DeviceId::parse(&COUNTRY.device_id(device)).expect("an id");
        self.parts.db.read_blocking(|c| snapshot::of_device(c, &id)).expect("the database answers")
    }
}

pub fn active(answer: &Answer) -> bool {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["active"] == true
}

fn parts(config: Config) -> Parts {
    Parts::with(config, Clock::System, HashCost::FOR_TESTS, Transport::Memory(MemoryMail::default())).expect("parts")
}

fn fill(config: &Config) -> NewClient {
    let db = parts(config.clone()).db;
    db.migrate().expect("the tables are made");
    let url = match &config.database {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{path}"),
        DatabaseUrl::Postgres(url) => url.clone(),
    };
    COUNTRY.fill(&url).expect("a country");
    db.write_blocking(Actor::operator(), |tx| eligibility::add(tx, "test")).expect("a service")
}

fn a_check_that_begins_after_a_stop_was_answered_is_never_active(app: &TestApp) {
    let town = Town::build(&app.place);
    let wanted: u64 = std::env::var(CHECKS).ok().and_then(|count| count.parse().ok()).unwrap_or(20_000);
    let devices = COUNTRY.devices as usize;
    let links: Vec<String> = (0..COUNTRY.devices).map(|n| town.link(n)).collect();
    let flags = || (0..devices).map(|_| AtomicBool::new(false)).collect::<Vec<_>>();
    let (stopping, stopped) = (flags(), flags());
    let (asked, said_active, after_stop) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let (late, early) = (AtomicU64::new(0), AtomicU64::new(0));
    let began = Instant::now();
    let mut took = Vec::new();
    let stops = std::thread::scope(|threads| {
        let mut checkers = Vec::new();
        for server in 0..town.servers.len() {
            for checker in 0..CHECKERS {
                let (town, stopping, stopped) = (&town, &stopping, &stopped);
                let (asked, said_active, after_stop, late, early) = (&asked, &said_active, &after_stop, &late, &early);
                checkers.push(threads.spawn(move || {
                    let ask = town.asker(server);
                    let mut dice = Dice(7 + server as u64 * 100 + checker as u64);
                    while asked.fetch_add(1, Ordering::Relaxed) < wanted {
                        let device = dice.below(devices);
                        let was_stopped = stopped[device].load(Ordering::SeqCst);
                        let active = active(&ask(device));
                        said_active.fetch_add(u64::from(active), Ordering::Relaxed);
                        after_stop.fetch_add(u64::from(was_stopped), Ordering::Relaxed);
                        late.fetch_add(u64::from(was_stopped && active), Ordering::Relaxed);
                        let untouched = !stopping[device].load(Ordering::SeqCst);
                        early.fetch_add(u64::from(untouched && !active), Ordering::Relaxed);
                    }
                }));
            }
        }
        let mut dice = Dice(99);
        let mut order: Vec<usize> = (0..devices).collect();
        let mut stops = 0_u64;
        // Spread over the whole run, whatever its length; a checker that fails ends it.
        while checkers.iter().all(|checker| !checker.is_finished()) && !order.is_empty() {
            if stops * wanted > asked.load(Ordering::Relaxed) * devices as u64 {
                std::thread::yield_now();
                continue;
            }
            let device = order.swap_remove(dice.below(order.len()));
            stopping[device].store(true, Ordering::SeqCst);
            let began = Instant::now();
            town.stop(dice.below(town.servers.len()), &links[device]);
            took.push(began.elapsed());
            stopped[device].store(true, Ordering::SeqCst);
            stops += 1;
        }
        stops
    });
    took.sort();
    let middle = took.get(took.len() / 2).map_or(0, Duration::as_millis);
    let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
    println!(
        "{}: {wanted} checks at {} processes in {:.1} s, {} active; {stops} devices stopped meanwhile, each answered \
         after {middle} ms (median); {} checks begun after a stop was answered, of which active: {}; inactive before any \
         stop: {}",
        app.place.name(),
        town.servers.len(),
        began.elapsed().as_secs_f64(),
        count(&said_active),
        count(&after_stop),
        count(&late),
        count(&early),
    );
    assert_eq!((count(&late), count(&early)), (0, 0));
    assert!(stops > 10 && count(&after_stop) > 100, "the run shows something");
}

fn an_instance_that_is_held_is_named_and_catches_up(app: &TestApp) {
    let town = Town::build(&app.place);
    let (held, other) = (0, 1);
    let link = town.link(5);
    assert!(town.is_active(held, 5) && town.is_active(other, 5));
    assert_eq!(town.spread(5), Spread::Everywhere);
    town.servers[held].hold(true);
    let began = Clock::System.now();
    town.stop(other, &link).page().expect("まだ停止を確認していないサーバーがあります");
    assert!(!town.is_active(other, 5));
    let Spread::Missing(missing) = town.spread(5) else { panic!("the held one cannot have confirmed") };
    let address = town.servers[held].config().device_api_listen.to_string();
    assert!(missing.len() == 1 && missing[0].name.ends_with(&address), "{missing:?} {address}");
    let seconds = (missing[0].until.utc() - began).num_seconds();
    assert!((29..60).contains(&seconds), "{seconds} seconds");
    town.servers[held].hold(false);
    let began = Instant::now();
    while town.spread(5) != Spread::Everywhere {
        assert!(began.elapsed() < Duration::from_secs(20), "it catches up");
        std::thread::yield_now();
    }
    assert!(!town.is_active(held, 5));
}

/// xorshift: the same run each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("below a usize")
    }
}
