//! One's own data, sessions, password and facilities.

use uketsuke_core::facility;
use uketsuke_core::facility::code::FacilityCode;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::testing::{NewFacility, add_facility};

use super::*;

#[actix_web::test]
async fn the_account_page_shows_ones_own_data() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    let page = browser.get("/account").await;
    for shown in ["山田", "太郎", "0312345678", EMAIL, "さくら接骨院", "確認前", "山田 太郎 様"] {
        assert!(page.has(shown), "{shown}");
    }
}

#[actix_web::test]
async fn a_password_change_ends_the_other_sessions_and_keeps_this_one() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    let mut elsewhere = world.visitor();
    elsewhere.log_in(EMAIL, PASSWORD).await;
    let fields = |current| [("current", current), ("password", "Nb4vXc9z"), ("password_again", "Nb4vXc9z")];
    let wrong = browser.post("/account/password", &fields("wrong")).await;
    assert!(wrong.has("今のパスワードが違います") && wrong.status == StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.post("/account/password", &fields(PASSWORD)).await.location, "/account");
    assert!(browser.get("/account").await.has("パスワードを変更しました"));
    assert!(elsewhere.get("/account").await.location.starts_with("/login"));
}

#[actix_web::test]
async fn people_see_where_they_are_signed_in_and_end_it() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    let mut elsewhere = world.visitor();
    elsewhere.log_in(EMAIL, PASSWORD).await;
    let mut stranger = world.signed_in("jiro@example.jp").await;
    let list = browser.get("/account/sessions").await;
    let path = list.html.split("action=\"").find_map(|rest| {
        let action = rest.split('"').next()?;
        (action.starts_with("/account/sessions/") && action.ends_with("/end")).then(|| action.to_owned())
    });
    let path = path.expect("a button for the other session");
    assert_eq!(stranger.post(&path, &[]).await.status, StatusCode::NOT_FOUND, "another's session");
    assert_eq!(stranger.post("/account/sessions/x/end", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.get("/account").await.status, StatusCode::OK);
    assert_eq!(browser.post(&path, &[]).await.location, "/account/sessions");
    assert!(elsewhere.get("/account").await.location.starts_with("/login"));
    elsewhere.log_in(EMAIL, PASSWORD).await;
    browser.post("/account/sessions/end-others", &[]).await;
    assert!(elsewhere.get("/account").await.location.starts_with("/login"));
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    assert_eq!(stranger.get("/account").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn one_more_facility_is_added_by_its_code_and_switched_to() {
    let world = World::new();
    let place =
        NewFacility {
            code: "1300000001", name: "もみじ鍼灸院", kind: FacilityKind::AcupunctureMassage, ..OFFICE
        };
    world.write(|tx| add_facility(tx, place));
    let mut browser = world.signed_in(EMAIL).await;
    assert!(browser.post("/facilities/add", &[]).await.has("所属機関を選んでください"));
    let code = browser.post("/facilities/add", &[("kind", "acupuncture_massage")]).await.location;
    assert_eq!(code, "/facilities/add/code?kind=acupuncture_massage");
    assert_eq!(browser.get(&code).await.status, StatusCode::OK);
    let unknown =
        browser.post("/facilities/add/code", &[("kind", "acupuncture_massage"), ("code", "1300000002")]).await;
    assert!(unknown.has("この番号は見つかりません") && unknown.has("1300000002"));
    let fields = [("kind", "acupuncture_massage"), ("code", "１３ー０００００００１")];
    assert!(browser.post("/facilities/add/code", &fields).await.has("もみじ鍼灸院"));
    let before = browser.cookies["__Host-portal"].clone();
    assert_eq!(browser.post("/facilities/add/join", &fields).await.location, "/home");
    assert_ne!(browser.cookies["__Host-portal"], before, "a change of rights has a new token");
    let list = browser.get("/facilities").await;
    assert!(list.has("さくら接骨院に切り替える") && list.has("確認前"));
    let path = list.html.split("action=\"").find_map(|rest| {
        let action = rest.split('"').next()?;
        action.ends_with("/switch").then(|| action.to_owned())
    });
    let path = path.expect("a button");
    let mut stranger = world.signed_in("jiro@example.jp").await;
    let other = world.read(|c| {
        let code = FacilityCode::parse("1300000001").expect("a code");
        Ok(facility::repo::find_all_by_code(c, &code)?[0].id.clone())
    });
    assert_eq!(stranger.post(&format!("/facilities/{other}/switch"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&path, &[]).await.location, "/home");
    assert!(browser.get("/account").await.has("施設を切り替えました"));
}
