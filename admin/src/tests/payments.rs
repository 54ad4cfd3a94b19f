//! Paying 助成金, by the pages of whoever pays.

use actix_web::http::StatusCode;
use uketsuke_core::db::Actor;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::subsidy::{granted, noticed};
use uketsuke_core::testing::{self, NewFacility, OFFICE};

use super::{Answer, Browser, World};

/// The n-th facility with a grant that waits.
pub fn grant(world: &World, n: usize, name: &str, cost: i64) -> ApplicationId {
    let code = format!("13{n:08}");
    world
        .db
        .write_blocking(Actor::system(), |tx| {
            let facility = testing::add_facility(tx, NewFacility { code: &code, name, ..OFFICE })?;
            let scope = testing::add_member(tx, &facility, &format!("{n}@example.jp"), true)?;
            let id = granted(tx, &scope, cost)?;
            noticed(tx, &id)?;
            Ok(id)
        })
        .expect("granted")
}

/// The address of the first link that begins so.
pub fn link(answer: &Answer, start: &str) -> String {
    let at = answer.html.find(&format!("href=\"{start}")).unwrap_or_else(|| panic!("no {start} in {}", answer.html));
    answer.html[at + 6..].split('"').next().expect("an address").to_owned()
}

/// Everything that waits, paid: the address of its batch.
pub async fn paid(clerk: &mut Browser<'_>) -> String {
    let batch = clerk.post("/payments", &[("pay_on", "2026-11-26")]).await.location;
    clerk.post(&format!("{batch}/file"), &[]).await.is(StatusCode::OK);
    assert_eq!(clerk.post(&format!("{batch}/settle"), &[]).await.location, batch);
    batch
}

#[actix_web::test]
async fn nothing_waits_and_then_a_batch_goes_all_the_way() {
    let world = World::new();
    let (_, mut clerk) = world.staff(Role::Administrator);
    clerk
        .get("/payments")
        .await
        .has("振込を待っている交付決定はありません")
        .has("振込データはまだありません")
        .has_not("振込データを作る</button>");
    let long = "医療法人社団さくら会さくら駅前整骨院はりきゅうマッサージ併設施術所".repeat(3);
    grant(&world, 1, &long, 41_000);
    grant(&world, 2, "あおぞら接骨院", 20_000);
    clerk.get("/payments").await.has("2件・合計61,000円").has("value=\"2026-11-26\"");
    for (day, said) in
        [("", "振込日を入力"), ("きょう", "振込日"), ("2026-11-28", "銀行の営業日"), ("2026-11-20", "明日以降")]
    {
        let answer = clerk.post("/payments", &[("pay_on", day)]).await;
        answer.is(StatusCode::UNPROCESSABLE_ENTITY).has(said).has(&format!("value=\"{day}\""));
    }
    let made = clerk.post("/payments", &[("pay_on", "令和8年11月26日")]).await;
    let batch = made.location;
    assert!(batch.starts_with("/payments/0"), "{batch}");
    let again = clerk.post("/payments", &[("pay_on", "2026-11-26")]).await;
    assert_eq!(again.location, "/payments", "a double click makes no second batch");
    clerk.get("/payments").await.has("振込を待っている交付決定はありません").has("準備済み").has("2件");
    clerk
        .get(&batch)
        .await
        .has("準備済み")
        .has(&long)
        .has("＊＊＊＊456")
        .has("41,000円")
        .has("<td>準備済み</td>")
        .has_not("戻った振込を記録する");
    clerk.get(&format!("{batch}/dissolve")).await.has("取りやめると");
    let file = clerk.post(&format!("{batch}/file"), &[]).await;
    file.is(StatusCode::OK);
    assert!(file.header("content-disposition").contains("20261126.txt"), "{:?}", file.headers);
    assert_eq!(file.body.len(), 5 * 120);
    let second = clerk.post(&format!("{batch}/file"), &[]).await;
    assert!(second.body == file.body, "the identical bytes");
    let late = clerk.post(&format!("{batch}/dissolve"), &[]).await;
    assert_eq!(late.location, batch, "its file is out");
    clerk.get(&batch).await.has("ファイル出力済み").has("いまの状態ではできない操作です").has_not("取りやめる</a>");
    clerk.get(&format!("{batch}/settle")).await.has("銀行で振込が済んだことを確かめて");
    assert_eq!(clerk.post(&format!("{batch}/settle"), &[]).await.location, batch);
    assert_eq!(clerk.post(&format!("{batch}/settle"), &[]).await.location, batch, "pressed twice");
    world.db.clock.advance(chrono::Duration::days(7));
    let (_, mut clerk) = world.staff(Role::Administrator);
    let shown = clerk.get(&batch).await;
    shown.has("振込済み");
    let back = link(&shown, &format!("{batch}/items/"));
    clerk.get(&back).await.has("2026-11-27").has("新宿（240）");
    let bad = clerk.post(&back, &[("returned_on", "2026-12-31"), ("because", "")]).await;
    bad.is(StatusCode::UNPROCESSABLE_ENTITY)
        .has("value=\"2026-12-31\"")
        .has("振込日から今日までの日")
        .has("理由を入力");
    let booked = clerk.post(&back, &[("returned_on", "2026-11-27"), ("because", "該当口座なし")]).await;
    assert_eq!(booked.location, batch);
    clerk.get(&batch).await.has("に戻りました（該当口座なし）").has("施設にメールで知らせました");
    assert_eq!(clerk.post(&back, &[("returned_on", "2026-11-27"), ("because", "二度目")]).await.location, batch);
    let page = clerk.get("/payments").await;
    page.has("戻った振込").has("同じ口座にもう一度振り込む");
    let again = link(&page, "/payments/again/");
    clerk.get(&again).await.has("銀行で口座の側が直ったことを確かめて");
    assert_eq!(clerk.post(&again, &[]).await.location, "/payments");
    assert_eq!(clerk.post(&again, &[]).await.location, "/payments", "pressed twice");
    clerk.get("/payments").await.has("1件・合計").has_not("同じ口座にもう一度");
}

