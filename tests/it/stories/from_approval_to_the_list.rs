//! What comes after the approval: the first device, the day of starting, the published
//! list, an edition of it; reminders until then, and the end of the use.

use chrono::Duration;

use crate::support::app::TestApp;
use crate::support::device::{Device, Service, reveal_nth};
use crate::support::harness::tests;
use crate::support::people::{AOZORA, SAKURA, TSUBAKI, cancel_annex, declare_annex, log_in, register_start};

tests! {
    a_facility_is_led_from_its_device_to_the_published_list,
    a_reminder_is_stopped_by_a_mail_program_without_a_login,
    an_office_objects_to_an_annex,
    the_use_ends_at_midnight_in_japan,
    an_office_that_does_not_take_part_says_why,
}

const MAIL: &str = "hanako@example.jp";

/// Sets the first device up.
fn set_up(app: &TestApp, browser: &mut crate::support::browser::Browser) -> Device {
    let settings = reveal_nth(browser, SAKURA, 0);
    let mut device = Device::new(app);
    assert_eq!(device.register(&settings).status, 201);
    device
}

fn a_facility_is_led_from_its_device_to_the_published_list(app: &TestApp) {
    app.with_master();
    let mut browser = app.approved(SAKURA, MAIL, 1);
    browser.open("/home").expect("端末を設定してください").expect("運用開始日の登録").expect("未着手");
    let (device, service) = (set_up(app, &mut browser), Service::new(app));
    browser.open("/home").expect("運用開始日を登録してください");
    browser.follow("運用開始日を登録する").expect("一覧に掲載されます");
    browser.press("運用開始日登録を始める");
    browser.fill("運用開始日", "令和8年11月23日");
    browser.press("次へ進む").expect("2026年11月24日以降の日にしてください").expect("利用開始の承認日より前");
    assert_eq!(browser.page().status, 422);
    browser.press("明日から").expect("2026年11月25日（令和8年）");
    browser.press("この内容で申請する").expect("その場で承認され、登録されました");
    let letter = app.newest_mail_to(MAIL);
    assert!(
        letter.body.contains("一覧に掲載されます") && !letter.body.contains("端末ごとの設定情報"),
        "{}",
        letter.body
    );
    browser.open("/home").expect("必要な手続きは終わりました").expect("2026年11月25日");
    // A check before the declared day is told to the facility.
    assert_eq!(service.check(&device.fresh_token())["active"], true);
    app.write_last_used();
    browser.open("/home").expect("運用開始日をお確かめください");
    register_start(&mut browser, "2026/11/24");
    browser.open("/home").expect("必要な手続きは終わりました");
    browser.open("/applications/start/operation_start").expect("前の運用開始日").expect("2026年11月25日");

    let mut visitor = app.portal();
    visitor.open("/installed?prefecture=13").expect(SAKURA.name).expect("1件の施設").expect("2026年11月24日");
    app.later(Duration::days(6));
    app.run_periodic("make_edition");
    visitor.open("/installed/editions").expect("2026年11月30日");
    visitor.follow("2026年11月30日").expect("前の週から追加");
    let csv = visitor.open("/installed/editions/2026-11-30/list.csv").text();
    assert!(csv.contains(SAKURA.code), "{csv}");
    app.run_jobs();
}

fn a_reminder_is_stopped_by_a_mail_program_without_a_login(app: &TestApp) {
    app.with_master();
    let mut browser = app.approved(SAKURA, MAIL, 1);
    app.later(Duration::days(7));
    app.run_periodic("remind");
    let letter = app.newest_mail_to(MAIL);
    assert!(letter.subject.contains("端末の設定がまだです"), "{}", letter.subject);
    let url = letter.stop_url.expect("a way to stop");
    let path = url.strip_prefix(&app.parts.config.portal_url).expect("ours");
    let mut program = app.portal();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let send = |program: &mut crate::support::browser::Browser, body: &[u8]| {
        program.send(actix_web::http::Method::POST, path, &form, body).status
    };
    assert_eq!(send(&mut program, b"hello"), 400, "only what RFC 8058 says");
    assert_eq!(program.visit(path).status, 405, "looking at it changes nothing");
    assert_eq!(send(&mut program, b"List-Unsubscribe=One-Click"), 200);
    assert_eq!(send(&mut program, b"List-Unsubscribe=One-Click"), 200, "twice does no harm");
    let sent = app.mails_to(MAIL).len();
    app.later(Duration::days(7));
    app.run_periodic("remind");
    assert_eq!(app.mails_to(MAIL).len(), sent);
    log_in(&mut browser, MAIL);
    browser.open("/account").expect("止めています");
    browser.press("お知らせメールを再開する").expect("再開しました").expect("お送りしています");
    // People follow the link in the text instead, and press a button.
    let mut person = app.portal();
    person.open(path.trim_end_matches("/one-click")).expect(MAIL);
    person.press("お知らせメールを止める").expect("お知らせメールを止めました");
    browser.open("/account").expect("止めています");
}

