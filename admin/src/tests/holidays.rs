//! Holidays by the pages: added after a look at the effect, removed, and the
//! Cabinet Office's yearly file.

use actix_web::http::StatusCode;
use chrono::Duration;
use uketsuke_core::staff::role::Role;

use super::World;

const DAY: [(&str, &str); 4] = [("day_era", "ad"), ("day_year", "2026"), ("day_month", "11"), ("day_day", "25")];

#[actix_web::test]
async fn a_day_is_added_after_its_effect_was_shown_and_promises_stay() {
    let world = World::new();
    let early = world.sent();
    assert_eq!(world.application(&early).due_on.expect("a date").to_string(), "2026-11-30");
    let (_, mut browser) = world.staff(Role::Administrator);
    browser.get("/queue?v=all").await.has("11月30日<br>あと5営業日");
    browser.get("/settings/holidays?year=2026").await.has("11月23日（月）").has("勤労感謝の日").has("2027年12月31日");
    browser.get("/settings/holidays?year=%00x").await.is(StatusCode::OK).has("勤労感謝の日");

    let named = [&DAY[..], &[("name", "創立記念日")]].concat();
    let asked = browser.post("/settings/holidays", &named).await;
    asked.is(StatusCode::OK).has("まだ登録されていません").has("審査を待っている申請は1件").has("期限は変わりません");
    browser.get("/settings/holidays").await.has_not("<td>創立記念日");
    let send = [&named[..], &[("step", "send")]].concat();
    assert_eq!(browser.post("/settings/holidays", &send).await.location, "/settings/holidays?year=2026");
    browser.get("/settings/holidays").await.has("2026年11月25日を休日に加えました").has("追加した日").has("審査 一郎");
    assert_eq!(world.application(&early).due_on.expect("a date").to_string(), "2026-11-30", "a promise stays");
    browser.get("/queue?v=all").await.has("11月30日<br>あと4営業日");
    let twice = browser.post("/settings/holidays", &send).await;
    twice.is(StatusCode::UNPROCESSABLE_ENTITY).has("この日はすでに「創立記念日」として").has("value=\"25\"");

    browser.get("/settings/holidays/2026-11-25/remove").await.is(StatusCode::OK).has("創立記念日").has("1件");
    browser.get("/settings/holidays/2026-11-23/remove").await.is(StatusCode::NOT_FOUND);
    browser.post("/settings/holidays/2026-11-23/remove", &[]).await.is(StatusCode::NOT_FOUND);
    let removed = browser.post("/settings/holidays/2026-11-25/remove", &[]).await;
    assert_eq!(removed.location, "/settings/holidays?year=2026");
    browser.get("/queue?v=all").await.has("11月30日<br>あと5営業日");
}

#[actix_web::test]
async fn what_is_sent_after_a_day_was_added_is_due_a_day_later() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Administrator);
    let send = [&DAY[..], &[("name", "創立記念日"), ("step", "send")]].concat();
    browser.post("/settings/holidays", &send).await.is(StatusCode::SEE_OTHER);
    let id = world.sent();
    assert_eq!(world.application(&id).due_on.expect("a date").to_string(), "2026-12-01");
}

#[actix_web::test]
async fn bad_days_are_told_with_what_was_typed() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Administrator);
    for (fields, words) in [
        (
            vec![("day_era", "ad"), ("day_year", "2026"), ("day_month", "13"), ("day_day", "1"), ("name", "休み")],
            "日付の「月」は1から12まで",
        ),
        (
            vec![("day_era", "ad"), ("day_year", "2026"), ("day_month", "11"), ("day_day", "28"), ("name", "休み")],
            "土曜日と日曜日は",
        ),
        (DAY.to_vec(), "名前を入力してください"),
        (vec![], "名前を入力してください"),
    ] {
        browser.post("/settings/holidays", &fields).await.is(StatusCode::UNPROCESSABLE_ENTITY).has(words);
    }
}

#[actix_web::test]
async fn the_yearly_file_is_looked_at_before_it_is_taken_in() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Administrator);
    let path = "/settings/holidays/import";
    browser.get(path).await.is(StatusCode::OK).has("syukujitsu.csv");
    browser.upload(path, &[], ("a.csv", b"x,y\nz,w\n")).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("2行目の日付");
    let large = vec![b'1'; 200_001];
    browser.upload(path, &[], ("a.csv", &large)).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("大きすぎます");
    let (file, ..) = encoding_rs::SHIFT_JIS
        .encode("国民の祝日・休日月日,国民の祝日・休日名称\r\n2028/1/1,元日\r\n2028/1/10,成人の日\r\n");
    let seen = browser.upload(path, &[], ("syukujitsu.csv", &file)).await;
    seen.is(StatusCode::OK).has("まだ取り込まれていません").has("2028年").has("2028年1月10日").has("成人の日");
    browser.get("/settings/holidays?year=2028").await.has("まだ登録されていません");
    let rows = [("rows", "2028-01-01,元日\n2028-01-10,成人の日\n")];
    seen.has("2028-01-01,元日");
    assert_eq!(browser.post(&format!("{path}/apply"), &rows).await.location, "/settings/holidays?year=2028");
    let list = browser.get("/settings/holidays?year=2028").await;
    list.has("追加2件、変更0件、削除0件").has("成人の日").has("2028年12月31日").has_not("外す");
    browser.post(&format!("{path}/apply"), &[("rows", "nonsense")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    browser.upload(path, &[], ("syukujitsu.csv", &file)).await.is(StatusCode::OK).has("一覧とファイルは同じです");
}

#[actix_web::test]
async fn administrators_are_warned_before_the_list_ends() {
    let world = World::new();
    let (_, mut before) = world.staff(Role::Administrator);
    before.get("/").await.has_not("祝日の一覧");
    world.db.clock.advance(Duration::days(320));
    let (_, mut browser) = world.staff(Role::Administrator);
    let words = "祝日は2027年12月31日までしか登録されていません";
    browser.get("/settings/holidays").await.has(words);
    browser.get("/").await.has(words);
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.get("/").await.has_not(words);
}
