//! What the app tells its users, by the pages of those who write it.

use actix_web::http::StatusCode;
use uketsuke_core::staff::role::Role;

use super::World;

const FORM: [(&str, &str); 8] = [
    ("severity", "outage"),
    ("title", "資格確認ができません"),
    ("body", "復旧を急いでいます。<b>\n紙の保険証をお使いください。"),
    ("kinds", "judo_therapy"),
    ("prefecture", "13"),
    ("until_era", "ad"),
    ("until_year", "2026"),
    ("until_month", "12"),
];

#[actix_web::test]
async fn a_notice_is_shown_before_it_goes_out_and_ended_when_it_is_over() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Editor);
    browser.get("/notices").await.has("お知らせはまだありません");
    let broken = browser.post("/notices/new", &FORM).await;
    broken.is(StatusCode::UNPROCESSABLE_ENTITY).has("資格確認ができません").has("表示を終える日");
    // The summary lists faults in the order of the form.
    let empty = browser.post("/notices/new", &[]).await;
    let at = |text: &str| empty.html.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(at("種類を選んでください") < at("見出しを入力してください"));
    assert!(at("内容を入力してください") < at("表示を終える日を入力してください"));
    let whole = [&FORM[..], &[("until_day", "31")]].concat();
    let asked = browser.post("/notices/new", &whole).await;
    asked.is(StatusCode::OK).has("まだ出していません").has("復旧を急いでいます。&#60;b&#62;").has("東京都");
    browser.get("/notices").await.has("お知らせはまだありません");
    let correct = browser.post("/notices/new", &[&whole[..], &[("step", "correct")]].concat()).await;
    correct.is(StatusCode::OK).has("value=\"資格確認ができません\"").has("紙の保険証").has_not("まだ出していません");
    let sent = browser.post("/notices/new", &[&whole[..], &[("step", "send")]].concat()).await;
    assert_eq!(sent.location, "/notices");
    let list = browser.get("/notices").await;
    list.has("から2026年12月31日まで")
        .has("表示中")
        .has("柔道整復師の施術所・東京都")
        .has("アプリのお知らせを出しました");
    let at = list.html.find("/notices/0").expect("a link");
    let path = list.html[at..].split('"').next().expect("an address").to_owned();
    browser.get(&path).await.is(StatusCode::OK).has("紙の保険証をお使いください").has("終了する");
    assert_eq!(browser.post(&format!("{path}/end"), &[]).await.location, "/notices");
    browser.get("/notices").await.has("お知らせの表示を終了しました").has("終了").has_not("表示中</span>");
    browser.get(&path).await.has_not("終了する</button>");
    // Pressed twice.
    assert_eq!(browser.post(&format!("{path}/end"), &[]).await.location, "/notices");
}
