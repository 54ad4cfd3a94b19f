use super::*;
use crate::db::Actor;
use crate::testing::{TestDb, test_db};

fn listed() -> TestDb {
    let db = test_db();
    db.write_blocking(Actor::operator(), |tx| import(tx, SAMPLE.as_bytes())).expect("imported").expect("no bad line");
    db
}

fn bank(db: &TestDb, typed: &str) -> Found {
    db.read_blocking(|c| find_bank(c, typed)).expect("reads")
}

#[test]
fn banks_are_found_by_code_name_and_kana() {
    let db = listed();
    for (typed, code) in [
        ("0001", "0001"),
        ("００ ０１", "0001"),
        ("みずほ", "0001"),
        ("みずほ銀行", "0001"),
        ("ミズホ", "0001"),
        ("ﾐｽﾞﾎ", "0001"),
        ("ゆうちょ", "9900"),
        ("りそな", "0010"),
        ("埼玉りそな銀行", "0017"),
    ] {
        match bank(&db, typed) {
            Found::One(place) => assert_eq!(place.code, code, "{typed}"),
            other => panic!("{typed}: {other:?}"),
        }
    }
    assert_eq!(bank(&db, "ない銀行"), Found::Nothing);
    assert_eq!(bank(&db, ""), Found::Nothing);
    assert_eq!(bank(&db, "銀行"), Found::Nothing, "the word alone names none");
    match bank(&db, "三") {
        Found::Several(places) => assert!(places.len() > 1, "{places:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn small_kana_and_long_vowels_are_found_as_the_list_writes_them() {
    let db = listed();
    for (typed, code) in [("しんじゅく", "240"), ("シンジュク支店", "240"), ("ｼﾝｼﾞｭｸ", "240"), ("シンジユク", "240")]
    {
        let found = db.read_blocking(|c| find_branch(c, "0001", typed)).expect("reads");
        assert!(matches!(&found, Found::One(place) if place.code == code), "{typed}: {found:?}");
    }
    assert!(matches!(bank(&db, "ミツビシユーエフジェイ"), Found::One(place) if place.code == "0005"));
}

#[test]
fn a_branch_is_found_within_its_bank() {
    let db = listed();
    let branch = |typed: &str| db.read_blocking(|c| find_branch(c, "9900", typed)).expect("reads");
    for typed in ["018", "〇一八", "ゼロイチハチ", "０１８"] {
        assert!(matches!(branch(typed), Found::One(place) if place.code == "018"), "{typed}");
    }
    assert_eq!(db.read_blocking(|c| find_branch(c, "7777", "001")).expect("reads"), Found::NoList);
}

#[test]
fn a_list_with_a_bad_line_changes_nothing_and_the_same_list_twice_neither() {
    let db = listed();
    let before = db.read_blocking(counts).expect("reads");
    let header = "bank_code,bank_name,bank_kana,branch_code,branch_name,branch_kana\n";
    for (rows, line) in [
        ("0001,みずほ,ミズホ,1,本店,ホンテン\n", 2),
        ("0001,みずほ,ミズホ,001,本店,ホンテン\n1,みずほ,ミズホ,001,本店,ホンテン\n", 3),
        ("0001,みずほ,ミズホ,001,本店,ホンテン\n0001,みずほ,ミズホ,001,本店,ホンテン\n", 3),
        ("0001,,ミズホ,001,本店,ホンテン\n", 2),
        ("", 1),
    ] {
        let csv = format!("{header}{rows}");
        let bad = db.write_blocking(Actor::operator(), |tx| import(tx, csv.as_bytes())).expect("read");
        assert_eq!(bad.expect_err("refused").first().map(|bad| bad.line), Some(line), "{rows}");
        assert_eq!(db.read_blocking(counts).expect("reads"), before);
    }
    db.write_blocking(Actor::operator(), |tx| import(tx, SAMPLE.as_bytes())).expect("imported").expect("taken");
    assert_eq!(db.read_blocking(counts).expect("reads"), before);
}
