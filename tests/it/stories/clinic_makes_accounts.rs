//! A clinic (居宅同意取得型): its manager makes an account per person, the device
//! check answers what they may do, and changes hold from the next card on.

use chrono::{Days, Duration};
use uketsuke_core::clock::tokyo_date;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::device::{Device, Service, reveal};
use crate::support::harness::tests;
use crate::support::people::{YOKOHAMA, apply_by_match};

tests! {
    a_clinic_makes_accounts_and_switches_features,
    an_account_of_tomorrow_is_set_up_today,
}

const MAIL: &str = "incho@example.jp";

/// Makes an account through the form, which opens with today as its first day.
fn make(browser: &mut Browser, role: &str, id: &str, name: &str) {
    browser.open("/devices");
    browser.follow("アカウントを作成する");
    browser.tick(role);
    browser.fill("ID", id).fill("氏名", name).fill("フリガナ", "ミナミ ヨウコ");
}

fn a_clinic_makes_accounts_and_switches_features(app: &TestApp) {
    app.with_master();
    let mut browser = app.signed_in(YOKOHAMA, MAIL);
    apply_by_match(&mut browser, YOKOHAMA, 2);
    browser.page().expect("アカウントを作成できるようになりました");
    let letter = app.newest_mail_to(MAIL);
    assert!(letter.body.contains("アカウントを作成してください"), "{}", letter.body);
    browser.open("/home").expect("アカウントを作成してください");

    make(&mut browser, "医療情報閲覧", "minami01", "南 洋子");
    browser.press("アカウントを作成する").expect("アカウントを作成しました");
    let settings = reveal(&mut browser, YOKOHAMA);
    let (service, mut device) = (Service::new(app), Device::new(app));
    let answer = device.register(&settings);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let token = device.fresh_token();
    let told = service.check(&token);
    assert_eq!((&told["service"], &told["user_id"]), (&"home_consent".into(), &"minami01".into()), "{told}");
    assert_eq!((&told["role"], &told["features"]), (&"medical_information".into(), &serde_json::json!([])), "{told}");

    browser.open("/home").expect("使う機能を選んでください");
    browser.follow("環境設定情報を更新する");
    browser.tick("訪問診療等機能");
    browser.press("更新する").expect("環境設定情報を更新しました");
    assert_eq!(service.check(&token)["features"], serde_json::json!(["home_visit"]));

    browser.follow("南 洋子");
    let holder = format!("{}/holder", browser.page().path);
    browser.open(&holder);
    browser.tick("一般利用者");
    browser.press("変更する").expect("アカウントの情報を変更しました");
    assert_eq!(service.check(&token)["role"], "general");

    // Both places are taken; a revoked account leaves its own to another.
    make(&mut browser, "一般利用者", "hamada2", "浜田 健");
    browser.press("アカウントを作成する").expect("アカウントを作成しました");
    browser.open("/devices/new").expect("作成できるアカウントがありません");
    browser.open("/devices");
    browser.follow("南 洋子");
    browser.follow("使うのをやめる（失効）");
    browser.press("失効する").expect("端末を失効しました");
    assert_eq!(service.check(&token), serde_json::json!({ "active": false }));
    make(&mut browser, "一般利用者", "MINAMI01", "南 次郎");
    browser.press("アカウントを作成する").expect("すでに使われています");
    browser.fill("ID", "minami02");
    browser.press("アカウントを作成する").expect("南 次郎");
    app.run_jobs();
}

fn an_account_of_tomorrow_is_set_up_today(app: &TestApp) {
    app.with_master();
    let mut browser = app.signed_in(YOKOHAMA, MAIL);
    apply_by_match(&mut browser, YOKOHAMA, 1);
    make(&mut browser, "一般利用者", "minami01", "南 洋子");
    let tomorrow = tokyo_date(app.clock.now()) + Days::new(1);
    let [year, month, day] = ["%Y", "%-m", "%-d"].map(|part| tomorrow.format(part).to_string());
    browser.fill_date("開始日", ["西暦", &year, &month, &day]);
    browser.press("アカウントを作成する").expect("アカウントを作成しました");
    let settings = reveal(&mut browser, YOKOHAMA);
    let (service, mut device) = (Service::new(app), Device::new(app));
    assert_eq!(device.register(&settings).status, 201);
    let early = device.token();
    assert_eq!((early.status, early.json()["error"].clone()), (400, "unauthorized_client".into()));
    app.clock.advance(Duration::days(1));
    assert_eq!(service.check(&device.fresh_token())["active"], true);
    app.run_jobs();
}
