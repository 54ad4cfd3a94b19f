//! The CSV of every single change.

use super::*;

async fn details_of(db: &TestDb, text: &str, confirmed: bool) -> Vec<Vec<String>> {
    let (file, out) = (file(text.as_bytes()), tempfile::tempdir().expect("a folder"));
    let path = out.path().join("details.csv");
    let options = Options { confirmed, ..options(Some(JudoTherapy)) };
    let import = Import { details: Some(path.clone()), ..import(file.path().to_owned(), options) };
    run(db, keyring(), Actor::operator(), import).await.expect("runs");
    let text = std::fs::read_to_string(path).expect("the details");
    let text = text.strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    rows.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn every_change_is_listed_however_many_there_are() {
    let db = test_db();
    let row = |n: u32, name: &str| format!("13{n:08},{name}整骨院,0{n}\n");
    let rows = |range: std::ops::Range<u32>, name: &str| range.map(|n| row(n, name)).collect::<String>();
    let opened = details_of(&db, &format!("コード,名称,口座番号\n{}", rows(0..120, "はな")), false).await;
    assert_eq!(opened.len(), 120, "more than the report's examples");
    assert_eq!(opened[119], ["新しい施設", "121", "1300000119", JudoTherapy.label(), "はな整骨院", "", "", "", ""]);

    let text = format!(
        "コード,名称,口座番号\n{}{}{}",
        rows(0..60, "ゆり"),
        row(60, "はな").replace(",060", ",777"),
        row(0, "ゆり")
    );
    let changed = details_of(&db, &text, true).await;
    let of = |result: &str| changed.iter().filter(|row| row[0] == result).count();
    assert_eq!((of("変更"), of("廃止"), of("重なった行"), changed.len()), (61, 59, 1, 121));
    let name = changed.iter().find(|row| row[2] == "1300000003").expect("the row");
    assert_eq!(name[5..], ["名称", "はな整骨院", "ゆり整骨院", ""]);
    let closed = changed.iter().find(|row| row[0] == "廃止").expect("a closing");
    assert_eq!((closed[1].as_str(), closed[5].as_str(), closed[7].as_str()), ("", "廃止日", "2026-11-01"));
    let secret = changed.iter().find(|row| row[5] == "口座番号").expect("the secret's change");
    assert_eq!(secret[6..8], ["登録あり", "別の値を登録"]);
    assert!(changed.concat().iter().all(|cell| cell != "777"), "no secret");
}

#[tokio::test]
async fn refused_cells_are_listed_with_line_column_value_and_reason() {
    let db = test_db();
    let rows = (0..700).map(|n| format!("{n},=1+{n}\n")).collect::<String>();
    let refused = details_of(&db, &format!("コード,名称\n{rows}"), false).await;
    assert_eq!(refused.len(), 700, "more than the report keeps");
    assert_eq!(refused[699][..2], ["取り込めない行", "701"]);
    assert_eq!(refused[699][5], "機関コード");
    assert_eq!(refused[699][7], "699");
    assert!(refused[699][8].contains("10桁"), "{:?}", refused[699]);
}
