//! How fast are the reviewers' list and what stands around it at the size of the country: 250,000 facilities
//! and 100,000 applications?
//!
//! ```sh
//! cargo bench -p uketsuke-core --features testing --bench queue
//! ```
//!
//! On SQLite, and on PostgreSQL where `UKETSUKE_TEST_POSTGRES_URL` names a server.
//! Each line is a query of the list as its page asks it, so often per second by one
//! caller, and how many times as long it takes as reading one application by its
//! id in the same run. The last lines take the next application, one reviewer
//! alone and twenty at once.

use std::time::{Duration, Instant};

use uketsuke_core::application::worklist::{self, Filter, From, Place, View};
use uketsuke_core::application::{Method, Procedures, State, claim, repo};
use uketsuke_core::audit::{Sought, list_events};
use uketsuke_core::bulk;
use uketsuke_core::db::{At, Conn};
use uketsuke_core::desk::{FacilityFilter, search_facilities};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::country::fill;
use uketsuke_core::testing::{POSTGRES_URL, TestDb, add_staff, test_db};

const FACILITIES: u32 = 250_000;
const APPLICATIONS: u32 = 100_000;
/// How long each query is asked over and over.
const LONG: Duration = Duration::from_millis(1500);
/// Rows on a page.
const PAGE: u16 = 50;
/// How many applications are taken alone, and then by twenty at once.
const TAKEN: usize = 300;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("measures with `cargo bench` only");
        return;
    }
    let cores = std::thread::available_parallelism().map_or_else(|_| "?".to_owned(), |n| n.to_string());
    println!("The reviewers' list: {} facilities, {} applications; {cores} cores", FACILITIES, APPLICATIONS);
    println!("{:<10} {:<44} {:>10} {:>10}", "database", "what", "per second", "× one row");
    let server = std::env::var(POSTGRES_URL).ok().filter(|url| !url.is_empty());
    // One after the other in processes of their own: the variable tells which.
    match server {
        Some(_) => measure("postgres"),
        None => measure("sqlite"),
    }
}

struct Bench {
    db: TestDb,
    staff: StaffScope,
    now: At,
    name: &'static str,
    one_row: f64,
}

impl Bench {
    /// Asks again and again; prints how often that goes, and answers the seconds of one.
    fn line(&self, what: &str, mut ask: impl FnMut(&mut Conn) -> Result<usize>) -> f64 {
        let begin = Instant::now();
        let mut times = 0_u32;
        while begin.elapsed() < LONG || times < 3 {
            let rows = self.db.read_blocking(&mut ask).expect("an answer");
            assert!(rows > 0, "{what} finds nothing");
            times += 1;
        }
        self.tell(what, begin.elapsed().as_secs_f64() / f64::from(times))
    }

    fn tell(&self, what: &str, seconds: f64) -> f64 {
        let ratio = if self.one_row > 0.0 { seconds / self.one_row } else { 1.0 };
        println!("{:<10} {what:<44} {:>10.0} {ratio:>10.1}", self.name, 1.0 / seconds);
        seconds
    }

    fn page(&self, what: &str, view: View, from: &From, change: impl FnOnce(&mut Filter)) {
        let mut filter = Filter::default();
        change(&mut filter);
        self.line(what, |c| Ok(worklist::list(c, &self.staff, view, &filter, from, (PAGE, self.now))?.rows.len()));
    }
}

fn application(n: u32) -> ApplicationId {
    ApplicationId::parse(&format!("01900000-0000-7000-8000-{n:012}")).expect("an id")
}

