//! Three years of applications, made by the database itself: for plans of the
//! reports' queries and for measuring.

use diesel::connection::SimpleConnection;

use super::{OFFICE, TestDb, add_facility, add_member, test_db};
use crate::db::{Actor, Conn};

/// 100,000 applications over three years, two steps each, and the small tables
/// for all kinds and prefectures, made by the database itself.
///
/// # Panics
/// When it cannot be written.
pub fn three_years() -> TestDb {
    let db = test_db();
    let application = db
        .write_blocking(Actor::system(), |tx| {
            let facility = add_facility(tx, OFFICE)?;
            add_member(tx, &facility, "taro@example.jp", true)
        })
        .expect("somebody");
    let (facility, account) = (application.facility().to_string(), application.account().to_string());
    db.read_blocking(|c| {
        let (numbers, hour, date) = match c {
            Conn::Sqlite(_) => (
                "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < LIMIT)",
                "strftime('%Y-%m-%d %H:%M:%S', '2023-11-20', (n / 4) || ' hours')",
                "date('2023-11-20', (n / 94) || ' days')",
            ),
            Conn::Postgres(_) => (
                "with numbers as (select n from generate_series(1, LIMIT) as n)",
                "timestamp '2023-11-20 00:00:00' + (n / 4) * interval '1 hour'",
                "date '2023-11-20' + n / 94",
            ),
        };
        let fill = |limit: u32, insert: &str, select: &str| {
            let with = numbers.replace("LIMIT", &limit.to_string());
            let select = select.replace("HOUR", hour).replace("DATE", date);
            match c {
                Conn::Sqlite(_) => format!("insert into {insert} {with} {select};"),
                Conn::Postgres(_) => format!("{with} insert into {insert} {select};"),
            }
        };
        let sql = [
            fill(
                100_000,
                "applications (id, number, kind, facility_id, account_id, state, document, submitted_at, due_on, decided_at, revision, created_at, updated_at)",
                &format!("select 'a' || n, 'n' || n, 'usage_start', '{facility}', '{account}', 'rejected', '{{}}', HOUR, '2026-01-01', HOUR, 1, HOUR, HOUR from numbers"),
            ),
            fill(
                200_000,
                "application_events (id, application_id, actor, verb, from_state, to_state, reason, detail, at)",
                "select 'e' || n, 'a' || ((n + 1) / 2), 'staff:x', 'return', 'x', 'x', '', '{}', HOUR from numbers",
            ),
            fill(
                50_000,
                "application_faults (id, application_id, event_id, field, reason, text)",
                "select 'f' || n, 'a' || n, 'e' || (2 * n), 'x', 'r', '' from numbers",
            ),
            fill(
                100_000,
                "daily_counts (measure, day, facility_kind, prefecture, detail, count)",
                "select case n % 2 when 0 then 'received' else 'hours' end, DATE, 'clinic', (n / 2) % 47 + 1, case n % 2 when 0 then '' else '000010' end, 1 from numbers",
            ),
            fill(
                47_000,
                "weekly_counts (week_on, facility_kind, prefecture, facilities, applied, ready)",
                "select DATE, 'clinic', n % 94 + 1, 3, 2, 1 from numbers",
            ),
            "analyze;".to_owned(),
        ];
        Ok(c.batch_execute(&sql.join("\n"))?)
    })
    .expect("a country");
    db
}
