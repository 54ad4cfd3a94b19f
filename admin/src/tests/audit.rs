//! The trail by its pages: found, read, written out, verified.

use actix_web::http::StatusCode;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing;

use super::{World, encoded};

#[actix_web::test]
async fn the_trail_tells_who_looked_and_what_changed() {
    let world = World::new();
    let id = world.sent();
    let (scope, mut reviewer) = world.staff(Role::Reviewer);
    let case = format!("/cases/{id}");
    reviewer.post(&format!("{case}/claim"), &[]).await;
    reviewer.get(&case).await;
    reviewer.get(&case).await;
    let (_, mut auditor) = world.staff(Role::Auditor);
    let all = auditor.get("/audit").await;
    all.is(StatusCode::OK).has("申請が進みました").has("審査 一郎").has("申請の画面を開きました");
    assert_eq!(all.html.matches("<td>申請の画面を開きました").count(), 1, "one reading, however often the page loads");
    let number = world.application(&id).number_text().to_owned();
    let of_case = auditor.get(&format!("/audit?words={number}&staff={}", scope.staff())).await;
    of_case.has(&format!("申請 {number}")).has("さくら接骨院");
    let links = of_case.html.split("href=\"/audit/").skip(1).filter_map(|rest| rest.split('"').next());
    let link =
        links.into_iter().find(|id| uketsuke_core::ids::AuditId::parse(id).is_some()).expect("an event").to_owned();
    auditor.get(&format!("/audit/{link}")).await.is(StatusCode::OK).has("審査 一郎");
    auditor
        .get("/audit?action=application.advanced")
        .await
        .has("申請が進みました")
        .has_not("<td>申請の画面を開きました");
    auditor.get("/audit?words=999-999").await.has("条件に合う記録はありません");
    let bad = auditor.get(&format!("/audit?from={}", encoded("きのう"))).await;
    bad.is(StatusCode::UNPROCESSABLE_ENTITY).has("いつから").has("きのう");
    auditor.get(&format!("/audit?from={}", encoded("令和8年11月21日"))).await.has("条件に合う記録はありません");
    auditor.get(&format!("/audit?until={}", encoded("2026-11-20"))).await.has("申請が進みました");
}

#[actix_web::test]
async fn pages_of_the_trail_follow_each_other_without_a_gap() {
    let world = World::new();
    let id = world.sent();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    for _ in 0..30 {
        reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
        reviewer.post(&format!("/cases/{id}/release"), &[]).await;
    }
    let (_, mut auditor) = world.staff(Role::Auditor);
    let mut path = "/audit?action=application.advanced".to_owned();
    let mut seen = std::collections::HashSet::new();
    loop {
        let page = auditor.get(&path).await;
        for id in page
            .html
            .split("<a href=\"/audit/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|id| uketsuke_core::ids::AuditId::parse(id).is_some())
        {
            assert!(seen.insert(id.to_owned()), "{id} twice");
        }
        match page
            .html
            .split("<a href=\"")
            .filter_map(|rest| rest.split('"').next())
            .find(|href| href.contains("after="))
        {
            Some(next) => path = next.replace("&#38;", "&").replace("&amp;", "&"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 61, "sent, and sixty steps");
}

#[actix_web::test]
async fn what_is_written_out_is_itself_recorded() {
    let world = World::new();
    world.sent();
    let (_, mut auditor) = world.staff(Role::Auditor);
    auditor.get("/audit/export?action=application.advanced").await.is(StatusCode::OK).has("1件を書き出します");
    auditor.post("/audit/export", &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("ファイルの種類");
    let file = auditor.post("/audit/export?action=application.advanced", &[("format", "csv")]).await;
    file.is(StatusCode::OK);
    assert!(file.body.starts_with("\u{feff}".as_bytes()) && file.html.contains("申請が進みました"));
    assert!(
        file.html.contains("state： → submitted") || file.html.contains("state：draft → submitted"),
        "{}",
        file.html
    );
    assert!(file.header("content-disposition").contains("20261120-1000.csv"), "{}", file.header("content-disposition"));
    let book = auditor.post("/audit/export", &[("format", "xlsx")]).await;
    assert!(book.body.starts_with(b"PK"));
    auditor.get("/audit?action=list.exported").await.has("一覧を書き出しました");
}

#[actix_web::test]
async fn a_damaged_trail_is_told_on_the_page() {
    let world = World::new();
    world.sent();
    let (_, mut auditor) = world.staff(Role::Auditor);
    auditor.post("/audit/verify", &[]).await.has("異常はありません");
    let attack = "update audit_events set actor_id = 'somebody' where position = 1";
    world.db.read_blocking(|c| testing::sql(c, attack)).expect("the attack works");
    auditor.post("/audit/verify", &[]).await.has("証跡に異常があります").has("1番目の記録");
}