fn measure(name: &'static str) {
    let db = test_db();
    let staff = add_staff(&db, Role::Reviewer);
    db.read_blocking(|c| fill(c, (FACILITIES, APPLICATIONS), staff.staff())).expect("a country of applications");
    let now: At = db.clock().now().into();
    let mut bench = Bench { db, staff, now, name, one_row: 0.0 };
    bench.one_row = bench.line("one application by its id", |c| repo::get(c, &application(4711)).map(|_| 1));

    for view in View::ALL {
        // Nothing is due within a day of this country's last working day.
        if *view != View::Due {
            bench.page(&format!("first page: {}", view.label()), *view, &From::Start, |_| {});
        }
    }
    let deep = From::After(Place { due_on: "2025-06-01".parse().expect("a day"), id: application(54_321) });
    bench.page("a page in the middle", View::All, &deep, |_| {});
    bench.page("latest due first", View::All, &From::Start, |f| f.latest_first = true);

    bench.page("filter: kind of facility", View::All, &From::Start, |f| f.facility_kind = Some(FacilityKind::Clinic));
    bench.page("filter: prefecture", View::All, &From::Start, |f| f.prefectures = vec![13]);
    bench.page("filter: bureau", View::All, &From::Start, |f| {
        f.prefectures = vec![8, 9, 10, 11, 12, 13, 14, 15, 19, 20]
    });
    bench.page("filter: bureau, of what has no reviewer", View::Unassigned, &From::Start, |f| {
        f.prefectures = vec![8, 9, 10, 11, 12, 13, 14, 15, 19, 20];
    });
    bench.page("filter: method", View::All, &From::Start, |f| f.method = Some(Method::Match));
    bench.page("filter: state", View::All, &From::Start, |f| f.state = Some(State::AwaitingApproval));
    bench.page("filter: sent within a week", View::All, &From::Start, |f| {
        f.sent_from = Some(now - chrono::Duration::days(7));
    });
    let me = bench.staff.staff().clone();
    bench.page("filter: reviewer", View::All, &From::Start, |f| f.holder = Some(me));
    for (what, words) in [
        ("words: a rare name", "アサヒ"),
        ("words: a name that most have", "サクラ"),
        ("words: one character", "院"),
        ("words: a code", "2310000022"),
        ("words: a phone number", "03-0000-0022"),
        ("words: a mail address", "a4711@example.jp"),
        ("words: the begin of a mail address", "a4711@"),
    ] {
        bench.page(what, View::All, &From::Start, |f| f.words = Some(words.into()));
    }
    bench.line("counts of the six views", |c| Ok(worklist::counts(c, &bench.staff, now)?.len()));
    bench.line("how many fit, counted up to 1,000", |c| {
        worklist::count(c, &bench.staff, View::All, &Filter::default(), now).map(|_| 1)
    });
    let search = FacilityFilter { words: "アサヒ".to_owned(), ..FacilityFilter::default() };
    bench.line("facilities by name", |c| Ok(search_facilities(c, &bench.staff, &search, None, PAGE)?.rows.len()));
    freezing(&bench);
    taking(&bench);
    // What was taken left its events.
    let auditor = add_staff(&bench.db, Role::Auditor);
    bench.line("audit trail: newest", |c| {
        list_events(c, &auditor, &Sought::default(), None, PAGE).map(|page| page.events.len())
    });
}

/// Writing a thousand chosen ones down, and forgetting it.
fn freezing(bench: &Bench) {
    let begin = Instant::now();
    let mut times = 0_u32;
    while begin.elapsed() < LONG {
        let chosen = bulk::Chosen::Fitting(View::Unassigned, Filter::default());
        let choice = bulk::Choice { action: bulk::Action::Claim, to: None, chosen, query: String::new() };
        let staff = &bench.staff;
        let done = bench.db.write_blocking(staff.actor(), |tx| {
            let run = bulk::freeze(tx, &Procedures::default(), staff, choice)?;
            bulk::drop_plan(tx, staff, &run)
        });
        done.expect("frozen and dropped");
        times += 1;
    }
    bench.tell("choosing 1,000 at once, and dropping it", begin.elapsed().as_secs_f64() / f64::from(times));
}

fn taking(bench: &Bench) {
    let take = |staff: &StaffScope| loop {
        match bench.db.write_blocking(staff.actor(), |tx| claim::claim_next(tx, staff)) {
            Err(Error::Unavailable { .. }) => {}
            taken => break taken.expect("taken").expect("enough wait"),
        }
    };
    let alone = add_staff_of(bench);
    let begin = Instant::now();
    for _ in 0..TAKEN {
        take(&alone);
    }
    bench.tell("take the next one, one reviewer", begin.elapsed().as_secs_f64() / TAKEN as f64);
    let reviewers: Vec<StaffScope> = (0..20).map(|_| add_staff_of(bench)).collect();
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for staff in &reviewers {
            scope.spawn(|| (0..TAKEN / 20).for_each(|_| drop(take(staff))));
        }
    });
    bench.tell("take the next one, twenty at once", begin.elapsed().as_secs_f64() / TAKEN as f64);
}

/// The bench's own reviewer holds a thousand already.
fn add_staff_of(bench: &Bench) -> StaffScope {
    add_staff(&bench.db, Role::Reviewer)
}
