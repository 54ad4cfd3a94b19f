//! The list in the database, what administrators may change, and the file.

use chrono::NaiveDate;
use encoding_rs::SHIFT_JIS;

use super::import::{Difference, Row, apply, compare, read};
use super::*;
use crate::db::{Actor, Conn};
use crate::error::{Error, Result};
use crate::form::FieldErrors;
use crate::staff::role::Role;
use crate::testing::{TestDb, add_staff, test_db};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn row(on: &str, name: &str) -> Row {
    Row { day: day(on), name: name.to_owned() }
}

fn input(db: &TestDb, on: &str, name: &str) -> Result<Input> {
    db.read_blocking(|c| Input::read(c, day("2026-11-20"), (Some(day(on)), name), FieldErrors::default()))
}

fn sentence(fault: Result<impl std::fmt::Debug>) -> String {
    match fault.expect_err("a fault") {
        Error::Invalid(errors) => errors.iter().map(|error| error.sentence()).collect::<Vec<_>>().join(" "),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_migration_holds_what_the_file_says() {
    let db = test_db();
    assert_eq!(db.read_blocking(calendar).unwrap(), published());
    let names = |c: &mut Conn| {
        let years: Result<Vec<_>> = (2024..=2027).map(|year| list(c, year)).collect();
        Ok(years?.into_iter().flatten().map(|holiday| Row { day: holiday.day, name: holiday.name }).collect())
    };
    let listed: Vec<Row> = db.read_blocking(names).unwrap();
    assert_eq!(listed, read(PUBLISHED.as_bytes()).unwrap());
    let count = |year| db.read_blocking(|c| list(c, year)).unwrap().len();
    assert_eq!([2024, 2025, 2026, 2027].map(count), [21, 19, 18, 17], "as the law makes them");
}

#[test]
fn the_end_of_the_list_is_told_ninety_days_before() {
    let db = test_db();
    let end = db.read_blocking(known_until).unwrap();
    assert_eq!(end, Some(day("2027-12-31")));
    for (today, told) in [("2026-11-20", false), ("2027-10-02", false), ("2027-10-03", true), ("2028-05-01", true)] {
        assert_eq!(runs_out(end, day(today)), told, "{today}");
    }
    assert!(runs_out(None, day("2026-11-20")));
}

#[test]
fn an_added_day_counts_and_can_be_removed_but_the_law_stays() {
    let db = test_db();
    let scope = add_staff(&db, Role::Administrator);
    let added = input(&db, "2026-11-25", " 創立記念日 ").unwrap();
    db.write_blocking(scope.actor(), |tx| add(tx, &scope, &added)).unwrap();
    let counted = db.read_blocking(calendar).unwrap();
    assert_eq!(counted.add_business_days(day("2026-11-20"), 2), day("2026-11-26"));
    let twice = db.write_blocking(scope.actor(), |tx| add(tx, &scope, &added));
    assert_eq!(sentence(twice), "この日はすでに「創立記念日」として登録されています");
    for (on, wanted) in [
        ("2026-11-23", "この日はすでに「勤労感謝の日」として登録されています"),
        ("2026-11-28", "土曜日と日曜日は、もともと営業日に数えません"),
        ("2023-12-28", "2024年1月1日から3年先までの日付を入力してください"),
        ("2031-01-06", "2024年1月1日から3年先までの日付を入力してください"),
    ] {
        assert_eq!(sentence(input(&db, on, "休み")), wanted, "{on}");
    }
    assert!(input(&db, "2026-11-26", "").is_err());

    let reviewer = add_staff(&db, Role::Reviewer);
    let refused = db.write_blocking(reviewer.actor(), |tx| remove(tx, &reviewer, day("2026-11-25")));
    assert!(matches!(refused, Err(Error::Forbidden)));
    let law = db.write_blocking(scope.actor(), |tx| remove(tx, &scope, day("2026-11-23")));
    assert!(matches!(law, Err(Error::NotFound)));
    db.write_blocking(scope.actor(), |tx| remove(tx, &scope, day("2026-11-25"))).unwrap();
    assert_eq!(db.read_blocking(calendar).unwrap(), published());
}

#[test]
fn the_cabinet_offices_file_changes_the_years_it_names() {
    let db = test_db();
    let scope = add_staff(&db, Role::Administrator);
    let own = [("2028-01-10", "成人の日"), ("2026-11-25", "創立記念日")];
    db.write_blocking(Actor::system(), |tx| {
        own.iter().try_for_each(|(on, name)| add(tx, &scope, &Input { day: day(on), name: (*name).to_owned() }))
    })
    .unwrap();
    let of_2027 = PUBLISHED.lines().filter(|line| line.starts_with("2027/") && !line.starts_with("2027/11/23"));
    let mut file = "国民の祝日・休日月日,国民の祝日・休日名称\r\n1955/1/1,元日\r\n".to_owned();
    of_2027.for_each(|line| file += &format!("{line}\r\n"));
    file += "2027/11/22,勤労感謝の日\r\n2028/1/1,元日\r\n2028/1/10,成人の日\r\n";
    let (bytes, ..) = SHIFT_JIS.encode(&file);
    let rows = read(&bytes).unwrap();
    let difference = db.read_blocking(|c| compare(c, &scope, &rows)).unwrap();
    let wanted = Difference {
        years: vec![2027, 2028],
        added: vec![row("2027-11-22", "勤労感謝の日"), row("2028-01-01", "元日")],
        renamed: vec![row("2028-01-10", "成人の日")],
        removed: vec![row("2027-11-23", "勤労感謝の日")],
        same: 16,
    };
    assert_eq!(difference, wanted);
    assert_eq!(db.read_blocking(|c| list(c, 2028)).unwrap().len(), 1, "comparing changes nothing");
    assert_eq!(db.write_blocking(scope.actor(), |tx| apply(tx, &scope, &rows)).unwrap(), wanted);
    let again = db.read_blocking(|c| compare(c, &scope, &rows)).unwrap();
    assert!(again.is_empty() && again.same == 19, "{again:?}");
    let counted = db.read_blocking(calendar).unwrap();
    assert!(!counted.is_business_day(day("2026-11-25")), "what was added elsewhere stays");
    assert!(counted.is_business_day(day("2027-11-23")));
    assert!(db.read_blocking(|c| list(c, 2028)).unwrap().iter().all(|one| one.source == HolidaySource::Law));
    let reviewer = add_staff(&db, Role::Reviewer);
    assert!(matches!(db.read_blocking(|c| compare(c, &reviewer, &rows)), Err(Error::Forbidden)));
}

#[test]
fn a_file_of_something_else_is_refused_by_its_line() {
    for (file, wanted) in [
        ("", "2024年より後の祝日がひとつもありません。内閣府の「syukujitsu.csv」を選んでください"),
        ("1955/1/1,元日\n", "2024年より後の祝日がひとつもありません。内閣府の「syukujitsu.csv」を選んでください"),
        ("日付,名前\n2028/1/1,元日\n2028/13/1,x\n", "3行目の日付を読めません"),
        ("2028/1/1,\n", "1行目の名前を読めません"),
        ("2028/1/1,元\u{0}日\n", "1行目の名前を読めません"),
        ("日付,名前\n\u{0}\u{1}\n", "2行目の日付を読めません"),
    ] {
        assert_eq!(sentence(read(file.as_bytes())), wanted, "{file:?}");
    }
    let (utf8, mark) = ("2028-01-01,元日\n", "\u{feff}2028/1/1,元日\n");
    assert_eq!(read(utf8.as_bytes()).unwrap(), read(mark.as_bytes()).unwrap());
}
