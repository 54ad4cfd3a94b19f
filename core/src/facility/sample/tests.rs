//! Twenty thousand made-up facilities: repeatable, each with its own code, and
//! all of them what the import takes.

use std::collections::HashSet;
use std::io::Write;

use super::*;
use crate::db::Actor;
use crate::facility::import::{self, Import, Options, Outcome};
use crate::fold;
use crate::testing::{keyring, test_db};

const MANY: usize = 20_000;
/// As many as are imported for real: enough for every kind.
const SOME: usize = 4_000;

fn csv(seed: u64, rows: usize, only: Option<FacilityKind>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_csv(&mut bytes, Samples::new(seed, only).take(rows)).expect("memory takes it");
    bytes
}

#[tokio::test]
async fn every_row_imports_and_every_kind_is_there() {
    let db = test_db();
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(&csv(1, SOME, None)).expect("written");
    let as_of = NaiveDate::from_ymd_opt(2026, 11, 1).expect("a day");
    let options = Options { kind: None, as_of, partial: false, confirmed: false };
    let import = Import::open(file.path(), options).expect("opens");
    let outcome = import::run(&db, keyring(), Actor::operator(), import).await.expect("runs");
    let Outcome::Applied(report) = outcome else { panic!("not applied: {outcome:?}") };
    assert_eq!((report.rows, report.opened, report.refused), (SOME as u64, SOME as u64, 0));
    assert_eq!((report.duplicates, report.doubtful, report.ignored_columns.len()), (0, 0, 0));
    assert_eq!(report.kinds.len(), KINDS.len());
    for count in &report.kinds {
        assert!(count.named > 2, "{}: {}", count.kind.id(), count.named);
    }
}

#[test]
fn a_seed_gives_the_same_bytes_and_a_longer_file_begins_with_the_shorter_one() {
    let long = csv(7, 3_000, None);
    assert!(long == csv(7, 3_000, None));
    for rows in [0, 1, 16, 17, 1_000] {
        assert!(long.starts_with(&csv(7, rows, None)), "{rows}");
    }
    assert!(!long.starts_with(&csv(8, 1, None)), "another seed, other facilities");
    let text = String::from_utf8(csv(1, 2, None)).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], HEADINGS.join(","));
    // Written down, so that a change to the rows or to `fastrand` is noticed.
    assert_eq!(
        lines[1],
        "2629031260,柔道整復師の施術所,佐藤ほねつぎ,サトウホネツギ,600-9885,京都府試作市桜台３－２８－１２,075-087-3486,,長谷川 愛,1995-03-03,2002-06-24"
    );
    assert_eq!(
        lines[2],
        "4320236679,あん摩マッサージ指圧師、はり師、きゅう師の施術所,仁愛鍼灸マッサージ院,ジンアイシンキュウマッサージイン,860-9188,熊本県模擬市中央９－１６－４　あおぞらプラザ２階,096-038-1193,,田中　翔太,1963-04-08,2000-04-27"
    );
}

#[test]
fn no_code_comes_twice() {
    let codes: HashSet<String> =
        Samples::new(3, None).take(MANY).map(|sample| sample.code.as_str().to_owned()).collect();
    assert_eq!(codes.len(), MANY);
    // The fullest counter there can be: one kind, ten codes apart from the check digit's.
    let one = Samples::new(3, Some(FacilityKind::Pharmacy)).take(200_000).map(|sample| sample.code);
    assert_eq!(one.collect::<HashSet<_>>().len(), 200_000);
}

#[test]
fn a_small_file_has_every_kind_and_a_chosen_kind_is_the_only_one() {
    let kinds: Vec<FacilityKind> = Samples::new(1, None).take(KINDS.len()).map(|sample| sample.kind).collect();
    assert_eq!(kinds, KINDS.iter().map(|entry| entry.kind).collect::<Vec<_>>());
    for entry in KINDS {
        assert!(Samples::new(1, Some(entry.kind)).take(50).all(|sample| sample.kind == entry.kind));
    }
}

#[test]
fn names_and_numbers_are_as_masters_have_them() {
    let samples: Vec<Sample> = Samples::new(5, None).take(MANY).collect();
    let longest = samples.iter().map(|sample| sample.name.chars().count()).max();
    assert!(longest.is_some_and(|longest| (50..=55).contains(&longest)), "{longest:?}");
    for odd in ['髙', '﨑', '𠮷', 'ー', '・', 'Ｅ', '　'] {
        assert!(samples.iter().any(|sample| sample.name.contains(odd)), "{odd} in a name");
    }
    assert!(samples.iter().any(|sample| sample.address.contains('１')));
    for sample in &samples {
        assert_eq!(fold::kana(&sample.kana, 120).as_ref(), Ok(&sample.kana), "{}", sample.name);
        assert!(fold::phone(&sample.phone).is_ok(), "{}", sample.phone);
        assert!(fold::postal_code(&sample.postal_code).is_ok(), "{}", sample.postal_code);
        assert!(sample.address.starts_with(sample.code.prefecture().name()));
        let by_birth = sample.kind.entry().secret == MatchSecret::ManagerBirthDate;
        assert_eq!((by_birth, !by_birth), (!sample.manager_birth.is_empty(), !sample.account_number.is_empty()));
        assert_eq!(sample.code.advice(sample.kind), None);
    }
}

#[test]
fn tokyo_has_more_than_tottori() {
    let count = |number| {
        let there = |sample: &Sample| i64::from(sample.code.prefecture().number()) == number;
        Samples::new(9, None).take(MANY).filter(there).count()
    };
    assert!(count(13) > 10 * count(31) && count(31) > 0);
}
