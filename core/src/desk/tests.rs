//! At the size of the country: every search reaches its page by an index.

use diesel::QueryDsl;
use diesel::connection::SimpleConnection;

use super::devices::page_query as devices_query;
use super::facilities::{FacilityFilter, page_query};
use super::{DeviceFilter, search_devices, search_facilities};
use crate::db::Conn;
use crate::device::DeviceState;
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::ids::{DeviceId, FacilityId};
use crate::staff::role::Role;
use crate::testing::{TestDb, add_staff, country, plan, test_db};

const FACILITIES: u32 = 250_000;
/// One facility in so many is called アサヒ鍼灸院, the others サクラ整骨院.
const RARE: u32 = 2_500;

/// Rows made by the database itself: faster than by us.
fn country() -> TestDb {
    let db = test_db();
    let rows = "insert into facilities (id, code, kind, prefecture, name, kana, postal_code, address, phone, \
        manager_name, search_key, search_grams, revision, created_at, updated_at) \
        select 'id' || n, substr('0' || (n % 47 + 1), -2) || '1' || substr('0000000' || n, -7), \
        case n % 2 when 0 then 'judo_therapy' else 'clinic' end, n % 47 + 1, rare.name, '', '', '', \
        '03' || substr('00000000' || n, -8), '', rare.name, rare.grams, 0, at, at \
        from numbers join (select 0 as here, 'サクラ整骨院' as name, 'サク クラ ラ整 整骨 骨院' as grams \
        union all select 1, 'アサヒ鍼灸院', 'アサ サヒ ヒ鍼 鍼灸 灸院') as rare \
        on rare.here = case n % RARE when 0 then 1 else 0 end";
    let rows = rows.replace("RARE", &RARE.to_string());
    db.read_blocking(|c| {
        let sql = match c {
            Conn::Sqlite(_) => format!(
                "with recursive numbers (n, at) as (select 1, '2026-11-20 01:00:00' union all \
                 select n + 1, at from numbers where n < {FACILITIES}) {}; analyze",
                rows
            ),
            Conn::Postgres(_) => format!(
                "with numbers as (select n, timestamp '2026-11-20 01:00:00' as at \
                 from generate_series(1, {FACILITIES}) as n) {}; analyze facilities",
                rows.replace("substr('0' || (n % 47 + 1), -2)", "right('0' || (n % 47 + 1), 2)")
                    .replace("substr('0000000' || n, -7)", "right('0000000' || n, 7)")
                    .replace("substr('00000000' || n, -8)", "right('00000000' || n, 8)")
            ),
        };
        Ok(c.batch_execute(&sql)?)
    })
    .expect("a country of facilities");
    db
}

fn words(words: &str) -> FacilityFilter {
    FacilityFilter { words: words.to_owned(), ..FacilityFilter::default() }
}

