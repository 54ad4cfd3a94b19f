//! The import on whole files: what it reports, what it writes, what it refuses.

mod bad_files;
mod by_two_people;
mod details;
mod keys;
mod sheet;
mod undo;

use std::io::Write;
use std::path::PathBuf;

use chrono::NaiveDate;
use diesel::prelude::*;
use tempfile::NamedTempFile;

use super::*;
use crate::db::Actor;
use crate::error::Error;
use crate::facility::kind::FacilityKind::{self, JudoTherapy, Midwifery, PaperMedical};
use crate::facility::{code::FacilityCode, repo::find_by_kind_and_code, secret_match};
use crate::fold;
use crate::schema::{audit_events, facilities};
use crate::testing::{TestDb, keyring, test_db};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn options(kind: Option<FacilityKind>) -> Options {
    Options { kind, as_of: day("2026-11-01"), partial: false, confirmed: false }
}

/// A file with these bytes; it is gone with the handle.
fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("written");
    file
}

fn import(path: PathBuf, options: Options) -> Import {
    Import { path, file_name: "master.csv".into(), sha256: "0".repeat(64), options, details: None }
}

async fn apply(db: &TestDb, bytes: &[u8], options: Options) -> Outcome {
    let file = file(bytes);
    run(db, keyring(), Actor::operator(), import(file.path().to_owned(), options)).await.expect("runs")
}

async fn applied(db: &TestDb, bytes: &[u8], options: Options) -> Report {
    match apply(db, bytes, options).await {
        Outcome::Applied(report) => report,
        other => panic!("not applied: {other:?}"),
    }
}

async fn report_of(db: &TestDb, bytes: &[u8], options: Options) -> Report {
    let file = file(bytes);
    dry_run(db, keyring(), file.path().to_owned(), options, None).await.expect("a report")
}

fn count(db: &TestDb) -> i64 {
    db.read_blocking(|c| Ok(facilities::table.count().get_result(c)?)).expect("counts")
}

fn facility(db: &TestDb, kind: FacilityKind, code: &str) -> crate::facility::Facility {
    let code = FacilityCode::parse(code).expect("a code");
    db.read_blocking(|c| find_by_kind_and_code(c, kind, &code)).expect("reads").expect("the facility")
}

const MASTER: &str = "\
kind,機関コード,名称,フリガナ,郵便番号,住所,電話番号,口座番号,施術管理者,施術管理者の生年月日,指定日,廃止日\n\
judo_therapy,1312345678,はな整骨院,ﾊﾅｾｲｺﾂｲﾝ,１００ー０００１,千代田区１－１,03-1234-5678,,山田　太郎,昭和30年4月3日,2010-04-01,\n\
柔道整復師の施術所,協1312345679,髙橋接骨院,タカハシ,,新宿区2,,,髙橋 𠮷郎,S40.1.2,,\n\
助産所,1301234567,さくら助産院,,,渋谷区3,,123,,,,\n";

#[tokio::test]
async fn a_first_import_opens_facilities_and_a_second_changes_nothing() {
    let db = test_db();
    let dry = report_of(&db, MASTER.as_bytes(), options(None)).await;
    assert_eq!((dry.rows, dry.opened, dry.refused, dry.encoding.as_str()), (3, 3, 0, "UTF-8"));
    assert_eq!(count(&db), 0, "a dry run writes nothing");

    let real = applied(&db, MASTER.as_bytes(), options(None)).await;
    assert_eq!(real, dry, "one report for both runs");
    let hana = facility(&db, JudoTherapy, "1312345678");
    assert_eq!(
        (hana.name.as_str(), hana.kana.as_str(), hana.postal_code.as_str(), hana.phone.as_str()),
        ("はな整骨院", "ハナセイコツイン", "100-0001", "0312345678")
    );
    assert_eq!(hana.manager_name, "山田　太郎", "names stay as they are written");
    assert_eq!((hana.designated_on, hana.closed_on), (Some(day("2010-04-01")), None));

    let again = applied(&db, MASTER.as_bytes(), options(None)).await;
    assert!(again.changes_nothing(), "{again:?}");
    assert_eq!(again.unchanged, 3);
    assert_eq!(facility(&db, JudoTherapy, "1312345678").revision, hana.revision);
    let changes = db.read_blocking(|c| list_changes(c, &hana.id)).expect("history");
    assert_eq!(changes.iter().map(|c| c.verb).collect::<Vec<_>>(), [ChangeVerb::Opened]);
    let imports = db.read_blocking(|c| list_imports(c, 10)).expect("imports");
    assert_eq!(imports.iter().map(|i| i.state).collect::<Vec<_>>(), [ImportState::Applied; 2]);
}

