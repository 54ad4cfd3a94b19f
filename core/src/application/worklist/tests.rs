//! The list at the size of the country: every view, filter and search walks an
//! index, and pages follow each other both ways without a gap.

use diesel::QueryDsl;

use super::counts::ones;
use super::query::{WAITING, page_query};
use super::seek::seek;
use super::*;
use crate::application::Procedures;
use crate::bulk;
use crate::holiday::published;
use crate::scope::StaffScope;
use crate::staff::role::Role;
use crate::testing::country::fill;
use crate::testing::{TestDb, add_staff, plan, test_db};

const FACILITIES: u32 = 250_000;
const APPLICATIONS: u32 = 100_000;

fn country() -> (TestDb, StaffScope) {
    let db = test_db();
    let staff = add_staff(&db, Role::Reviewer);
    db.read_blocking(|c| fill(c, (FACILITIES, APPLICATIONS), staff.staff())).expect("a country of applications");
    (db, staff)
}

#[test]
fn what_waits_for_the_staff_is_what_the_index_holds() {
    let waiting: Vec<State> = State::open().filter(|state| !matches!(state, State::Draft | State::Returned)).collect();
    let words = waiting.iter().map(|state| format!("'{state}'")).collect::<Vec<_>>().join(", ");
    assert_eq!(WAITING, format!("applications.state in ({words})"));
}

fn asked(change: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = Filter::default();
    change(&mut filter);
    filter
}

#[test]
fn every_view_filter_and_search_of_a_hundred_thousand_applications_uses_an_index() {
    let (db, staff) = country();
    let now: At = db.clock.now().into();
    let middle = From::After(Place {
        due_on: "2026-01-15".parse().unwrap(),
        id: ApplicationId::parse("01900000-0000-7000-8000-000000031234").unwrap(),
    });
    let back = match &middle {
        From::After(place) => From::Before(place.clone()),
        other => other.clone(),
    };
    let none = Filter::default();
    let mut rows: Vec<(View, Filter, From)> = View::ALL
        .iter()
        .flat_map(|view| [From::Start, middle.clone(), back.clone()].map(|from| (*view, none.clone(), from)))
        .collect();
    let filters = [
        asked(|f| f.facility_kind = Some(FacilityKind::Clinic)),
        asked(|f| f.prefectures = vec![13]),
        asked(|f| f.prefectures = vec![8, 9, 10, 11, 12, 13]),
        asked(|f| f.state = Some(State::AwaitingApproval)),
        asked(|f| f.sent_from = Some(now - chrono::Duration::days(3))),
        asked(|f| f.holder = Some(staff.staff().clone())),
        asked(|f| f.method = Some(Method::Match)),
        asked(|f| f.latest_first = true),
        asked(|f| f.words = Some("アサヒ".into())),
        asked(|f| f.words = Some("サクラ".into())),
        asked(|f| f.words = Some("鍼".into())),
        asked(|f| f.words = Some("2310000022".into())),
        asked(|f| f.words = Some("03-0000-0022".into())),
        asked(|f| f.words = Some("a4711@example.jp".into())),
        asked(|f| f.words = Some("a4711@".into())),
    ];
    rows.extend(filters.iter().map(|filter| (View::All, filter.clone(), From::Start)));
    rows.extend(filters.iter().map(|filter| (View::Unassigned, filter.clone(), middle.clone())));
    for (view, filter, from) in rows {
        let plan = db
            .read_blocking(|c| {
                let hits = filter.words.as_deref().map(|words| seek(c, words)).transpose()?;
                plan(c, page_query(&staff, view, &filter, hits, (&from, now, &published())).limit(51))
            })
            .expect("a plan");
        let scans = plan.contains("Seq Scan on applications") || plan.contains("SCAN applications\n");
        assert!(!scans && plan.contains("applications"), "{view} {filter:?} {from:?}:\n{plan}");
        let due = matches!(view, View::Due | View::Overdue);
        assert!(!due || plan.contains("applications_waiting"), "{view}:\n{plan}");
    }
    for view in View::ALL {
        let plan = db.read_blocking(|c| plan(c, ones(&staff, *view, (now, &published())).limit(MANY))).expect("a plan");
        // All of them are counted up to a thousand: whatever comes first will do.
        let scans = plan.contains("Seq Scan on applications") && *view != View::All;
        assert!(!scans && !plan.contains("SCAN applications\n"), "{view}:\n{plan}");
    }
    let counts = db.read_blocking(|c| counts(c, &staff, now)).unwrap();
    assert!(counts.iter().all(|(_, count)| (0..=MANY).contains(count)), "{counts:?}");
    pages_follow_each_other_both_ways(&db, &staff, now);
    common_words_find_all_there_are(&db, &staff, now);
    a_deed_for_all_that_fit_takes_the_first_thousand(&db, &staff);
}

/// Part of the test above: the country is made once.
fn pages_follow_each_other_both_ways(db: &TestDb, staff: &StaffScope, now: At) {
    let turn = |from: &From| {
        db.read_blocking(|c| list(c, staff, View::Returned, &Filter::default(), from, (200, now))).expect("a page")
    };
    let (mut seen, mut from, mut last) = (Vec::new(), From::Start, None);
    loop {
        let page = turn(&from);
        assert_eq!(page.previous.is_some(), from != From::Start);
        seen.extend(page.rows.iter().map(|row| row.id.clone()));
        match page.next.clone() {
            Some(place) => (from, last) = (From::After(place), Some(page)),
            None => break,
        }
    }
    assert_eq!(seen.len(), (APPLICATIONS / 80) as usize);
    let unique: std::collections::HashSet<_> = seen.iter().collect();
    assert_eq!(unique.len(), seen.len());
    let before_last = last.expect("more than one page");
    let end = turn(&from);
    let back = turn(&From::Before(end.previous.clone().expect("a page before")));
    let ids = |page: &Page| page.rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&back), ids(&before_last));
    assert!(back.next.is_some() && back.previous.is_some());
}

/// Ninety-nine of a hundred facilities have this name: more than are looked up.
fn common_words_find_all_there_are(db: &TestDb, staff: &StaffScope, now: At) {
    let common = asked(|f| f.words = Some("サクラ".into()));
    let rare = asked(|f| f.words = Some("アサヒ".into()));
    let count = |view, filter: &Filter| db.read_blocking(|c| count(c, staff, view, filter, now)).unwrap();
    // 2,500 is no multiple of 80: one in two hundred of the returned ones has the rare name.
    assert_eq!(count(View::Returned, &common), MANY);
    assert_eq!(count(View::Mine, &asked(|f| f.words = Some("ラ整骨".into()))), MANY);
    assert_eq!(count(View::All, &rare), 40);
    assert_eq!(count(View::All, &common), MANY);
}

fn a_deed_for_all_that_fit_takes_the_first_thousand(db: &TestDb, staff: &StaffScope) {
    let chosen = bulk::Chosen::Fitting(View::Unassigned, Filter::default());
    let choice = bulk::Choice { action: bulk::Action::Claim, to: None, chosen, query: String::new() };
    let (run, tally) = db
        .write_blocking(staff.actor(), |tx| {
            let id = bulk::freeze(tx, &Procedures::default(), staff, choice)?;
            Ok((bulk::get_run(tx.conn(), staff, &id)?, bulk::tally(tx.conn(), &id)?))
        })
        .expect("frozen");
    assert_eq!((run.more, tally.of(bulk::ItemState::Waiting)), (true, 1000));
}
