//! Versions of the client app by the pages.

use actix_web::http::StatusCode;
use uketsuke_core::client_app;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing;

use super::World;

const VERSIONS: &str = "insert into client_apps (platform, version, created_at) values \
    ('android', '3.1.0', '2026-11-20 00:00:00'), ('android', '3.10.0', '2026-11-20 00:00:00'), \
    ('windows', '', '2026-11-20 00:00:00')";

fn world() -> World {
    let world = World::new();
    let insert = |tx: &mut uketsuke_core::db::Tx<'_>| testing::sql(tx.conn(), VERSIONS);
    world.db.write_blocking(uketsuke_core::db::Actor::system(), insert).expect("versions");
    world
}

#[actix_web::test]
async fn a_lowest_version_is_set_after_its_effect_was_shown() {
    let world = world();
    let (_, mut browser) = world.staff(Role::Administrator);
    browser.get("/settings").await.has("アプリのバージョンを開く");
    browser.get("/settings/apps").await.is(StatusCode::OK).has("制限なし").has("Android 3.10.0").has("Windows 不明");
    let form = "/settings/apps/minimum?platform=android";
    browser.get(form).await.is(StatusCode::OK).has("Androidの最低バージョン");
    let post = "/settings/apps/minimum";
    let wrong = browser.post(post, &[("platform", "android"), ("version", "3.x<b>")]).await;
    wrong.is(StatusCode::UNPROCESSABLE_ENTITY).has("数字と点で入力してください").has("3.x&#60;b&#62;");
    let asked = browser.post(post, &[("platform", "android"), ("version", "３.2")]).await;
    asked.is(StatusCode::OK).has("使えなくなるものはありません").has("value=\"3.2\"");
    assert!(world.db.read_blocking(client_app::minimums).expect("reads").is_empty(), "nothing is set yet");
    let again = browser.post(post, &[("platform", "android"), ("version", "3.2"), ("step", "correct")]).await;
    again.is(StatusCode::OK).has("影響を確認する").has("value=\"3.2\"");
    let sent = [("platform", "android"), ("version", "3.2"), ("step", "send")];
    assert_eq!(browser.post(post, &sent).await.location, "/settings/apps");
    browser.get("/settings/apps").await.has("最低バージョン未満").has("3.2");
    browser.get("/settings/apps/minimum?platform=amiga").await.is(StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_version_is_stopped_with_a_reason_and_goes_on() {
    let world = world();
    let (scope, mut browser) = world.staff(Role::Administrator);
    let known = world.db.read_blocking(|c| client_app::list(c, &scope)).expect("reads");
    let id = known.iter().find(|known| known.app.version == "3.10.0").expect("the version").app.id;
    let path = format!("/settings/apps/{id}");
    browser.get(&format!("{path}/stop")).await.is(StatusCode::OK).has("Android 3.10.0を停止する");
    let empty = browser.post(&format!("{path}/stop"), &[("reason", " ")]).await;
    empty.is(StatusCode::UNPROCESSABLE_ENTITY).has("停止する理由を入力してください");
    let stop = [("reason", "読み取りの<不具合>のため")];
    for _ in 0..2 {
        assert_eq!(browser.post(&format!("{path}/stop"), &stop).await.location, "/settings/apps");
    }
    browser.get("/settings/apps").await.has("停止中").has("&#60;不具合&#62;").has("停止を解除する");
    for _ in 0..2 {
        assert_eq!(browser.post(&format!("{path}/resume"), &[]).await.location, "/settings/apps");
    }
    browser.get("/settings/apps").await.has_not("停止中");
    for wrong in ["0", "99999999999", "x"] {
        browser.get(&format!("/settings/apps/{wrong}/stop")).await.is(StatusCode::NOT_FOUND);
    }
}