#[actix_web::test]
async fn a_batch_that_is_given_up_lets_its_claims_wait_again() {
    let world = World::new();
    let (_, mut clerk) = world.staff(Role::Administrator);
    grant(&world, 1, "あおぞら接骨院", 41_000);
    let batch = clerk.post("/payments", &[("pay_on", "2026-11-26")]).await.location;
    assert_eq!(clerk.post(&format!("{batch}/dissolve"), &[]).await.location, batch);
    clerk.get(&batch).await.has("取りやめ").has_not("振込ファイルを出力する</button>");
    clerk.post(&format!("{batch}/file"), &[]).await.is(StatusCode::SEE_OTHER);
    clerk.get("/payments").await.has("1件・合計41,000円");
}

#[actix_web::test]
async fn whoever_only_reads_sees_no_buttons_and_presses_none() {
    let world = World::new();
    let (_, mut clerk) = world.staff(Role::Administrator);
    grant(&world, 1, "あおぞら接骨院", 41_000);
    let batch = clerk.post("/payments", &[("pay_on", "2026-11-26")]).await.location;
    grant(&world, 2, "ひだまり接骨院", 41_000);
    for role in [Role::Reviewer, Role::Auditor] {
        let (_, mut reader) = world.staff(role);
        reader.get("/payments").await.has("1件・合計").has_not("振込データを作る</button>");
        reader.get(&batch).await.has("あおぞら接骨院").has_not("振込ファイルを出力する");
        for path in [format!("{batch}/file"), format!("{batch}/settle"), "/payments".to_owned()] {
            reader.post(&path, &[("pay_on", "2026-11-26")]).await.is(StatusCode::FORBIDDEN);
        }
    }
    let (_, mut support) = world.staff(Role::Support);
    support.get("/payments").await.is(StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn without_an_account_to_pay_from_the_page_says_so_and_prepares_nothing() {
    let world = World::without_payer();
    let (_, mut clerk) = world.staff(Role::Administrator);
    grant(&world, 1, "あおぞら接骨院", 41_000);
    let page = clerk.get("/payments").await;
    page.has("振込元の口座が設定されていません").has("1件・合計41,000円").has_not("振込データを作る</button>");
    assert_eq!(clerk.post("/payments", &[("pay_on", "2026-11-26")]).await.location, "/payments");
    clerk.get("/payments").await.has("1件・合計41,000円").has("振込データはまだありません");
}

#[actix_web::test]
async fn a_wrong_day_for_what_somebody_else_prepared_leads_back_with_a_warning() {
    let world = World::new();
    let (_, mut clerk) = world.staff(Role::Administrator);
    for day in ["きょう", "2026-11-28"] {
        assert_eq!(clerk.post("/payments", &[("pay_on", day)]).await.location, "/payments");
        clerk.get("/payments").await.has("banner-warning").has("振込を待っている交付決定はありません");
    }
}

#[actix_web::test]
async fn a_reason_that_cannot_be_kept_is_refused_with_what_was_typed() {
    let world = World::new();
    let (_, mut clerk) = world.staff(Role::Administrator);
    grant(&world, 1, "あおぞら接骨院", 41_000);
    let batch = paid(&mut clerk).await;
    world.db.clock.advance(chrono::Duration::days(7));
    let (_, mut clerk) = world.staff(Role::Administrator);
    let back = link(&clerk.get(&batch).await, &format!("{batch}/items/"));
    let long = "あ".repeat(201);
    for (because, said) in [
        ("該当口座\u{0}なし", "目に見えない記号"),
        ("該当口座\nなし", "改行"),
        ("番号は123456789018", "マイナンバー"),
        (long.as_str(), "200文字以内"),
    ] {
        let answer = clerk.post(&back, &[("returned_on", "2026-11-26"), ("because", because)]).await;
        answer.is(StatusCode::UNPROCESSABLE_ENTITY).has(said).has("value=\"2026-11-26\"");
    }
    let empty = clerk.post(&back, &[("returned_on", ""), ("because", "")]).await;
    empty.is(StatusCode::UNPROCESSABLE_ENTITY).has("戻ってきた日を入力").has("理由を入力");
    clerk.get("/payments").await.has_not("戻った振込");
}

#[actix_web::test]
async fn a_question_about_what_is_done_already_leads_to_how_it_stands() {
    let world = World::new();
    let (_, mut clerk) = world.staff(Role::Administrator);
    let granted = grant(&world, 1, "あおぞら接骨院", 41_000);
    assert_eq!(clerk.get(&format!("/payments/again/{granted}")).await.location, "/payments");
    let batch = clerk.post("/payments", &[("pay_on", "2026-11-26")]).await.location;
    assert_eq!(clerk.get(&format!("{batch}/settle")).await.location, batch, "its file is not out");
    let batch = {
        clerk.post(&format!("{batch}/dissolve"), &[]).await;
        paid(&mut clerk).await
    };
    for step in ["settle", "dissolve"] {
        assert_eq!(clerk.get(&format!("{batch}/{step}")).await.location, batch);
        clerk.get(&batch).await.has("いまの状態ではできない操作です");
    }
    world.db.clock.advance(chrono::Duration::days(7));
    let (_, mut clerk) = world.staff(Role::Administrator);
    let back = link(&clerk.get(&batch).await, &format!("{batch}/items/"));
    clerk.post(&back, &[("returned_on", "2026-11-27"), ("because", "該当口座なし")]).await;
    assert_eq!(clerk.get(&back).await.location, batch);
    clerk.get(&batch).await.has_not("戻った振込を記録する");
}

#[actix_web::test]
async fn a_long_batch_and_a_long_list_are_read_page_by_page() {
    let world = World::new();
    let (_, mut clerk) = world.staff(Role::Administrator);
    for n in 1..=52 {
        grant(&world, n, &format!("第{n}番接骨院"), 41_000);
    }
    let mut batch = String::new();
    for _ in 0..32 {
        batch = clerk.post("/payments", &[("pay_on", "2026-11-26")]).await.location;
        assert_eq!(clerk.post(&format!("{batch}/dissolve"), &[]).await.location, batch);
    }
    let first = clerk.get(&batch).await;
    first.has("52件").has("第1番接骨院").has("第50番接骨院").has_not("第51番接骨院");
    let second = clerk.get(&link(&first, &format!("{batch}?after="))).await;
    second.has("第51番接骨院").has("第52番接骨院").has_not("第50番接骨院").has_not("rel=\"next\"");
    let rows = |answer: &Answer| answer.html.matches("<th scope=\"row\"><a href=\"/payments/").count();
    let first = clerk.get("/payments").await;
    let second = clerk.get(&link(&first, "/payments?before=")).await;
    assert_eq!((rows(&first), rows(&second)), (30, 2));
    second.has_not("rel=\"next\"");
    for strange in ["/payments?before=x", "/payments?before=%00"] {
        clerk.get(strange).await.is(StatusCode::NOT_FOUND);
    }
}
