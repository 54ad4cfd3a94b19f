//! How fast the back office reads at the size of the country: 250,000 facilities,
//! 100,000 applications. Prints each reading's rate and its ratio to the first page
//! of the list, measured in the same run; on PostgreSQL where
//! `UKETSUKE_TEST_POSTGRES_URL` names a server.
//!
//! `cargo bench -p uketsuke-core --features testing --bench queue`

use std::time::{Duration, Instant};

use uketsuke_core::application::worklist::{Filter, From, Place, View, counts, list};
use uketsuke_core::audit::{Sought, list_events};
use uketsuke_core::db::{At, Conn};
use uketsuke_core::desk::{FacilityFilter, search_facilities};
use uketsuke_core::error::Result;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::{add_staff, country, test_db};

const SIZE: (u32, u32) = (250_000, 100_000);
/// How long each reading is repeated.
const EACH: Duration = Duration::from_secs(2);

type Reading<'r> = (&'static str, Box<dyn Fn(&mut Conn) -> Result<()> + 'r>);

fn main() {
    // `cargo test` starts benches as well, with this word; there is nothing to test here.
    if std::env::args().any(|word| word == "--test") {
        return;
    }
    let db = test_db();
    let staff = add_staff(&db, Role::Reviewer);
    let auditor = add_staff(&db, Role::Auditor);
    db.read_blocking(|c| country::fill(c, SIZE, staff.staff())).expect("a country");
    let now: At = db.clock.now().into();
    let deep = From::After(Place {
        due_on: "2025-06-15".parse().expect("a day"),
        id: ApplicationId::parse("01900000-0000-7000-8000-000000052300").expect("an id"),
    });
    let page = |view: View, filter: Filter, from: From| {
        let staff = staff.clone();
        move |c: &mut Conn| list(c, &staff, view, &filter, &from, (50, now)).map(drop)
    };
    let none = Filter::default;
    let words = |words: &str| Filter { words: Some(words.to_owned()), ..Filter::default() };
    let tokyo = Filter { prefectures: vec![13], ..Filter::default() };
    let search = FacilityFilter { words: "アサヒ".to_owned(), ..FacilityFilter::default() };
    let readings: Vec<Reading<'_>> = vec![
        ("list: first page", Box::new(page(View::Unassigned, none(), From::Start))),
        ("list: a page in the middle", Box::new(page(View::All, none(), deep.clone()))),
        ("list: one prefecture", Box::new(page(View::All, tokyo, deep))),
        ("list: overdue", Box::new(page(View::Overdue, none(), From::Start))),
        ("list: by name", Box::new(page(View::All, words("アサヒ"), From::Start))),
        ("list: by code", Box::new(page(View::All, words("2310000022"), From::Start))),
        ("list: by mail", Box::new(page(View::All, words("a4711@example.jp"), From::Start))),
        ("counts of the six views", Box::new(|c: &mut Conn| counts(c, &staff, now).map(drop))),
        ("facilities: by name", Box::new(|c: &mut Conn| search_facilities(c, &staff, &search, None, 50).map(drop))),
        (
            "audit trail: newest",
            Box::new(|c: &mut Conn| list_events(c, &auditor, &Sought::default(), None, 50).map(drop)),
        ),
    ];
    let mut first = None;
    println!("{:32} {:>12} {:>8}", "reading", "per second", "ratio");
    for (name, reading) in &readings {
        let rate = db.read_blocking(|c| rate(c, reading.as_ref())).expect("reads");
        let base = *first.get_or_insert(rate);
        println!("{name:32} {rate:>12.0} {:>8.2}", rate / base);
    }
}

fn rate(conn: &mut Conn, reading: &dyn Fn(&mut Conn) -> Result<()>) -> Result<f64> {
    reading(conn)?;
    let (start, mut done) = (Instant::now(), 0_u32);
    while start.elapsed() < EACH {
        reading(conn)?;
        done += 1;
    }
    Ok(f64::from(done) / start.elapsed().as_secs_f64())
}
