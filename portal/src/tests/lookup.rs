//! What is said of a facility's code while it is typed.

use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::testing::{NewFacility, add_facility};

use super::*;

const CLINIC: NewFacility =
    NewFacility { kind: FacilityKind::PaperMedical, code: "1310000017", name: "ひまわり医院", ..OFFICE };

async fn look(browser: &mut Browser<'_>, kind: &str, prefecture: &str, code: &str) -> Answer {
    let [prefecture, code] = [prefecture, code].map(uketsuke_web::answer::encoded);
    browser.get(&format!("/register/facility/lookup?kind={kind}&prefecture={prefecture}&code={code}")).await
}

#[actix_web::test]
async fn a_whole_code_names_the_facility_with_its_address_and_ten_digits() {
    let world = World::new();
    world.write(|tx| add_facility(tx, CLINIC));
    let mut browser = world.visitor();
    for typed in ["1312345678", "協 １３ー１２３４　５６７８"] {
        let answer = look(&mut browser, "judo_therapy", "", typed).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.has("さくら接骨院") && answer.has("東京都") && answer.has("1312345678"), "{}", answer.html);
    }
    for (prefecture, typed) in
        [("13", "0000017"), ("13", "００００−０１７"), ("13", "1310000017"), ("東京都", "0000017")]
    {
        let answer = look(&mut browser, "paper_medical", prefecture, typed).await;
        assert!(answer.has("ひまわり医院") && answer.has("1310000017"), "{typed}: {}", answer.html);
        assert!(!answer.has("<html") && !answer.has("打ち間違い"), "{}", answer.html);
        assert_eq!(answer.headers.get("cache-control").and_then(|v| v.to_str().ok()), Some("no-store"));
    }
}

#[actix_web::test]
async fn nothing_is_told_but_name_address_and_code() {
    let world = World::new();
    let hostile = NewFacility { code: "1399999990", name: "<b>さくら</b>", ..OFFICE };
    world.write(|tx| add_facility(tx, hostile));
    let answer = look(&mut world.visitor(), "judo_therapy", "", "1399999990").await;
    assert!(answer.has("&#60;b&#62;さくら") && !answer.has("<b>"), "{}", answer.html);
    assert!(!answer.has("0312345678") && !answer.has("管理"), "{}", answer.html);
}

#[actix_web::test]
async fn while_something_is_missing_nothing_is_said() {
    let world = World::new();
    let mut browser = world.visitor();
    for (kind, prefecture, code) in [
        ("judo_therapy", "", ""),
        ("judo_therapy", "", "131234567"),
        ("judo_therapy", "", "13123456789"),
        ("judo_therapy", "", "とうろくきごう"),
        ("paper_medical", "", "0000017"),
        ("paper_medical", "13", "000001"),
        ("paper_medical", "99", "0000017"),
    ] {
        let answer = look(&mut browser, kind, prefecture, code).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{kind} {prefecture} {code}: {}", answer.html);
        assert!(answer.html.is_empty());
    }
}

#[actix_web::test]
async fn an_unknown_code_says_what_to_do_and_asks_where_the_check_digit_fails() {
    let world = World::new();
    // Its check digit fails too, but the master holds it.
    world.write(|tx| add_facility(tx, CLINIC));
    let mut browser = world.visitor();
    let held = look(&mut browser, "paper_medical", "13", "0000017").await;
    assert!(held.has("ひまわり医院") && !held.has("このコードで合っていますか"), "{}", held.html);
    let doubtful = look(&mut browser, "paper_medical", "13", "0000029").await;
    assert!(
        doubtful.has("このコードで合っていますか") && doubtful.has("この番号は見つかりません"),
        "{}",
        doubtful.html
    );
    assert!(doubtful.has("1310000029"), "the composed code is shown");
    let plain = look(&mut browser, "judo_therapy", "", "1300000001").await;
    assert!(plain.has("この番号は見つかりません") && !plain.has("合っていますか"), "{}", plain.html);
    let elsewhere = look(&mut browser, "paper_medical", "14", "1310000017").await;
    assert!(elsewhere.has("選んだ都道府県（神奈川県）と合いません"), "{}", elsewhere.html);
}

#[actix_web::test]
async fn a_closed_facility_says_so_on_its_closing_date() {
    let world = World::new();
    let on = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).expect("a date");
    world.write(|tx| add_facility(tx, NewFacility { code: "1399999999", closed_on: Some(on), ..OFFICE }));
    let answer = look(&mut world.visitor(), "judo_therapy", "", "1399999999").await;
    assert!(answer.has("廃止として登録されています") && !answer.has("さくら接骨院"), "{}", answer.html);
}

#[actix_web::test]
async fn garbage_gets_nothing() {
    let world = World::new();
    let mut browser = world.visitor();
    let long = "1".repeat(5_000);
    for query in [
        "",
        "?",
        "?kind",
        "?kind=nobody&code=1312345678",
        "?kind=judo_therapy",
        "?kind=judo_therapy&code=%00",
        "?kind=judo_therapy&code=%ff%fe",
        "?kind=judo_therapy&code=1312345678&code=1312345678",
        "?kind[]=judo_therapy&code=1312345678",
        "?kind=judo_therapy&code=%27%20OR%201%3D1",
        &format!("?kind=judo_therapy&code={long}"),
    ] {
        let answer = browser.get(&format!("/register/facility/lookup{query}")).await;
        assert_eq!((answer.status, answer.html.as_str()), (StatusCode::NO_CONTENT, ""), "{query}");
    }
}

#[actix_web::test]
async fn both_pages_that_ask_for_a_code_say_where_to_look_it_up() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    browser.post("/register/type", &[("kind", "judo_therapy")]).await;
    for page in ["/register/facility", "/facilities/add/code?kind=judo_therapy"] {
        let answer = browser.get(page).await;
        assert!(answer.has("data-lookup=\"/register/facility/lookup\" data-kind=\"judo_therapy\""), "{}", answer.html);
        assert!(answer.has("aria-live=\"polite\""));
    }
}
