//! The list at the size of the country: every view, filter and search walks an
//! index, and pages follow each other both ways without a gap.

use diesel::QueryDsl;

use super::counts::ones;
use super::query::page_query;
use super::seek::seek;
use super::*;
use crate::db::Conn;
use crate::scope::StaffScope;
use crate::staff::role::Role;
use crate::testing::{TestDb, add_staff, plan, sql, test_db};

const FACILITIES: u32 = 250_000;
const APPLICATIONS: u32 = 100_000;

/// A hundred thousand applications, one in twenty of them open, made by the
/// database itself.
fn country() -> (TestDb, StaffScope) {
    let db = test_db();
    let staff = add_staff(&db, Role::Reviewer);
    let rows = "
        insert into facilities (id, code, kind, prefecture, name, kana, postal_code, address, phone, manager_name,
            search_key, search_grams, revision, created_at, updated_at)
        select 'f' || n, <PREF> || '1' || <SEVEN>, case n % 2 when 0 then 'judo_therapy' else 'clinic' end, n % 47 + 1,
            case n % 2500 when 0 then 'アサヒ鍼灸院' else 'サクラ整骨院' end, '', '', '', '03' || <EIGHT>, '',
            case n % 2500 when 0 then 'アサヒ鍼灸院' else 'サクラ整骨院' end,
            case n % 2500 when 0 then 'アサ サヒ ヒ鍼 鍼灸 灸院' else 'サク クラ ラ整 整骨 骨院' end, 0, <AT>, <AT>
        from numbers where n <= <FACILITIES>;
        insert into accounts (id, email, email_key, family_name, given_name, phone, password_hash, state, failures,
            password_changed_at, revision, created_at, updated_at)
        select 'a' || n, 'a' || n || '@example.jp', 'a' || n || '@example.jp', '', '', '', '', 'active', 0, <AT>, 0, <AT>, <AT>
        from numbers where n <= <APPLICATIONS>;
        insert into applications (id, number, kind, facility_id, account_id, state, document, assignee_id, submitted_at,
            due_on, revision, created_at, updated_at, facility_kind, prefecture)
        select <ID>, null, 'usage_start', 'f' || n, 'a' || n,
            case when n % 20 > 0 then 'approved' when n % 80 = 0 then 'submitted' when n % 80 = 20 then 'in_review'
                when n % 80 = 40 then 'returned' else 'awaiting_approval' end,
            '{}', case when n % 80 = 20 then '<STAFF>' end, <DAY>, <DUE>, 1, <AT>, <AT>,
            case n % 2 when 0 then 'judo_therapy' else 'clinic' end, n % 47 + 1
        from numbers where n <= <APPLICATIONS>;";
    let fill = |text: &str, words: &[(&str, &str)]| words.iter().fold(text.to_owned(), |t, (a, b)| t.replace(a, b));
    let (facilities, applications) = (FACILITIES.to_string(), APPLICATIONS.to_string());
    let shared =
        [("<FACILITIES>", facilities.as_str()), ("<APPLICATIONS>", &applications), ("<STAFF>", staff.staff().as_str())];
    db.read_blocking(|c| {
        let text = match c {
            Conn::Sqlite(_) => fill(
                &format!(
                    "create temp table numbers (n integer primary key); with recursive up (n) as (select 1 union all \
                     select n + 1 from up where n < <FACILITIES>) insert into numbers select n from up; {rows} analyze;"
                ),
                &[
                    ("<PREF>", "substr('0' || (n % 47 + 1), -2)"),
                    ("<SEVEN>", "substr('0000000' || n, -7)"),
                    ("<EIGHT>", "substr('00000000' || n, -8)"),
                    ("<ID>", "'01900000-0000-7000-8000-' || substr('000000000000' || n, -12)"),
                    ("<DAY>", "datetime('2026-11-20 01:00:00', '-' || (n / 100) || ' days')"),
                    ("<DUE>", "date('2026-11-27', '-' || (n / 100) || ' days')"),
                    ("<AT>", "'2026-11-20 01:00:00'"),
                ],
            ),
            Conn::Postgres(_) => fill(
                &format!("create temp table numbers as select generate_series(1, <FACILITIES>) as n; {rows} analyze;"),
                &[
                    ("<PREF>", "right('0' || (n % 47 + 1), 2)"),
                    ("<SEVEN>", "right('0000000' || n, 7)"),
                    ("<EIGHT>", "right('00000000' || n, 8)"),
                    ("<ID>", "'01900000-0000-7000-8000-' || right('000000000000' || n, 12)"),
                    ("<DAY>", "timestamp '2026-11-20 01:00:00' - (n / 100) * interval '1 day'"),
                    ("<DUE>", "date '2026-11-27' - n / 100"),
                    ("<AT>", "timestamp '2026-11-20 01:00:00'"),
                ],
            ),
        };
        sql(c, &fill(&text, &shared))
    })
    .expect("a country of applications");
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
