use std::collections::HashSet;
use std::io::Write as _;

use super::*;
use crate::db::Actor;
use crate::facility::import::{Import, Options, Outcome, run};
use crate::facility::kind::KINDS;
use crate::testing::{keyring, test_db};

fn text(count: u64, seed: u64) -> String {
    let mut out = Vec::new();
    write_csv(&mut out, count, seed, None).expect("writes");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn the_same_seed_gives_the_same_facilities_and_the_first_of_many_are_the_few() {
    let (few, many) = (text(50, 7), text(500, 7));
    assert_eq!(text(50, 7), few);
    assert!(many.starts_with(&few));
    assert_ne!(text(50, 8), few);
}

#[test]
fn codes_are_never_given_twice() {
    let mut seen = HashSet::new();
    for number in (0..60_000).chain(MAX - 60_000..MAX) {
        let facility = sample(3, number, Some(FacilityKind::Clinic));
        assert_eq!(facility.code.check_digit_ok(), Some(true), "{}", facility.code.as_str());
        assert!(seen.insert(facility.code.as_str().to_owned()), "{number}: {}", facility.code.as_str());
    }
}

#[test]
fn every_kind_is_there_and_names_come_in_every_length() {
    let all: Vec<Sample> = (0..20_000).map(|number| sample(1, number, None)).collect();
    for entry in KINDS {
        assert!(all.iter().any(|facility| facility.kind == entry.kind), "{}", entry.id);
    }
    let prefectures: HashSet<_> = all.iter().map(|facility| facility.code.prefecture().number()).collect();
    let lengths = || all.iter().map(|facility| facility.name.chars().count());
    assert_eq!((prefectures.len(), lengths().min() < Some(5), lengths().max() > Some(40)), (47, true, true));
    assert!(all.iter().any(|facility| facility.name.contains('𠮷')));
    let asked = sample(1, 5, Some(FacilityKind::Midwifery));
    assert_eq!(
        (asked.kind, asked.manager_birth, asked.account_number.is_some()),
        (FacilityKind::Midwifery, None, true)
    );
}

#[tokio::test]
async fn twenty_thousand_import_without_a_question() {
    let db = test_db();
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text(20_000, 1).as_bytes()).expect("written");
    let as_of = "2026-11-01".parse().expect("a day");
    let options = Options { kind: None, as_of, partial: false, confirmed: false };
    let import = Import::open(file.path(), options).expect("opens");
    let outcome = run(&db, keyring(), Actor::operator(), import, None).await.expect("runs");
    let Outcome::Applied(report) = outcome else { panic!("{outcome:?}") };
    assert_eq!((report.rows, report.opened), (20_000, 20_000));
    assert_eq!((report.refused, report.doubtful, report.duplicates, report.ignored_columns.len()), (0, 0, 0, 0));
}