fn an_office_objects_to_an_annex(app: &TestApp) {
    app.with_master();
    let mut main = app.approved(SAKURA, MAIL, 1);
    let mut other = app.approved(TSUBAKI, "tsubaki@example.jp", 1);
    declare_annex(&mut main, TSUBAKI);
    main.open("/home").expect("主たる施術所として").expect(TSUBAKI.name);
    let letter = app.newest_mail_to("tsubaki@example.jp");
    assert!(letter.body.contains(SAKURA.name), "{}", letter.body);
    other.open("/home").expect("従たる施術所として").expect(SAKURA.name);
    cancel_annex(&mut other);
    assert!(app.newest_mail_to(MAIL).body.contains("従たる施術所から異議があったためです"));
    main.open("/home").expect_not("主たる施術所として");
    // A third office cannot use the other's secret without knowing it, and kinds must differ.
    let mut third = app.approved(AOZORA, "aozora@example.jp", 1);
    third.open("/applications/start/annex_declaration");
    third.press("併設申告を始める");
    third.fill("従たる施術所の登録記号番号", SAKURA.code);
    third.press("次へ進む").expect("は見つかりません");
    assert_eq!(third.page().status, 422);
    app.run_jobs();
}

fn the_use_ends_at_midnight_in_japan(app: &TestApp) {
    app.with_master();
    let mut browser = app.approved(SAKURA, MAIL, 2);
    let (device, service) = (set_up(app, &mut browser), Service::new(app));
    register_start(&mut browser, "2026-11-24");
    browser.open("/applications/start/termination");
    browser.press("利用終了申請を始める").expect("終了する日に止まるもの");
    browser.fill("利用を終了する日", "今日");
    browser.press("次へ進む");
    assert_eq!(browser.page().status, 422);
    browser.fill("利用を終了する日", "11月の25日");
    browser.press("次へ進む");
    assert_eq!(browser.page().status, 422);
    browser.fill("利用を終了する日", "2026年11月25日").tick("止まるものを確かめました");
    browser.press("次へ進む").expect("2026年11月25日（令和8年）の午前0時");
    browser.press("この内容で申請する").expect("登録されました");
    browser.follow("登録した内容を見る").expect("申請を取り下げる");
    browser.open("/home").expect("資格確認の利用を終了する日が決まっています");
    // It is 10:00 in Japan; the last token before midnight is good until then.
    app.later(Duration::hours(14) - Duration::seconds(1));
    let token = device.fresh_token();
    assert_eq!(service.check(&token)["active"], true, "one second before midnight");
    app.later(Duration::seconds(1));
    assert_eq!(service.check(&token), serde_json::json!({ "active": false }), "at midnight");
    app.portal().open("/installed").expect("0件の施設");
    app.run_periodic("end_uses");
    assert!(app.newest_mail_to(MAIL).subject.contains("利用が終了しました"));
    log_in(&mut browser, MAIL);
    browser.open("/home").expect("資格確認の利用は終了しました");
    browser.open("/devices").expect("失効");
}

fn an_office_that_does_not_take_part_says_why(app: &TestApp) {
    app.with_master();
    let mut browser = app.signed_in(TSUBAKI, "tsubaki@example.jp");
    browser.open("/applications/start/exemption");
    browser.press("やむを得ない事由の申告を始める");
    browser.press("次へ進む").expect("やむを得ない事由を選んでください");
    assert_eq!(browser.page().status, 422);
    browser.tick("常勤の施術者が全員、視覚障害のある方、または令和6年4月1日の時点で70歳以上の方である");
    browser.tick("申告の内容にまちがいありません");
    browser.press("次へ進む").expect("視覚障害");
    browser.press("この内容で申請する").expect("登録されました");
    browser.open("/home").expect("していただくことはありません").expect("申告済み");
    let mut staff = app.staff("auditor@example.jp", uketsuke_core::staff::role::Role::Auditor);
    staff.open("/facilities?participation=exempt").expect(TSUBAKI.name).expect_not(SAKURA.name);
    staff.open("/facilities?participation=neither").expect(SAKURA.name).expect_not(TSUBAKI.name);
    staff.open("/facilities?participation=takes_part").expect_not(SAKURA.name).expect_not(TSUBAKI.name);
    app.run_jobs();
}
