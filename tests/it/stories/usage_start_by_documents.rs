//! The way through documents: a reviewer returns the application with two
//! faults, the facility corrects just these, the reviewer sees what changed and
//! approves fewer devices than were asked for.

use uketsuke::demo::cast;
use uketsuke_core::staff::role::Role;

use crate::support::app::TestApp;
use crate::support::device::{Device, Service, reveal_nth};
use crate::support::harness::tests;
use crate::support::people::{SAKURA, application_path, apply_by_documents};

tests! {
    a_returned_application_is_corrected_and_approved_with_fewer_devices,
    a_rejected_application_can_be_made_anew_from_its_answers,
    a_withdrawn_application_waits_for_nobody,
}

const MAIL: &str = "hanako@example.jp";

fn a_returned_application_is_corrected_and_approved_with_fewer_devices(app: &TestApp) {
    app.with_master();
    let mut facility = app.signed_in(SAKURA, MAIL);
    let number = apply_by_documents(&mut facility, "2", "8");
    let path = application_path(&facility);
    let letter = app.newest_mail_to(MAIL);
    assert!(letter.subject.contains(&number), "{}", letter.subject);

    let mut office = app.staff("reviewer@example.jp", Role::Reviewer);
    office.open("/queue?v=unassigned").expect(&number);
    office.follow(&number);
    office.press("この申請を担当する").expect("あなたが審査しています").expect(SAKURA.name);
    let preview = office.page().attributes("img.viewer-image", "src").into_iter().next().expect("a picture");
    let picture = office.send(actix_web::http::Method::GET, &preview, &[], &[]);
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));

    office.follow("差し戻す");
    office.tick("書類：読み取れない").tick("申請台数：職員数に比べて多い");
    office.press("送られるメールを見る").expect("読み取れません").expect("職員数に比べて申請台数が多い");
    assert_eq!(app.mails_to(MAIL).len(), 3, "registration, activation, receipt: a preview sends nothing");
    app.later(chrono::Duration::minutes(1));
    office.press("この内容で差し戻す").expect("差し戻しました").expect("判断を元に戻せます");
    assert_eq!(app.mails_to(MAIL).len(), 3, "a decision that can be undone tells nobody yet");
    app.decisions_stand();

    let letter = app.newest_mail_to(MAIL);
    assert!(letter.body.contains("読み取れません") && letter.body.contains("申請台数が多い"), "{}", letter.body);
    facility.open(&path).expect("修正のお願い").expect("差戻し（対応が必要です）");
    correct(&mut facility, &path);
    facility.open(&path).expect("審査中");

    office.open("/queue?v=mine");
    office.follow(&number).expect("8台 → 4台").expect("あなたが審査しています");
    office.follow("承認する");
    office.fill("承認する台数", "3").fill("減らす理由", "");
    office.press("承認する");
    assert_eq!(office.page().status, 422);
    office.page().expect("減らす理由を入力してください");
    office.fill("減らす理由", "職員2人の施設では3台で足りると判断しました");
    office.press("承認する").expect("承認しました");

    facility.open(&path).expect("3台で足りると判断しました");
    facility.open("/devices");
    assert_eq!(facility.page().all_words("#devices tbody tr").len(), 3);
    let settings = reveal_nth(&mut facility, SAKURA, 1);
    let mut device = Device::new(app);
    assert_eq!(device.register(&settings).status, 201);
    assert_eq!(Service::new(app).check(&device.fresh_token())["active"], true);
    app.decisions_stand();
}

/// Only the two faulted items open: the file is replaced, the count lowered.
fn correct(facility: &mut crate::support::browser::Browser, path: &str) {
    facility.follow("「申請台数」を直す");
    facility.page().expect_not("職員数※");
    facility.fill("申請台数", "4");
    facility.press("保存する");
    facility.open(path);
    facility.follow("「受領委任承諾通知書」を直す");
    let (old, button) = ("外す：承諾通知書.png", facility.page().buttons());
    assert!(button.iter().any(|b| b == old), "{button:?}");
    facility.press(old);
    facility.attach("受領委任承諾通知書", "撮り直し.png", cast::NOTICE);
    facility.press("ファイルを送る").expect("撮り直し.png");
    facility.press("保存する");
    facility.open(path);
    facility.follow("修正した内容を確認する");
    facility.press("この内容で申請する").expect("受付番号");
}

fn a_rejected_application_can_be_made_anew_from_its_answers(app: &TestApp) {
    app.with_master();
    let mut facility = app.signed_in(SAKURA, MAIL);
    let number = apply_by_documents(&mut facility, "4", "2");
    let path = application_path(&facility);
    let mut office = app.staff("reviewer@example.jp", Role::Reviewer);
    office.open("/").expect("次の1件を担当する");
    office.press("次の1件を担当する").expect(&number);
    office.follow("却下する");
    office.fill("却下の理由", "別の施設の書類でした。施設の書類で申請してください。");
    office.press("送られるメールを見る").expect("別の施設の書類でした");
    office.press("この内容で却下する").expect("却下しました");
    app.decisions_stand();

    let letter = app.newest_mail_to(MAIL);
    assert!(letter.body.contains("別の施設の書類でした"), "{}", letter.body);
    facility.open(&path).expect("却下").expect("別の施設の書類でした");
    facility.press("この内容をもとに新しく申請する");
    assert_ne!(facility.page().path, path);
    facility.open("/applications").expect("却下").expect("下書き");
    app.run_jobs();
}

fn a_withdrawn_application_waits_for_nobody(app: &TestApp) {
    app.with_master();
    let mut facility = app.signed_in(SAKURA, MAIL);
    let number = apply_by_documents(&mut facility, "4", "2");
    let path = application_path(&facility);
    facility.open(&path);
    facility.follow("申請を取り下げる");
    let button = facility.page().buttons().into_iter().find(|b| b.contains("取り下げ")).expect("a button");
    facility.press(&button).expect("取下げ");
    let mut office = app.staff("reviewer@example.jp", Role::Reviewer);
    office.open("/queue?v=unassigned").expect_not(&number);
    let letter = app.newest_mail_to(MAIL);
    assert!(letter.subject.contains(&number), "{}", letter.subject);
}
