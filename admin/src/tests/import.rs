//! The master by the pages: one hands in, another applies.

use actix_web::http::StatusCode;
use uketsuke_core::staff::role::Role;

use super::World;

const AS_OF: [(&str, &str); 4] =
    [("as_of_era", "reiwa"), ("as_of_year", "8"), ("as_of_month", "11"), ("as_of_day", "1")];
const MASTER: &str = "kind,機関コード,名称,口座番号\nmidwifery,1301234567,さくら助産院,7654321\n";

#[actix_web::test]
async fn one_hands_in_and_another_applies() {
    let world = World::new();
    let (_, mut one) = world.staff(Role::Administrator);
    let (_, mut other) = world.staff(Role::Administrator);
    let sent = one.upload("/facilities/import", &AS_OF, ("master.csv", MASTER.as_bytes())).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    let report = sent.location;
    let mine = one.get(&report).await;
    mine.is(StatusCode::OK).has("さくら助産院").has("2026年11月1日").has("ご自分では反映できません").has_not("7654321");
    mine.has_not("マスタに反映する");
    one.post(&format!("{report}/apply"), &[]).await.is(StatusCode::CONFLICT).has("別の管理者");

    other.get(&report).await.has("マスタに反映する");
    assert_eq!(other.post(&format!("{report}/apply"), &[]).await.location, report);
    other.get(&report).await.has("マスタに反映しました").has("反映済み");
    other.get("/facilities?words=1301234567").await.has("さくら助産院");
    other.get("/facilities/import").await.has("master.csv").has("反映済み");
    other.post(&format!("{report}/apply"), &[]).await.is(StatusCode::CONFLICT);
}

#[actix_web::test]
async fn bad_rows_are_told_by_line_and_cannot_be_applied() {
    let world = World::new();
    let (_, mut one) = world.staff(Role::Administrator);
    let bad = format!("{MASTER}midwifery,13,短い,99999999\n");
    let sent = one.upload("/facilities/import", &AS_OF, ("master.csv", bad.as_bytes())).await;
    let (_, mut other) = world.staff(Role::Administrator);
    let page = other.get(&sent.location).await;
    page.has("取り込めない行があるため").has("<td class=\"number\">3</td>").has("7桁の数字").has_not("99999999");
    page.has_not("マスタに反映する");
    assert_eq!(other.post(&format!("{}/drop", sent.location), &[]).await.location, "/facilities/import");
}

#[actix_web::test]
async fn what_is_no_master_is_refused_with_the_page() {
    let world = World::new();
    let (_, mut one) = world.staff(Role::Administrator);
    for (fields, name, bytes, words) in [
        (&AS_OF[..], "a.csv", &b""[..], "中身のないファイルです"),
        (&AS_OF[..], "", b"", "ファイルを選んでください"),
        (&AS_OF[..], "a.pdf", b"%PDF-1.7", "見出し"),
        (&AS_OF[..1], "a.csv", MASTER.as_bytes(), "基準日"),
        (&AS_OF[..], "123456789018.csv", MASTER.as_bytes(), "マイナンバー"),
    ] {
        let page = one.upload("/facilities/import", fields, (name, bytes)).await;
        page.is(StatusCode::UNPROCESSABLE_ENTITY).has(words);
    }
    one.get("/facilities/import").await.has("取込はまだありません");
}

#[actix_web::test]
async fn every_change_can_be_downloaded_and_the_newest_import_taken_back() {
    let world = World::new();
    let (_, mut one) = world.staff(Role::Administrator);
    let (_, mut other) = world.staff(Role::Administrator);
    let report = one.upload("/facilities/import", &AS_OF, ("master.csv", MASTER.as_bytes())).await.location;
    let details = other.get(&format!("{report}/details")).await;
    details
        .is(StatusCode::OK)
        .has("\"新しい施設\",\"2\",\"1301234567\",\"助産所\",\"さくら助産院\"")
        .has_not("7654321");
    other.get(&report).await.has("すべての内容をCSVで保存する").has_not("この取込を取り消す");
    other.get(&format!("{report}/undo")).await.is(StatusCode::CONFLICT);
    other.post(&format!("{report}/apply"), &[]).await.is(StatusCode::SEE_OTHER);

    one.get(&report).await.has("この取込を取り消す");
    one.get(&format!("{report}/undo")).await.is(StatusCode::OK).has("前の内容に戻す").has("master.csv");
    assert_eq!(one.post(&format!("{report}/undo"), &[]).await.location, report);
    one.get(&report).await.has("取消し済み").has("マスタから外した施設：1件").has_not("この取込を取り消す");
    one.get("/facilities?words=1301234567").await.has_not("さくら助産院");
    one.post(&format!("{report}/undo"), &[]).await.is(StatusCode::CONFLICT);
}