#[tokio::test]
async fn match_secrets_are_kept_as_the_match_compares_them_and_appear_nowhere_else() {
    let db = test_db();
    let report = applied(&db, MASTER.as_bytes(), options(None)).await;
    let (birth, account): (Option<String>, Option<String>) = db
        .read_blocking(|c| {
            let birth =
                facilities::table.filter(facilities::code.eq("1312345678")).select(facilities::manager_birth_mac);
            let account =
                facilities::table.filter(facilities::code.eq("1301234567")).select(facilities::account_number_mac);
            Ok((birth.first(c)?, account.first(c)?))
        })
        .expect("reads");
    assert_eq!(birth, Some(secret_match::mac_birth_date(&keyring(), day("1955-04-03"))));
    let number = fold::account_number("0000123").expect("a number");
    assert_eq!(account, Some(secret_match::mac_account_number(&keyring(), &number)));

    let changed = MASTER.replace("昭和30年4月3日", "昭和31年4月3日").replace(",123,", ",124,");
    let second = applied(&db, changed.as_bytes(), options(None)).await;
    assert_eq!(second.changed, 2);
    let told =
        format!("{}{}", serde_json::to_string(&report).expect("json"), serde_json::to_string(&second).expect("json"));
    for secret in ["昭和30", "昭和31", "1955", "1956", "123\"", "124"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(told.contains("別の値を登録"));
    let details: Vec<String> =
        db.read_blocking(|c| Ok(audit_events::table.select(audit_events::detail).load(c)?)).expect("reads");
    assert_eq!(details.len(), 2, "one deed for each import");
}

#[tokio::test]
async fn changes_are_told_field_by_field_and_kept_as_history() {
    let db = test_db();
    applied(&db, MASTER.as_bytes(), options(None)).await;
    let moved = MASTER.replace("千代田区１－１", "港区9").replace("はな整骨院", "はな接骨院");
    let report = applied(&db, moved.as_bytes(), options(None)).await;
    assert_eq!((report.changed, report.unchanged), (1, 2));
    let change = |label: &str, before: &str, after: &str| FieldChange {
        label: label.into(),
        before: before.into(),
        after: after.into(),
    };
    let expected = vec![change("名称", "はな整骨院", "はな接骨院"), change("住所", "千代田区１－１", "港区9")];
    assert_eq!(report.changed_examples[0].facility.line, 2);
    assert_eq!(report.changed_examples[0].changes, expected);
    let hana = facility(&db, JudoTherapy, "1312345678");
    let history = db.read_blocking(|c| list_changes(c, &hana.id)).expect("history");
    assert_eq!(history[0].changes().expect("changes"), expected);
}

#[tokio::test]
async fn columns_the_file_lacks_leave_the_master_alone() {
    let db = test_db();
    applied(&db, MASTER.as_bytes(), options(None)).await;
    let thin = "名称,登録記号番号\nはな治療院,1312345678\n髙橋接骨院,1312345679\n";
    let report = applied(&db, thin.as_bytes(), options(Some(JudoTherapy))).await;
    assert_eq!((report.changed, report.unchanged, report.closed), (1, 1, 0));
    let hana = facility(&db, JudoTherapy, "1312345678");
    assert_eq!((hana.name.as_str(), hana.phone.as_str()), ("はな治療院", "0312345678"));
}

#[tokio::test]
async fn what_the_master_no_longer_names_closes_and_comes_back() {
    let db = test_db();
    applied(&db, MASTER.as_bytes(), options(None)).await;
    let without = MASTER.lines().filter(|line| !line.contains("髙橋")).collect::<Vec<_>>().join("\n");

    let asked = apply(&db, without.as_bytes(), options(None)).await;
    let Outcome::NeedsConfirmation(report) = asked else { panic!("{asked:?}") };
    assert_eq!((report.closed, report.alarming().len()), (1, 1));
    assert_eq!(facility(&db, JudoTherapy, "1312345679").closed_on, None, "nothing was applied");

    let partial = Options { partial: true, ..options(None) };
    assert_eq!(applied(&db, without.as_bytes(), partial).await.closed, 0);

    let confirmed = Options { confirmed: true, ..options(None) };
    let report = applied(&db, without.as_bytes(), confirmed.clone()).await;
    assert_eq!(report.closed_examples[0].name, "髙橋接骨院");
    assert_eq!(facility(&db, JudoTherapy, "1312345679").closed_on, Some(day("2026-11-01")));
    assert_eq!(facility(&db, Midwifery, "1301234567").closed_on, None, "another kind");
    assert!(applied(&db, without.as_bytes(), confirmed.clone()).await.changes_nothing());

    let report = applied(&db, MASTER.as_bytes(), confirmed).await;
    assert_eq!((report.reopened, report.changed), (1, 0));
    assert_eq!(facility(&db, JudoTherapy, "1312345679").closed_on, None);
}

#[tokio::test]
async fn a_few_closings_among_many_need_no_confirmation() {
    let db = test_db();
    let row = |n: u32| format!("13{n:08},第{n}接骨院\n");
    let all: String = (0..40).map(row).collect();
    let head = "コード,名称\n";
    applied(&db, format!("{head}{all}").as_bytes(), options(Some(JudoTherapy))).await;
    let most: String = (2..40).map(row).collect();
    assert_eq!(applied(&db, format!("{head}{most}").as_bytes(), options(Some(JudoTherapy))).await.closed, 2);
}

#[tokio::test]
async fn one_bad_row_and_nothing_is_applied() {
    let db = test_db();
    let rows: &[(&str, &str, &str, &str)] = &[
        ("judo_therapy,131234567,名,,", "機関コード", "131234567", "10桁"),
        ("judo_therapy,4812345678,名,,", "機関コード", "4812345678", "01から47"),
        ("midwifery,1331234567,名,,", "機関コード", "1331234567", "助産所のコードではない"),
        ("整体院,1312345678,名,,", "所属機関", "整体院", "種類が分かりません"),
        (",1312345678,名,,", "所属機関", "", "所属機関を入力してください"),
        ("judo_therapy,1312345678,,,", "名称", "", "名称を入力してください"),
        ("judo_therapy,1312345678,名\u{7},,", "名称", "名\u{7}", "目に見えない記号"),
        ("judo_therapy,1312345678,名 123456789018,,", "名称", "（表示しません）", "個人番号"),
        ("judo_therapy,1312345678,名,123456789,", "口座番号", "（表示しません）", "7桁までの数字"),
        ("judo_therapy,1312345678,名,,昭和99年1月1日", "施術管理者の生年月日", "（表示しません）", "書き方を確かめて"),
        ("judo_therapy,1312345678", "行", "", "列が足りません"),
    ];
    for (row, column, value, reason) in rows {
        let bytes = format!("kind,code,name,口座番号,生年月日\njudo_therapy,1399999999,よい行,1,\n{row}\n");
        let outcome = apply(&db, bytes.as_bytes(), options(None)).await;
        let Outcome::Refused(report) = outcome else { panic!("{row}: {outcome:?}") };
        let cell = &report.refused_cells[0];
        assert_eq!((report.refused, cell.line, cell.column.as_str()), (1, 3, *column), "{row}");
        assert_eq!(cell.value, *value, "{row}");
        assert!(cell.reason.contains(reason), "{row}: {}", cell.reason);
    }
    assert_eq!(count(&db), 0);
    assert!(db.read_blocking(|c| list_imports(c, 1)).expect("reads").is_empty());
}

#[tokio::test]
async fn repeated_rows_are_told_and_contradicting_ones_refused() {
    let db = test_db();
    let same = "コード,名称\n1312345678,はな\n1312345679,もも\n1312345678,はな\n";
    let report = report_of(&db, same.as_bytes(), options(Some(JudoTherapy))).await;
    assert_eq!((report.opened, report.duplicates, report.refused), (2, 1, 0));
    let twice = &report.duplicate_examples[0];
    assert_eq!((twice.line, twice.first_line, twice.code.as_str()), (4, 2, "1312345678"));

    let other = same.replacen("はな\n", "はる\n", 1);
    let report = report_of(&db, other.as_bytes(), options(Some(JudoTherapy))).await;
    assert_eq!(report.refused, 1);
    assert!(report.refused_cells[0].reason.contains("2行目と同じ"));
}

#[tokio::test]
async fn any_encoding_and_line_end_gives_the_same_facilities() {
    let text = "名称,コード,備考\r\n\"医療法人, ①会 髙橋\",1312345678,x\r\n,,\r\n";
    let sjis = encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
    let files: [(Vec<u8>, &str); 4] = [
        (text.into(), "UTF-8"),
        (format!("\u{feff}{text}").into(), "UTF-8"),
        (text.replace("\r\n", "\n").into(), "UTF-8"),
        (sjis, "Shift_JIS（CP932）"),
    ];
    for (bytes, encoding) in files {
        let db = test_db();
        let report = applied(&db, &bytes, options(Some(JudoTherapy))).await;
        assert_eq!((report.encoding.as_str(), report.rows, report.ignored_columns.len()), (encoding, 1, 1));
        assert_eq!(facility(&db, JudoTherapy, "1312345678").name, "医療法人, ①会 髙橋");
    }
}

#[tokio::test]
async fn a_bureaus_list_without_headings_is_imported_with_its_kind() {
    let db = test_db();
    let list = "010112489,0112489,愛全病院,0050813,札幌市南区川沿１３条\n\
                270202047,0202047,大阪診療所,5300001,大阪市北区\n";
    let report = applied(&db, list.as_bytes(), options(Some(PaperMedical))).await;
    assert!(report.bureau_list);
    assert_eq!((report.opened, report.doubtful), (2, 1), "a failing check digit is advice only");
    let hospital = facility(&db, PaperMedical, "0110112489");
    assert_eq!((hospital.postal_code.as_str(), hospital.prefecture.name()), ("005-0813", "北海道"));
    assert_eq!(facility(&db, PaperMedical, "2710202047").name, "大阪診療所");
}
