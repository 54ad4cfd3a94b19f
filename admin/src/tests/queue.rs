//! The list by its page: filters and chips, saved views, the way back, files.

use actix_web::http::StatusCode;
use uketsuke_core::staff::role::Role;

use super::{World, encoded};

#[actix_web::test]
async fn filters_apply_together_and_each_comes_off_by_itself() {
    let world = World::new();
    let id = world.sent();
    let number = world.application(&id).number_text().to_owned();
    let (scope, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    let holder = scope.staff().to_string();
    let words = encoded("ｻｸﾗ");
    let day = encoded("令和8年11月20日");
    let all = format!(
        "v=all&application=usage_start&kind=judo_therapy&area=b2&state=in_review&from={day}&until={day}&holder={holder}&words={words}"
    );
    let page = reviewer.get(&format!("/queue?{all}")).await;
    page.is(StatusCode::OK)
        .has(&number)
        .has("関東信越厚生局")
        .has("受付：2026年11月20日から")
        .has("担当：審査 一郎")
        .has("言葉：ｻｸﾗ");
    assert_eq!(page.html.matches("条件を外す：").count(), 8, "every condition is a chip");
    let off = page.html.split("href=\"").filter_map(|part| part.split('"').next()).find(|href| {
        href.starts_with("/queue?") && !href.contains("words=") && href.contains("holder=") && href.contains("kind=")
    });
    let off = off.expect("a chip takes the words off").replace("&#38;", "&").replace("&amp;", "&");
    reviewer.get(&off).await.has(&number).has_not("言葉：");
    for other in ["area=b0", "area=47", "state=returned", "from=2026-11-21", "until=2026-11-19", "words=momiji"] {
        reviewer.get(&format!("/queue?v=all&{other}")).await.has_not(&number).has("条件をすべて外す");
    }
    let bad = reviewer.get(&format!("/queue?v=all&from={}", encoded("きのう"))).await;
    bad.is(StatusCode::UNPROCESSABLE_ENTITY).has("受付日（いつから）").has("きのう");
}

#[actix_web::test]
async fn views_show_their_counts_and_a_case_leads_back_to_its_row() {
    let world = World::new();
    let id = world.sent();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let page = reviewer.get("/queue?v=unassigned&kind=judo_therapy&size=20").await;
    page.has("担当なし（1）").has("すべて（1）").has("差戻し中（0）").has(&format!("id=\"case-{id}\""));
    let back = format!("/queue?v=unassigned&kind=judo_therapy&size=20#case-{id}");
    let case = reviewer.get(&format!("/cases/{id}?back={}", encoded(&back))).await;
    case.has(&format!("href=\"{}\"", back.replace('&', "&#38;")));
    let elsewhere = reviewer.get(&format!("/cases/{id}?back={}", encoded("//evil.example/queue?"))).await;
    elsewhere.has("href=\"/queue\"").has_not("evil.example");
}

#[actix_web::test]
async fn a_saved_view_is_a_link_for_its_owner_and_when_shared_for_everybody() {
    let world = World::new();
    let (_, mut first) = world.staff(Role::Reviewer);
    let (_, mut second) = world.staff(Role::Support);
    let query = "v=overdue&kind=clinic&area=b2&after=2026-01-01_x&evil=%3Cscript%3E";
    first.get(&format!("/queue/views?{query}")).await.has("関東信越厚生局").has_not("<script>");
    let fields = |name: &'static str, shared: &'static str| [("name", name), ("query", query), ("shared", shared)];
    let unnamed = first.post("/queue/views", &fields(" ", "")).await;
    unnamed.is(StatusCode::UNPROCESSABLE_ENTITY).has("名前を入力").has("関東信越厚生局");
    assert_eq!(
        first.post("/queue/views", &fields("東の医科", "")).await.location,
        "/queue?v=overdue&kind=clinic&area=b2"
    );
    first.post("/queue/views", &fields("東の医科", "")).await;
    let page = first.get("/queue").await;
    assert_eq!(page.html.matches("東の医科").count(), 1, "saved twice is there once");
    second.get("/queue").await.has_not("東の医科");
    first.post("/queue/views", &fields("東の医科", "yes")).await;
    second.get("/queue").await.has("東の医科（審査 一郎）");
    let list = first.get("/queue/views").await;
    let delete = list.html.split("action=\"").filter_map(|p| p.split('"').next()).find(|a| a.ends_with("/delete"));
    let delete = delete.expect("a button to delete it").to_owned();
    second.post(&delete, &[]).await.is(StatusCode::NOT_FOUND);
    assert_eq!(first.post(&delete, &[]).await.location, "/queue/views");
    second.get("/queue").await.has_not("東の医科");
}

#[actix_web::test]
async fn a_saved_view_gets_another_name_that_is_free() {
    let world = World::new();
    let (_, mut me) = world.staff(Role::Reviewer);
    let (_, mut colleague) = world.staff(Role::Reviewer);
    for name in ["一つ目", "二つ目"] {
        me.post("/queue/views", &[("name", name), ("query", "v=mine"), ("shared", "yes")]).await;
    }
    let list = me.get("/queue/views").await;
    let at = list.html.split("href=\"").filter_map(|p| p.split('"').next()).find(|a| a.starts_with("/queue/views/"));
    let at = at.expect("a link to change it").to_owned();
    me.get(&at).await.has("value=\"一つ目\"").has("checked");
    let taken = me.post(&at, &[("name", "二つ目")]).await;
    taken.is(StatusCode::UNPROCESSABLE_ENTITY).has("同じ名前").has("value=\"二つ目\"");
    me.post(&at, &[("name", "　")]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("名前を入力");
    colleague.get(&at).await.is(StatusCode::NOT_FOUND);
    colleague.post(&at, &[("name", "私の")]).await.is(StatusCode::NOT_FOUND);
    assert_eq!(me.post(&at, &[("name", "三つ目")]).await.location, "/queue/views");
    me.get("/queue").await.has("三つ目").has("二つ目").has_not("一つ目");
    colleague.get("/queue").await.has("二つ目").has_not("三つ目");
}

#[actix_web::test]
async fn only_so_many_views_are_kept() {
    let world = World::new();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    for n in 0..20 {
        let name = format!("一覧{n}");
        assert_eq!(
            reviewer.post("/queue/views", &[("name", &name), ("query", "v=mine")]).await.location,
            "/queue?v=mine"
        );
    }
    let full = reviewer.post("/queue/views", &[("name", "もう一つ"), ("query", "v=mine")]).await;
    full.is(StatusCode::UNPROCESSABLE_ENTITY).has("20件まで").has("もう一つ");
}

#[actix_web::test]
async fn the_list_goes_out_as_it_is_narrowed() {
    let world = World::new();
    let id = world.sent();
    let number = world.application(&id).number_text().to_owned();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.get("/queue/export?v=all&kind=pharmacy").await.has("書き出すものがありません");
    let form = reviewer.get("/queue/export?v=all&kind=judo_therapy").await;
    form.has("1件を書き出します").has("Excel（.xlsx）").has("/queue/export?v=all&#38;kind=judo_therapy");
    let csv = reviewer.post("/queue/export?v=all", &[("format", "csv")]).await;
    csv.is(StatusCode::OK).has(&number).has("さくら接骨院").has("2026-11-30");
    let old = reviewer.post("/queue/export?v=all", &[("format", "csv_cp932")]).await;
    assert_eq!(old.header("content-type"), "text/csv; charset=shift_jis");
    let (_, mut editor) = world.staff(Role::Editor);
    editor.post("/queue/export?v=all", &[("format", "csv")]).await.is(StatusCode::FORBIDDEN);
}
