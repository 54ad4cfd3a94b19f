//! From the first step to the open account.

use chrono::Duration;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::testing::{NewFacility, add_facility};

use super::*;

#[actix_web::test]
async fn the_registration_leads_from_step_to_step_and_shows_what_was_typed() {
    let world = World::new();
    let mut browser = world.visitor();
    assert_eq!(browser.get("/register/check").await.location, "/register/type", "no step is skipped");
    assert_eq!(browser.get("/register/person").await.location, "/register/type");
    browser.post("/register/type", &[("kind", "judo_therapy")]).await;
    assert_eq!(browser.get("/register/person").await.location, "/register/facility");

    let typed = "協 １３ー１２３４　５６７８";
    assert_eq!(browser.post("/register/facility", &[("code", typed)]).await.location, "/register/facility/confirm");
    let confirm = browser.get("/register/facility/confirm").await;
    assert!(confirm.has("さくら接骨院") && confirm.has("東京都") && confirm.has("この施設ですか"));
    assert_eq!(browser.get("/register/person").await.location, "/register/facility", "not yet agreed to");
    browser.post("/register/facility/confirm", &[]).await;
    assert!(browser.get("/register/facility").await.has(typed), "shown as typed");

    browser.post("/register/person", &person(EMAIL)).await;
    let check = browser.get("/register/check").await;
    for shown in ["柔道整復師の施術所", "さくら接骨院", "1312345678", "山田", "太郎", "0312345678", EMAIL]
    {
        assert!(check.has(shown), "{shown}");
    }
    assert!(!check.has(PASSWORD) && check.has("表示されません"));
    let back = browser.get("/register/person").await;
    assert!(back.has("パスワードは入力済みです") && !back.has(PASSWORD));
    let kept = but(&but(&person(EMAIL), "password", ""), "password_again", "");
    assert_eq!(browser.post("/register/person", &kept).await.location, "/register/check");

    let no = browser.post("/register/check", &[]).await;
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(no.has("規約を読んで、同意するに印を付けてください") && no.has("さくら接骨院"));
    assert!(world.letters().is_empty());

    assert_eq!(browser.post("/register/check", &[("consent", "yes")]).await.location, "/register/sent");
    assert_eq!(browser.post("/register/check", &[("consent", "yes")]).await.location, "/register/sent", "sent twice");
    assert_eq!(world.letters(), ["account_activation"]);
    assert!(browser.get("/register/sent").await.has(EMAIL));
}

#[actix_web::test]
async fn the_mailed_link_opens_by_its_button_and_logs_nobody_in() {
    let world = World::new();
    let mut browser = world.visitor();
    browser.register(EMAIL).await;
    let link = world.activation_link();
    for _ in 0..3 {
        let mut scanner = world.visitor();
        assert!(scanner.get(&link).await.has("登録を完了する"));
    }
    let mut reader = world.visitor();
    let pressed = reader.post(&link, &[]).await;
    assert_eq!(pressed.location, "/activate/done");
    assert!(!reader.cookies.contains_key("__Host-portal"));
    assert!(reader.get("/activate/done").await.has("/login"));
    let again = reader.get(&link).await;
    assert!(again.has("すでに完了しています。ログインしてください"), "{}", again.html);
    assert!(reader.post(&link, &[]).await.has("すでに完了しています。ログインしてください"));
    assert_eq!(browser.get("/register/sent").await.location, "/login");
    assert_eq!(reader.log_in(EMAIL, PASSWORD).await.location, "/home");
}

#[actix_web::test]
async fn dead_links_say_why_and_what_to_do() {
    let world = World::new();
    let mut browser = world.visitor();
    browser.register(EMAIL).await;
    let old = world.activation_link();
    world.db.clock.advance(Duration::hours(3));
    let expired = browser.get(&old).await;
    assert!(expired.has("期限が切れています") && expired.has("新しいメールを送る"));
    assert!(browser.post(&old, &[]).await.has("期限が切れています"));
    assert_eq!(browser.post(&format!("{old}/resend"), &[]).await.location, old);
    assert!(browser.get(&old).await.has("新しいメールが届いています"));
    let unknown = browser.get("/activate/0000000000000000000000000000000000000000000").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.has("このリンクは使えません") && unknown.has("/register"));
}

