//! Accounts and features as a clinic's people manage them, and others try to.

use uketsuke_core::facility::feature::Feature;
use uketsuke_core::facility::repo;

use super::*;

const FORM: [(&str, &str); 8] = [
    ("role", "general"),
    ("user_id", "ｔanaka01"),
    ("name", "田中 花子"),
    ("kana", "たなか はなこ"),
    ("starts_on_era", "reiwa"),
    ("starts_on_year", "9"),
    ("starts_on_month", "4"),
    ("starts_on_day", "1"),
];

fn clinic(places: u32) -> World {
    let db = test_db();
    let (scope, _) = testing::clinic(&db, places);
    world_with(db, scope, Vec::new())
}

impl World {
    fn all(&self) -> Vec<Device> {
        self.db.read_blocking(|c| device::list_in_scope(c, &self.scope)).expect("reads")
    }
}

/// The form with these fields as given.
fn with<'a>(other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let given = |name: &str| other.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
    FORM.iter().map(|(name, value)| (*name, given(name).unwrap_or(value))).collect()
}

#[actix_web::test]
async fn a_clinic_s_list_leads_to_the_form_and_the_form_to_the_account() {
    let world = clinic(2);
    let me = world.sign_in(&world.scope);
    let empty = world.get(&me, "/devices").await.text;
    for text in ["承認された2台のうち0件", "アカウントを作成する", "使う機能がまだ選ばれていません"]
    {
        assert!(empty.contains(text), "{text}");
    }
    assert!(world.get(&me, "/devices/new").await.text.contains("あと2件作成できます"));
    let made = world.post(&me, "/devices/new", &FORM).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let device = world.all().remove(0);
    assert_eq!(made.location, format!("/devices/{}", device.id));
    assert_eq!((device.user_id.as_str(), device.holder_kana.as_str()), ("tanaka01", "タナカ ハナコ"));
    let page = world.get(&me, &made.location).await.text;
    for text in ["田中 花子（タナカ ハナコ）", "一般利用者", "2027年4月1日", "パスワードとコードを表示する"]
    {
        assert!(page.contains(text), "{text}");
    }
    // The button pressed twice makes one.
    assert_eq!(world.post(&me, "/devices/new", &FORM).await.location, made.location);
    let list = world.get(&me, "/devices").await.text;
    for text in ["承認された2台のうち1件", "一般利用者（2027年4月1日から）", "tanaka01"] {
        assert!(list.contains(text), "{text}");
    }
}

#[actix_web::test]
async fn what_is_wrong_is_told_and_shown_again_and_nothing_is_made() {
    let world = clinic(1);
    let me = world.sign_in(&world.scope);
    let wrong =
        with(&[("role", ""), ("user_id", "田中"), ("name", "<b>田中</b>"), ("kana", "田"), ("starts_on_month", "13")]);
    let told = world.post(&me, "/devices/new", &wrong).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in [
        "権限を選んでください",
        "半角の英字と数字だけ",
        "フリガナはカタカナで入力してください",
        "1から12まで",
        "&#60;b&#62;田中",
        "value=\"13\"",
    ] {
        assert!(told.text.contains(text), "{text}: {}", told.text);
    }
    assert!(world.all().is_empty());
}

#[actix_web::test]
async fn without_a_free_place_there_is_no_form_and_nothing_is_made() {
    let world = clinic(1);
    let me = world.sign_in(&world.scope);
    world.post(&me, "/devices/new", &FORM).await;
    let page = world.get(&me, "/devices/new").await.text;
    assert!(page.contains("作成できるアカウントがありません") && !page.contains("name=\"user_id\""));
    let more = world.post(&me, "/devices/new", &with(&[("user_id", "suzuki01")])).await;
    assert_eq!(more.status, StatusCode::CONFLICT);
    assert!(more.text.contains("端末の追加を申請してください"));
    assert_eq!(world.all().len(), 1);
}

#[actix_web::test]
async fn an_account_is_amended_in_all_but_its_id() {
    let world = clinic(1);
    let me = world.sign_in(&world.scope);
    let path = world.post(&me, "/devices/new", &FORM).await.location;
    let form = world.get(&me, &format!("{path}/holder")).await.text;
    assert!(form.contains("value=\"2027\"") && !form.contains("name=\"user_id\""));
    let changed = with(&[("role", "medical_information"), ("user_id", "other"), ("name", "鈴木 一")]);
    assert_eq!(world.post(&me, &format!("{path}/holder"), &changed).await.location, path);
    let device = world.all().remove(0);
    assert_eq!((device.user_id.as_str(), device.holder_name.as_str()), ("tanaka01", "鈴木 一"));
    assert_eq!(device.role.as_str(), "medical_information");
    world.write(|tx| device::revoke(tx, &world.scope, &device.id));
    assert_eq!(world.get(&me, &format!("{path}/holder")).await.status, StatusCode::CONFLICT);
}

#[actix_web::test]
async fn features_are_switched_on_and_off() {
    let world = clinic(1);
    let me = world.sign_in(&world.scope);
    let features = || world.db.read_blocking(|c| repo::get(c, world.scope.facility())).expect("reads").features;
    let both = [("sent", "yes"), ("features", "home_visit"), ("features", "online_or_alternative_route")];
    assert_eq!(world.post(&me, "/devices/features", &both).await.location, "/devices");
    assert!(features().has(Feature::HomeVisit) && features().has(Feature::AlternativeRoute));
    let page = world.get(&me, "/devices/features").await.text;
    assert_eq!(page.matches(" checked").count(), 2);
    assert!(world.get(&me, "/devices").await.text.contains("訪問診療等機能、オンライン診療等"));
    world.post(&me, "/devices/features", &[("sent", "yes"), ("features", "home_visit"), ("features", "x")]).await;
    assert!(features().has(Feature::HomeVisit) && !features().has(Feature::AlternativeRoute));
}

#[actix_web::test]
async fn an_office_of_the_other_form_has_no_such_pages() {
    let world = super::world();
    let me = world.sign_in(&world.scope);
    for path in ["/devices/new", "/devices/features", &world.path(0, "/holder")] {
        assert_eq!(world.get(&me, path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(world.post(&me, path, &FORM).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!world.get(&me, "/devices").await.text.contains("アカウントと機能"));
}

#[actix_web::test]
async fn another_clinic_s_account_is_not_found() {
    let world = clinic(1);
    let me = world.sign_in(&world.scope);
    let path = world.post(&me, "/devices/new", &FORM).await.location;
    let stranger = world.write(|tx| {
        let elsewhere = testing::add_facility(tx, NewFacility { code: "1310000001", ..testing::CLINIC })?;
        testing::add_member(tx, &elsewhere, "stranger@example.jp", true)
    });
    let unverified = world.write(|tx| testing::add_member(tx, world.scope.facility(), "new@example.jp", false));
    for (scope, status) in [(stranger, StatusCode::NOT_FOUND), (unverified, StatusCode::FORBIDDEN)] {
        let other = world.sign_in(&scope);
        assert_eq!(world.get(&other, &format!("{path}/holder")).await.status, status);
        assert_eq!(world.post(&other, &format!("{path}/holder"), &FORM).await.status, status);
    }
    assert_eq!(world.all()[0].holder_name, "田中 花子");
}
