//! The main path: a facility registers, applies, is matched, sets a device up,
//! and the eligibility service's check answers for it. Then a device is lost.

use crate::support::app::TestApp;
use crate::support::device::{Device, Service, reveal_nth};
use crate::support::harness::tests;
use crate::support::people::{PASSWORD, SAKURA, apply_by_match, begin, fill_counts, log_in, register};

tests! {
    a_facility_that_matches_uses_the_app_the_same_day,
    five_wrong_tries_leave_the_documents_with_the_answers_kept,
    a_draft_survives_logging_out,
    an_application_sent_twice_is_sent_once,
}

const MAIL: &str = "hanako@example.jp";

fn a_facility_that_matches_uses_the_app_the_same_day(app: &TestApp) {
    app.with_master();
    let mut browser = app.portal();
    browser.open("/").expect("はじめての方：登録する");
    browser.follow("はじめての方：登録する");
    register(&mut browser, SAKURA, MAIL);

    let letter = app.newest_mail_to(MAIL);
    assert!(letter.subject.contains("登録を完了してください"), "{}", letter.subject);
    app.activate(&mut browser, MAIL);
    log_in(&mut browser, MAIL);
    browser.page().expect("次にすること").expect("利用開始申請");

    apply_by_match(&mut browser, SAKURA, 3);
    let number = browser.page().all_words("#number").concat();
    let letter = app.newest_mail_to(MAIL);
    assert!(letter.body.contains(&number) || letter.subject.contains(&number), "{}", letter.body);
    for secret in [PASSWORD, "1955", "昭和30"] {
        assert!(!letter.body.contains(secret), "{secret} is in the letter");
    }

    browser.follow("端末の設定情報を見る");
    assert_eq!(browser.page().all_words("#devices tbody tr").len(), 3);
    let settings = reveal_nth(&mut browser, SAKURA, 0);
    assert!(!app.newest_mail_to(MAIL).body.contains(&settings.code));

    let service = Service::new(app);
    let mut device = Device::new(app);
    let answer = device.register(&settings);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let token = device.fresh_token();
    let told = service.check(&token);
    assert_eq!(told["active"], true, "{told}");
    assert_eq!(told["facility_code"], SAKURA.code);
    assert_eq!(told["facility_kind"], "judo_therapy");
    assert_eq!(told["service"], "qualification_only");
    assert_eq!(told["user_id"], settings.user_id);

    browser.open("/devices");
    browser.follow(&settings.user_id).expect_not("パスワードとコードを表示する");
    browser.follow("使うのをやめる（失効）");
    let button =
        browser.page().buttons().into_iter().find(|b| b.contains("失効") || b.contains("やめる")).expect("a button");
    browser.press(&button);
    assert_eq!(service.check(&token), serde_json::json!({ "active": false }));
    assert_ne!(device.token().status, 200, "a revoked device gets no token");
    app.run_jobs();
}

fn five_wrong_tries_leave_the_documents_with_the_answers_kept(app: &TestApp) {
    app.with_master();
    let mut browser = app.signed_in(SAKURA, MAIL);
    begin(&mut browser, "照合");
    for left in [4, 3, 2, 1] {
        browser.fill_date("施術管理者の生年月日", ["昭和", "31", "4", "3"]);
        browser.press("施設の確認").expect(&format!("一致しませんでした（残り{left}回）"));
        assert_eq!(browser.page().status, 422);
    }
    browser.fill_date("施術管理者の生年月日", ["昭和", "31", "4", "3"]);
    browser.press("施設の確認").expect("書類");
    // The right date comes too late.
    browser.open("/applications");
    browser.follow("入力を続ける");
    browser.page().expect("受領委任承諾通知書");
    app.run_jobs();
}

fn a_draft_survives_logging_out(app: &TestApp) {
    app.with_master();
    let mut browser = app.signed_in(SAKURA, MAIL);
    begin(&mut browser, "照合");
    browser.fill_date("施術管理者の生年月日", SAKURA.birth);
    browser.press("施設の確認");
    if browser.page().says("施設の確認ができました") {
        browser.press("次へ進む");
    }
    browser.fill("職員数", "１２").fill("申請台数", "2台");
    browser.press("次へ進む");
    browser.press("ログアウト");
    log_in(&mut browser, MAIL);
    browser.open("/applications");
    browser.follow("入力を続ける");
    while !browser.page().says("この規約を読み、同意します") {
        browser.press("次へ進む");
        assert_eq!(browser.page().status, 200, "{}", browser.page().text());
    }
    browser.tick("この規約を読み、同意します");
    browser.press("次へ進む").expect("12");
    app.run_jobs();
}

fn an_application_sent_twice_is_sent_once(app: &TestApp) {
    app.with_master();
    let mut browser = app.signed_in(SAKURA, MAIL);
    begin(&mut browser, "照合");
    browser.fill_date("施術管理者の生年月日", SAKURA.birth);
    browser.press("施設の確認");
    if browser.page().says("施設の確認ができました") {
        browser.press("次へ進む");
    }
    fill_counts(&mut browser, "3", "2");
    let mut other = browser.clone_session();
    browser.press("この内容で申請する").expect("承認されました");
    let number = browser.page().all_words("#number").concat();
    other.press("この内容で申請する").expect("承認されました");
    assert_eq!(other.page().all_words("#number").concat(), number);
    browser.open("/devices");
    assert_eq!(browser.page().all_words("#devices tbody tr").len(), 2);
    app.run_jobs();
    let letters = app.mail.to(MAIL).into_iter().filter(|m| m.body.contains(&number) || m.subject.contains(&number));
    assert_eq!(letters.count(), 1);
}