#[test]
fn every_search_of_a_quarter_million_facilities_uses_an_index() {
    let db = country();
    let staff = add_staff(&db, Role::Reviewer);
    let after = Some(("1310000012".to_owned(), FacilityId::mint()));
    let kind = FacilityFilter { kind: Some(FacilityKind::Clinic), ..FacilityFilter::default() };
    let prefecture = FacilityFilter { prefecture: Prefecture::from_number(13), ..FacilityFilter::default() };
    let names = ["VIRTUAL TABLE INDEX", "facilities_grams"];
    // What is asked, where the page begins, and the index of SQLite's and PostgreSQL's plan.
    let rows = [
        (words("アサ"), None, names),
        (words("アサヒ"), None, names),
        (words("あさひ 鍼灸"), None, names),
        (words("アサヒ"), after.clone(), names),
        (FacilityFilter { words: "アサヒ".to_owned(), ..kind.clone() }, None, names),
        (words("1310000012"), None, ["facilities_code ", "facilities_code"]),
        (words("0000012"), None, ["facilities_code_tail", "facilities_code_tail"]),
        (words("130000012"), None, ["facilities_code ", "facilities_code"]),
        (words("03-0000-0012"), None, ["facilities_phone", "facilities_phone"]),
        (words(""), None, ["facilities_code", "facilities_code"]),
        (words(""), after.clone(), ["facilities_code", "facilities_code"]),
        (kind, after.clone(), ["facilities_kind_code", "facilities_kind_code"]),
        (prefecture, after, ["facilities_code", "facilities_code"]),
    ];
    for (filter, after, [sqlite, postgres]) in rows {
        let (plan, index) = db
            .read_blocking(|c| {
                let query = page_query(c, &filter, after.as_ref())?.limit(21);
                let index = if matches!(c, Conn::Sqlite(_)) { sqlite } else { postgres };
                Ok((plan(c, query)?, index))
            })
            .expect("a plan");
        assert!(plan.contains(index), "{filter:?} {after:?}: no {index} in\n{plan}");
        assert!(!plan.contains("Seq Scan") && !plan.contains("SCAN facilities\n"), "{filter:?}:\n{plan}");
    }
    let page = db.read_blocking(|c| search_facilities(c, &staff, &words("あさひ"), None, 20)).expect("a page");
    assert_eq!((page.rows.len(), page.next.is_some()), (20, true));
    let mut seen = Vec::new();
    let mut next = None;
    loop {
        let page =
            db.read_blocking(|c| search_facilities(c, &staff, &words("アサヒ"), next.as_ref(), 30)).expect("a page");
        seen.extend(page.rows.into_iter().map(|row| row.code.as_str().to_owned()));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(seen.len() as u32, FACILITIES / RARE);
    assert!(seen.is_sorted(), "in the order of the codes");
}

/// A device for each of a hundred thousand applications.
fn devices() -> TestDb {
    let db = test_db();
    let reviewer = add_staff(&db, Role::Reviewer);
    let rows = "insert into devices (id, facility_id, application_id, slot, user_id, label, state, generation, revision, \
        created_at, updated_at) select '01a00000' || substr(id, 9), facility_id, id, 1, 'W' || substr(id, 30), '', \
        case when id like '%0001' then 'suspended' else 'active' end, 1, 1, created_at, updated_at from applications; \
        analyze;";
    db.read_blocking(|c| {
        country::fill(c, (FACILITIES, 100_000), reviewer.staff())?;
        crate::testing::sql(c, rows)
    })
    .expect("devices");
    db
}

#[test]
fn every_look_for_devices_uses_an_index_and_finds_them() {
    let db = devices();
    let staff = add_staff(&db, Role::Support);
    let words = |words: &str| DeviceFilter { words: words.to_owned(), ..DeviceFilter::default() };
    let suspended = DeviceFilter { state: Some(DeviceState::Suspended), ..DeviceFilter::default() };
    let after = DeviceId::parse("01a00000-0000-7000-8000-000000050000");
    let rows = [
        (DeviceFilter::default(), 51, ["sqlite_autoindex_devices_1", "devices_pkey"]),
        (suspended.clone(), 10, ["devices_state", "devices_state"]),
        (words("w0000012"), 1, ["devices_user", "devices_user"]),
        (words("0310000002"), 1, ["devices_facility_user", "devices_facility_user"]),
        (words("アサヒ"), 40, ["devices_facility_user", "devices_facility_user"]),
        (words("サクラ"), 51, ["sqlite_autoindex_devices_1", "devices_pkey"]),
        (DeviceFilter { words: "サクラ".to_owned(), ..suspended }, 10, ["devices_state", "devices_state"]),
    ];
    for (filter, found, [sqlite, postgres]) in rows {
        let (plan, index) = db
            .read_blocking(|c| {
                let query = devices_query(c, &filter, None)?.limit(51);
                let index = if matches!(c, Conn::Sqlite(_)) { sqlite } else { postgres };
                Ok((plan(c, query)?, index))
            })
            .expect("a plan");
        assert!(plan.contains(index), "{filter:?}: no {index} in\n{plan}");
        assert!(!plan.contains("Seq Scan on devices") && !plan.contains("SCAN devices\n"), "{filter:?}:\n{plan}");
        let page = db.read_blocking(|c| search_devices(c, &staff, &filter, None, 100)).expect("a page");
        assert_eq!(page.rows.len().min(51), found, "{filter:?}");
    }
    let later = db.read_blocking(|c| search_devices(c, &staff, &words(""), after.as_ref(), 1)).expect("a page");
    assert_eq!(later.rows[0].user_id, "W0049999", "the newest of those before");
    assert!(later.next.is_some());
}
