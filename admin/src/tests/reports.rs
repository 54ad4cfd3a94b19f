//! The figures by their pages: nothing before the first count, then charts with
//! the tables behind them, narrowed, and as files.

use actix_web::http::StatusCode;
use scraper::{Html, Selector};
use uketsuke_core::application::State;
use uketsuke_core::report;
use uketsuke_core::staff::role::Role;

use super::World;

fn texts(html: &str, selector: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).map(|element| element.text().collect::<String>().trim().to_owned()).collect()
}

/// One application, returned for its papers.
async fn returned(world: &World) {
    let id = world.sent();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    let revision = world.application(&id).revision.to_string();
    let fields = [
        ("revision", revision.as_str()),
        ("fault", "unreadable"),
        ("text_unreadable", "書類を撮り直してください。"),
        ("step", "send"),
    ];
    reviewer.post(&format!("/cases/{id}/return"), &fields).await;
    assert_eq!(world.application(&id).state, State::Returned);
}

#[actix_web::test]
async fn before_the_first_count_the_page_says_so() {
    let world = World::new();
    let (_, mut auditor) = world.staff(Role::Auditor);
    auditor.get("/reports").await.is(StatusCode::OK).has("集計はまだありません");
    auditor.get("/").await.is(StatusCode::OK).has_not("<svg");
    let (_, mut editor) = world.staff(Role::Editor);
    editor.get("/reports").await.is(StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn each_chart_has_its_table_its_words_and_the_time_of_its_count() {
    let world = World::new();
    world.sent();
    report::gather(&world.db).await.expect("counts");
    let (_, mut auditor) = world.staff(Role::Auditor);
    let page = auditor.get("/reports").await;
    page.is(StatusCode::OK).has("11月20日 10時00分現在の数字です");
    let html = Html::parse_document(&page.html);
    let images = Selector::parse("svg[role=img]").expect("a selector");
    for image in html.select(&images) {
        let names = image.value().attr("aria-labelledby").expect("a name");
        for id in names.split(' ') {
            let named = Selector::parse(&format!("[id='{id}']")).expect("a selector");
            assert!(image.select(&named).next().is_some_and(|e| !e.text().collect::<String>().is_empty()), "{id}");
        }
        assert!(image.html().find("style=").is_none(), "the CSP forbids inline style");
    }
    assert_eq!(html.select(&images).count(), 11, "waiting, bureaus, flow, places × 2, kinds × 3, prefectures × 3");
    assert_eq!(texts(&page.html, "details .details-text table").len(), 7, "no table without rows");
    page.has("もっとも多いのは0営業日の1件です").has("審査して決定した申請がまだ0件しかないため、図にしません");
    page.has("全体では1施設のうち1施設、100.0%です").has("推移を描くには、2週以上の記録が必要です");
    page.has("この期間に差し戻した申請はありません");

    let narrowed = auditor.get("/reports?days=30&kind=pharmacy&prefecture=13").await;
    narrowed.has("審査を待っている申請はありません").has("条件に合う施設はありません");
    narrowed.has("/reports/flow/export?days=30&#38;kind=pharmacy&#38;prefecture=13").is(StatusCode::OK);
}

#[actix_web::test]
async fn reasons_bear_the_words_of_their_procedure() {
    let world = World::new();
    returned(&world).await;
    report::gather(&world.db).await.expect("counts");
    let (_, mut auditor) = world.staff(Role::Auditor);
    auditor.get("/reports").await.has("もっとも多いのは書類が読めないの1件です");
    let file = auditor.post("/reports/reasons/export?days=30", &[("format", "csv")]).await;
    let name =
        percent_encoding::utf8_percent_encode("差戻しの理由_20261120-1000.csv", percent_encoding::NON_ALPHANUMERIC);
    let name = name.to_string().replace("%2E", ".").replace("%5F", "_").replace("%2D", "-");
    assert!(file.header("content-disposition").ends_with(&name), "{}", file.header("content-disposition"));
    assert_eq!(
        String::from_utf8(file.body).expect("UTF-8"),
        "\u{feff}\"申請\",\"理由\",\"件数\"\r\n\"利用開始申請\",\"書類が読めない\",\"1\"\r\n"
    );
}

#[actix_web::test]
async fn every_table_leaves_in_every_format() {
    let world = World::new();
    world.sent();
    report::gather(&world.db).await.expect("counts");
    let (_, mut auditor) = world.staff(Role::Auditor);
    for figure in crate::pages::reports::tables::Figure::all() {
        let path = format!("/reports/{}/export?days=90&kind=judo_therapy", figure.key());
        auditor.get(&path).await.is(StatusCode::OK).has("2026年8月23日から2026年11月20日まで").has("施術所");
        for format in ["xlsx", "csv", "csv_cp932"] {
            auditor.post(&path, &[("format", format)]).await.is(StatusCode::OK);
        }
    }
    auditor.get("/reports/nonsense/export").await.is(StatusCode::NOT_FOUND);
    auditor.post("/reports/nonsense/export", &[("format", "csv")]).await.is(StatusCode::NOT_FOUND);
    let flow = auditor.post("/reports/flow/export?days=30", &[("format", "csv")]).await;
    let flow = String::from_utf8(flow.body).expect("UTF-8");
    assert!(
        flow.contains("\"日付\",\"受付\",\"決定\",\"うち照合による承認\"\r\n\"2026-11-20\",\"1\",\"0\",\"0\"\r\n"),
        "{flow}"
    );
    assert_eq!(flow.lines().count(), 31, "days without anything too");
}

#[actix_web::test]
async fn the_home_page_shows_three_charts_at_a_glance() {
    let world = World::new();
    world.sent();
    report::gather(&world.db).await.expect("counts");
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let home = reviewer.get("/").await;
    home.has("11月20日 10時00分現在")
        .has("審査を待っている申請")
        .has("厚生局ごとの審査待ち")
        .has("1日ごとの受付と決定");
    assert_eq!(texts(&home.html, "svg[role=img] > title").len(), 3);
    let (_, mut editor) = world.staff(Role::Editor);
    editor.get("/").await.is(StatusCode::OK).has_not("<svg");
}
