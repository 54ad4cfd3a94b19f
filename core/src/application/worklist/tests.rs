//! The list at the size of the country: every view, filter and search walks an
//! index, and pages follow each other both ways without a gap.

use diesel::QueryDsl;

use super::counts::ones;
use super::query::page_query;
use super::seek::seek;
use super::*;
use crate::scope::StaffScope;
use crate::staff::role::Role;
use crate::testing::{TestDb, add_staff, country, plan, test_db};

const FACILITIES: u32 = 250_000;
const APPLICATIONS: u32 = 100_000;

fn country() -> (TestDb, StaffScope) {
    let db = test_db();
    let staff = add_staff(&db, Role::Reviewer);
    db.read_blocking(|c| country::fill(c, (FACILITIES, APPLICATIONS), staff.staff())).expect("a country");
    (db, staff)
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
        asked(|f| f.words = Some("アサヒ".into())),
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
                plan(c, page_query(&staff, view, &filter, hits, (&from, now)).limit(51))
            })
            .expect("a plan");
        let scans = plan.contains("Seq Scan on applications") || plan.contains("SCAN applications\n");
        assert!(!scans && plan.contains("applications"), "{view} {filter:?} {from:?}:\n{plan}");
    }
    for view in View::ALL {
        let plan = db.read_blocking(|c| plan(c, ones(&staff, *view, now).limit(MANY))).expect("a plan");
        // All of them are counted up to a thousand: whatever comes first will do.
        let scans = plan.contains("Seq Scan on applications") && *view != View::All;
        assert!(!scans && !plan.contains("SCAN applications\n"), "{view}:\n{plan}");
    }
    let counts = db.read_blocking(|c| counts(c, &staff, now)).unwrap();
    assert!(counts.iter().all(|(_, count)| (0..=MANY).contains(count)), "{counts:?}");
    pages_follow_each_other_both_ways(&db, &staff, now);
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
