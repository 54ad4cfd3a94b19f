//! How long do the figures of the reports take at the size of the country: 250,000 facilities, 100,000
//! applications over three years, 200,000 steps?
//!
//! ```sh
//! cargo bench -p uketsuke-core --features testing --bench reports
//! ```
//!
//! On SQLite, or on PostgreSQL where `UKETSUKE_TEST_POSTGRES_URL` names a server. Each line is a time, and
//! how many times as long it is as reading the figures of 90 days in the same run.

use std::time::{Duration, Instant};

use uketsuke_core::db::Conn;
use uketsuke_core::report::{Filter, by_place, coverage, coverage_over_time, flow, gather, hours, reasons, waiting};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::years::three_years;
use uketsuke_core::testing::{POSTGRES_URL, TestDb, add_staff, sql};

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("measures with `cargo bench` only");
        return;
    }
    let on_postgres = std::env::var(POSTGRES_URL).is_ok_and(|url| !url.is_empty());
    let name = if on_postgres { "postgres" } else { "sqlite" };
    let db = three_years();
    db.read_blocking(spread_over_the_country).expect("a country");
    let auditor = add_staff(&db, Role::Auditor);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let count = || timed(|| runtime.block_on(gather(&db)).expect("counts"));
    let (days, first) = count();
    let (_, further) = count();
    let [quarter, year] = [90, 365].map(|days| timed(|| read_all(&db, &auditor, days)).1);
    println!("{:<10} {:<40} {:>10} {:>10}", "database", "what", "ms", "× 90 days");
    for (what, took) in [
        (format!("the first count, {days} days"), first),
        ("every further count".to_owned(), further),
        ("reading all figures of 90 days".to_owned(), quarter),
        ("reading all figures of a year".to_owned(), year),
    ] {
        let times = took.as_secs_f64() / quarter.as_secs_f64();
        println!("{name:<10} {what:<40} {:>10.1} {times:>10.2}", took.as_secs_f64() * 1000.0);
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let since = Instant::now();
    let done = work();
    (done, since.elapsed())
}

/// Reads what the page of the reports shows.
fn read_all(db: &TestDb, auditor: &StaffScope, days: u32) {
    let filter = Filter::last_days(chrono::NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day"), days);
    db.read_blocking(|c| {
        waiting(c, auditor, &filter)?;
        flow(c, auditor, &filter)?;
        by_place(c, auditor, &filter)?;
        hours(c, auditor, &filter)?;
        reasons(c, auditor, &filter)?;
        coverage(c, auditor, &filter)?;
        coverage_over_time(c, auditor, &filter)
    })
    .expect("reads");
}

/// 250,000 facilities, the applications among them; nothing is counted yet.
fn spread_over_the_country(conn: &mut Conn) -> uketsuke_core::error::Result<()> {
    let (numbers, code, moment) = match conn {
        Conn::Sqlite(_) => (
            "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 250000)",
            "substr('0' || (n % 47 + 1), -2) || '1' || substr('0000000' || n, -7)",
            "'2026-11-20 01:00:00'",
        ),
        Conn::Postgres(_) => (
            "with numbers as (select n from generate_series(1, 250000) as n)",
            "right('0' || (n % 47 + 1), 2) || '1' || right('0000000' || n, 7)",
            "timestamp '2026-11-20 01:00:00'",
        ),
    };
    let insert = "insert into facilities (id, code, kind, prefecture, name, kana, postal_code, address, phone, \
                  manager_name, search_key, search_grams, revision, created_at, updated_at)";
    let select = format!(
        "select 'f' || n, {code}, case n % 3 when 0 then 'judo_therapy' when 1 then 'clinic' else 'midwifery' end, \
         n % 47 + 1, 'x', '', '', '', '', '', '', '', 0, {moment}, {moment} from numbers"
    );
    let filled = match conn {
        Conn::Sqlite(_) => format!("{insert} {numbers} {select};"),
        Conn::Postgres(_) => format!("{numbers} {insert} {select};"),
    };
    sql(
        conn,
        &format!(
            "{filled} update applications set facility_id = 'f' || substr(id, 2); delete from daily_counts; \
             delete from weekly_counts; analyze;"
        ),
    )
}