#[actix_web::test]
async fn a_known_address_is_not_told_from_an_unknown_one() {
    let world = World::new();
    world.register(EMAIL).await;
    world.db.clock.advance(Duration::minutes(2));
    let (mut one, mut other) = (world.visitor(), world.visitor());
    one.register(EMAIL).await;
    other.register("jiro@example.jp").await;
    let strip = |html: String, email: &str| {
        let html = html.replace(email, "");
        html.split("csrf_token")
            .map(|part| part.split_once('>').map_or(part, |(_, rest)| rest).to_owned())
            .collect::<String>()
    };
    let (a, b) = (one.get("/register/sent").await, other.get("/register/sent").await);
    assert_eq!(strip(a.html, EMAIL), strip(b.html, "jiro@example.jp"));
    assert_eq!(world.letters()[2..], ["account_known", "account_activation"]);
    let too_soon = one.post("/register/resend", &[]).await;
    assert_eq!(too_soon.location, "/register/sent");
    assert!(one.get("/register/sent").await.has("60秒たっていません"));
    world.db.clock.advance(Duration::seconds(60));
    one.post("/register/resend", &[]).await;
    assert_eq!(world.letters()[4..], ["account_known"]);
}

#[actix_web::test]
async fn a_mistyped_mail_address_can_be_changed_after_sending() {
    let world = World::new();
    let mut browser = world.visitor();
    browser.register("tarou@example.jp").await;
    assert!(browser.get("/register/address").await.has("tarou@example.jp"));
    let bad = browser.post("/register/address", &[("email", "taro@")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.has("name@example.jp の形で") && bad.has("value=\"taro@\""));
    assert_eq!(browser.post("/register/address", &[("email", EMAIL)]).await.location, "/register/sent");
    assert!(browser.get("/register/sent").await.has(EMAIL));
    let mut stranger = world.visitor();
    assert_eq!(stranger.post("/register/address", &[("email", EMAIL)]).await.location, "/register");
    assert_eq!(stranger.post("/register/resend", &[]).await.location, "/register");
}

#[actix_web::test]
async fn codes_of_seven_digits_take_a_prefecture_and_doubtful_ones_are_asked_about() {
    let world = World::new();
    let clinic =
        NewFacility { kind: FacilityKind::PaperMedical, code: "1310000017", name: "ひまわり医院", ..OFFICE };
    world.write(|tx| add_facility(tx, clinic));
    let mut browser = world.visitor();
    browser.post("/register/type", &[("kind", "paper_medical")]).await;
    let page = browser.get("/register/facility").await;
    assert!(page.has("都道府県") && page.has("関東信越厚生局"));
    let none = browser.post("/register/facility", &[("code", "0000017")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.has("都道府県を選んでください") && none.has("0000017"));

    let found = browser.post("/register/facility", &[("prefecture", "13"), ("code", "0000017")]).await;
    assert_eq!(found.location, "/register/facility/confirm", "{}", found.html);
    let confirm = browser.get("/register/facility/confirm").await;
    assert!(confirm.has("ひまわり医院") && confirm.has("東京都千代田区千代田1-1") && confirm.has("1310000017"));

    let wrong = browser.post("/register/facility", &[("prefecture", "13"), ("code", "0000018")]).await;
    assert!(wrong.has("この番号は見つかりません"), "{}", wrong.html);
}

#[actix_web::test]
async fn a_closed_facility_is_refused_in_plain_words() {
    let world = World::new();
    let closed = NewFacility { code: "1399999999", closed_on: chrono::NaiveDate::from_ymd_opt(2026, 11, 20), ..OFFICE };
    world.write(|tx| add_facility(tx, closed));
    let mut browser = world.visitor();
    browser.post("/register/type", &[("kind", "judo_therapy")]).await;
    let answer = browser.post("/register/facility", &[("code", "1399999999")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.has("廃止として登録されています") && answer.has("1399999999"));
}

#[actix_web::test]
async fn another_kind_means_another_facility() {
    let world = World::new();
    let mut browser = world.visitor();
    browser.fill_registration(EMAIL).await;
    browser.post("/register/type", &[("kind", "midwifery")]).await;
    assert_eq!(browser.get("/register/check").await.location, "/register/facility");
}
