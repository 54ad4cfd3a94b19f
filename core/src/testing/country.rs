//! Facilities and applications at the size of the country, made by the database
//! itself: for plans of queries and for measuring.

use super::sql;
use crate::db::Conn;
use crate::error::Result;
use crate::facility::kind::FacilityKind;
use crate::ids::StaffId;

/// Fills so many facilities, and applications of which one in twenty is open. One
/// facility in 2,500 is called アサヒ鍼灸院, the others サクラ整骨院. What is in review
/// is in this reviewer's hands. Then the database looks at what it has.
///
/// # Errors
/// From the database.
pub fn fill(conn: &mut Conn, (facilities, applications): (u32, u32), reviewer: &StaffId) -> Result<()> {
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
            due_on, revision, created_at, updated_at, facility_kind, prefecture, method)
        select <ID>, null, 'usage_start', 'f' || n, 'a' || n,
            case when n % 20 > 0 then 'approved' when n % 80 = 0 then 'submitted' when n % 80 = 20 then 'in_review'
                when n % 80 = 40 then 'returned' else 'awaiting_approval' end,
            '{}', case when n % 80 = 20 then '<STAFF>' end, <DAY>, <DUE>, 1, <AT>, <AT>,
            case n % 2 when 0 then 'judo_therapy' else 'clinic' end, n % 47 + 1,
            case n % 3 when 0 then 'match' else 'documents' end
        from numbers where n <= <APPLICATIONS>;";
    let fill = |text: &str, words: &[(&str, &str)]| words.iter().fold(text.to_owned(), |t, (a, b)| t.replace(a, b));
    let (facilities, applications) = (facilities.to_string(), applications.to_string());
    let shared =
        [("<FACILITIES>", facilities.as_str()), ("<APPLICATIONS>", &applications), ("<STAFF>", reviewer.as_str())];
    let text = match conn {
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
    sql(conn, &fill(&text, &shared))
}

/// Offices of one kind: so many there are, have applied, and have a device in use.
/// Of the ready ones every other has begun; one in a hundred of all, among those
/// that have not applied, is exempt. `series` tells one call's rows from another's.
///
/// # Errors
/// From the database.
pub fn offices(conn: &mut Conn, kind: FacilityKind, series: u32, counts: [i64; 3]) -> Result<()> {
    let [all, applied, ready] = counts;
    let last_exempt = applied + all / 100;
    let rows = "
        insert into facilities (id, code, kind, prefecture, name, kana, postal_code, address, phone, manager_name,
            search_key, search_grams, revision, created_at, updated_at)
        select '<S>f' || n, '<S>c' || n, '<KIND>', n % 47 + 1, 'x', '', '', '', '', '', 'x', 'x', 0, <AT>, <AT>
        from numbers where n <= <ALL>;
        insert into accounts (id, email, email_key, family_name, given_name, phone, password_hash, state, failures,
            password_changed_at, revision, created_at, updated_at)
        values ('<S>a', '<S>@example.jp', '<S>@example.jp', '', '', '', '', 'active', 0, <AT>, 0, <AT>, <AT>);
        insert into applications (id, number, kind, facility_id, account_id, state, document, revision, created_at,
            updated_at)
        select '<S>p' || n, null, 'usage_start', '<S>f' || n, '<S>a', 'approved', '{}', 1, <AT>, <AT>
        from numbers where n <= <APPLIED>;
        insert into devices (id, facility_id, application_id, slot, user_id, label, state, generation, revision,
            created_at, updated_at)
        select '<S>d' || n, '<S>f' || n, '<S>p' || n, 1, 'W' || n, '', 'active', 1, 1, <AT>, <AT>
        from numbers where n <= <READY>;
        insert into operation_starts (id, facility_id, application_id, starts_on, source, recorded_at)
        select '<S>o' || n, '<S>f' || n, '<S>p' || n, '2026-11-01', 'declared', <AT>
        from numbers where n <= <READY> and n % 2 = 0;
        insert into exemptions (id, facility_id, application_id, reason, declared_at)
        select '<S>e' || n, '<S>f' || n, '<S>p1', 'aged', <AT>
        from numbers where n > <APPLIED> and n <= <EXEMPT>;
        drop table numbers;";
    let numbers = match conn {
        Conn::Sqlite(_) => {
            "create temp table numbers (n integer primary key); with recursive up (n) as (select 1 union all \
             select n + 1 from up where n < <ALL>) insert into numbers select n from up;"
        }
        Conn::Postgres(_) => "create temp table numbers as select generate_series(1, <ALL>) as n;",
    };
    let words = [
        ("<S>", format!("s{series}")),
        ("<KIND>", kind.as_str().to_owned()),
        ("<ALL>", all.to_string()),
        ("<APPLIED>", applied.to_string()),
        ("<READY>", ready.to_string()),
        ("<EXEMPT>", last_exempt.to_string()),
        ("<AT>", "timestamp '2026-11-01 01:00:00'".to_owned()),
    ];
    let mut text = words.iter().fold(format!("{numbers}{rows}"), |text, (word, value)| text.replace(word, value));
    if matches!(conn, Conn::Sqlite(_)) {
        text = text.replace("timestamp '", "'");
    }
    sql(conn, &text)
}
