//! 各種申請: filling in, checking, sending once, following, correcting.

use actix_web::http::Method;
use uketsuke_core::application::{Application, State, repo};
use uketsuke_core::ids::ApplicationId;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, urlencoded};
use crate::support::harness::tests;
use crate::support::people::{AOZORA, SAKURA, log_in};

tests! {
    a_match_leads_from_the_start_to_the_devices,
    what_is_missing_is_listed_at_the_button_and_leads_to_its_field,
    a_step_keeps_what_was_typed_and_says_what_is_wrong,
    five_wrong_matches_leave_documents_and_the_answers,
    a_change_from_the_check_page_leads_back_to_it,
    the_button_pressed_twice_sends_once,
    twenty_clicks_at_once_send_once,
    a_draft_survives_the_session_and_can_be_thrown_away,
    another_facilitys_application_is_not_there,
    a_colleague_does_not_see_what_is_not_theirs_before_both_are_verified,
    fields_that_no_form_has_change_nothing,
}

const MAIL: &str = "hanako@example.jp";
const WRONG: [&str; 4] = ["昭和", "31", "4", "3"];

/// A person of さくら at the first step.
fn begin(app: &TestApp) -> Browser {
    let mut browser = app.with_master().signed_in(SAKURA, MAIL);
    app.run_jobs();
    start(&mut browser);
    browser
}

fn start(browser: &mut Browser) {
    browser.open("/applications");
    browser.press("利用開始申請を始める");
    assert_eq!(browser.page().h1(), "施設の確認方法", "{}", browser.page().text());
}

/// From the first step to the check page, by match.
fn fill_in(browser: &mut Browser) {
    browser.tick("① 提出済みの情報との照合").press("次へ進む");
    browser.fill_date("施術管理者の生年月日", SAKURA.birth).press("施設の確認");
    browser.fill("職員数", "３人").fill("申請台数", "2台").press("次へ進む");
    browser.tick("この規約を読み、同意します").press("次へ進む");
    assert_eq!(browser.page().h1(), "申請内容の確認", "{}", browser.page().text());
}

fn applications(app: &TestApp) -> Vec<Application> {
    use diesel::prelude::*;
    use uketsuke_core::schema::applications as table;
    app.read(|c| Ok(table::table.order(table::created_at).select(Application::as_select()).load(c)?))
}

/// How many letters told of an application.
fn letters(app: &TestApp, application: &Application) -> usize {
    let about = |mail: &uketsuke_core::mail::Message| mail.subject.contains(application.number_text());
    app.mails_to(MAIL).iter().filter(|mail| about(mail)).count()
}

fn id_in(path: &str) -> &str {
    path.split('/').nth(2).expect("an id")
}

fn a_match_leads_from_the_start_to_the_devices(app: &TestApp) {
    let mut browser = begin(app);
    fill_in(&mut browser);
    let page = browser.page();
    page.expect(SAKURA.name).expect(SAKURA.code).expect("3人").expect("2台").expect("提出済みの情報と一致しました");
    page.expect_not("1955").expect_not("昭和30");
    browser.press("この内容で申請する");
    let page = browser.page();
    assert_eq!(page.h1(), "申請を受け付けました");
    page.expect("承認されました").expect(MAIL).expect("2台分");
    let [sent] = applications(app).try_into().expect("one");
    page.expect(sent.number_text());
    assert_eq!(sent.state, State::Approved);
    browser.follow("端末の設定情報を見る");
    browser.open(&format!("/applications/{}", sent.id));
    browser.page().expect("承認").expect("決められた条件に合うため、自動で承認しました");
    browser.open("/applications");
    browser.page().expect("承認された申請を見る").expect_not("利用開始申請を始める");
    assert_eq!(letters(app, &sent), 1);
}

fn what_is_missing_is_listed_at_the_button_and_leads_to_its_field(app: &TestApp) {
    let mut browser = begin(app);
    let id = id_in(&browser.page().path).to_owned();
    browser.open(&format!("/applications/{id}/confirm"));
    browser.page().expect("まだ入力が必要な項目があります");
    let page = browser.press("この内容で申請する");
    assert_eq!(page.status, 422);
    assert_eq!(page.faults().len(), 4, "{:?}", page.faults());
    assert!(page.html.contains("<title>エラー："), "{}", page.html);
    for href in page.attributes(".error-summary a", "href") {
        let (path, field) = href.split_once('#').expect("leads to a field");
        let status = browser.visit(path).status;
        assert_eq!(status, 200, "{path}");
        if field != "match" {
            assert!(!browser.page().attributes(&format!("#{field}"), "id").is_empty(), "{href}");
        }
    }
}

fn a_step_keeps_what_was_typed_and_says_what_is_wrong(app: &TestApp) {
    let mut browser = begin(app);
    let id = id_in(&browser.page().path).to_owned();
    let step = format!("/applications/{id}/edit/count");
    for typed in ["<script>alert(1)</script>", "😀", "10000000", "2\u{0}", "' or 1=1 --", "\u{202E}abc"] {
        browser.open(&step);
        browser.fill("職員数", typed).fill("申請台数", "21");
        let page = browser.press("次へ進む");
        assert_eq!((page.status, page.faults().len()), (422, 2), "{typed:?}: {}", page.text());
        assert!(!page.html.contains("<script>alert"), "escaped");
        let shown = page.control("職員数").value;
        assert_eq!(shown.replace(['\u{0}', '\u{FFFD}'], ""), typed.replace('\u{0}', ""), "shown again");
        browser.open(&step);
        assert_eq!(browser.page().control("申請台数").value, "21", "and kept");
    }
    browser.fill("職員数", "1234-5678-9018").fill("申請台数", "2");
    assert_eq!(browser.press("次へ進む").status, 422);
    browser.open(&step);
    assert_eq!(browser.page().control("職員数").value, "", "a 個人番号 is not kept");
    let token = browser.token();
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    let twice = [("csrf_token", token.as_str()), ("staff_count", "x"), ("staff_count", "3"), ("device_count", "2")];
    browser.post(&step, &pairs(&twice));
    assert_eq!(browser.page().h1(), "利用規約", "the last of a repeated field counts");
    assert_eq!(browser.post(&step, &pairs(&twice[..1])).status, 422, "missing fields are empty ones");
}

fn five_wrong_matches_leave_documents_and_the_answers(app: &TestApp) {
    let mut browser = begin(app);
    let id = id_in(&browser.page().path).to_owned();
    browser.tick("① 提出済みの情報との照合").press("次へ進む");
    for left in (1..5).rev() {
        let page = browser.fill_date("施術管理者の生年月日", WRONG).press("施設の確認");
        assert_eq!(page.status, 422);
        page.expect(&format!("提出済みの情報と一致しませんでした（残り{left}回）"));
    }
    browser.fill_date("施術管理者の生年月日", WRONG).press("施設の確認");
    assert_eq!(browser.page().h1(), "書類の添付", "{}", browser.page().text());
    browser.page().expect("照合による確認はできなくなりました");
    browser.open(&format!("/applications/{id}/edit/method"));
    browser.page().expect("照合による確認は使えません").expect_not("① 提出済み");
    browser.visit(&format!("/applications/{id}/edit/match"));
    assert_eq!(browser.page().h1(), "書類の添付", "the way leads on");
}

fn a_change_from_the_check_page_leads_back_to_it(app: &TestApp) {
    let mut browser = begin(app);
    fill_in(&mut browser);
    browser.follow("変更する：申請台数");
    browser.fill("申請台数", "5").press("次へ進む");
    assert_eq!(browser.page().h1(), "申請内容の確認");
    browser.page().expect("5台");
    browser.follow("変更する：申請台数");
    browser.fill("申請台数", "0").press("次へ進む");
    browser.fill("申請台数", "6").press("次へ進む");
    assert_eq!(browser.page().h1(), "申請内容の確認", "a mistake does not lose the way");
}

fn the_button_pressed_twice_sends_once(app: &TestApp) {
    let mut browser = begin(app);
    fill_in(&mut browser);
    let mut second = browser.clone_session();
    let first = browser.press("この内容で申請する").text();
    let again = second.press("この内容で申請する");
    assert_eq!((again.h1().as_str(), again.text() == first), ("申請を受け付けました", true));
    let [sent] = applications(app).try_into().expect("one");
    assert_eq!(letters(app, &sent), 1);
}

fn twenty_clicks_at_once_send_once(app: &TestApp) {
    let mut browser = begin(app);
    fill_in(&mut browser);
    let path = browser.page().path.clone();
    let fields = [
        ("csrf_token".to_owned(), browser.token()),
        ("seen".to_owned(), browser.page().attributes("input[name=seen]", "value").remove(0)),
    ];
    let body = urlencoded(&fields);
    std::thread::scope(|threads| {
        for mut window in (0..20).map(|_| browser.clone_session()) {
            let (path, body) = (&path, &body);
            threads.spawn(move || {
                let kind = [("content-type", "application/x-www-form-urlencoded")];
                let answer = window.send(Method::POST, path, &kind, body.as_bytes());
                assert!(matches!(answer.status, 303 | 503), "{}: {}", answer.status, answer.text());
            });
        }
    });
    let [sent] = applications(app).try_into().expect("one");
    assert_eq!(sent.state, State::Approved);
    assert_eq!(letters(app, &sent), 1);
    let events = app.read(|c| repo::history(c, &sent.id));
    assert_eq!(events.len(), 2, "sent and approved, once each");
}

fn a_draft_survives_the_session_and_can_be_thrown_away(app: &TestApp) {
    let mut browser = begin(app);
    let id = id_in(&browser.page().path).to_owned();
    browser.open(&format!("/applications/{id}/edit/count"));
    browser.fill("職員数", "４").fill("申請台数", "まだ").press("途中保存してホームへ");
    browser.page().expect("途中まで保存しました");
    let mut later = app.portal();
    log_in(&mut later, MAIL);
    later.open("/applications");
    later.follow("入力を続ける");
    later.open(&format!("/applications/{id}/edit/count"));
    assert_eq!(later.page().control("申請台数").value, "まだ");
    later.open(&format!("/applications/{id}/discard"));
    later.press("下書きを削除する");
    later.page().expect("下書きを削除しました");
    assert_eq!(later.visit(&format!("/applications/{id}")).status, 404);
    assert_eq!(applications(app)[0].state, State::Discarded);
}

/// Every address of one application.
fn addresses(id: &str) -> Vec<String> {
    let file = ApplicationId::mint();
    ["", "/edit/method", "/edit/count", "/confirm", "/done", "/withdraw", "/discard"]
        .iter()
        .map(|tail| format!("/applications/{id}{tail}"))
        .chain([format!("/applications/{id}/evidence/{file}"), format!("/applications/{id}/evidence/{file}/preview")])
        .collect()
}

fn another_facilitys_application_is_not_there(app: &TestApp) {
    let browser = begin(app);
    let id = id_in(&browser.page().path).to_owned();
    let mut stranger = app.signed_in(AOZORA, "jiro@example.jp");
    start(&mut stranger);
    let token = [("csrf_token".to_owned(), stranger.token()), ("seen".to_owned(), "0".to_owned())];
    for path in addresses(&id) {
        assert_eq!(stranger.visit(&path).status, 404, "{path}");
    }
    for path in ["edit/count", "confirm", "withdraw", "discard", "again"] {
        assert_eq!(stranger.post(&format!("/applications/{id}/{path}"), &token).status, 404, "{path}");
    }
    for odd in ["0", "%2e%2e", "%00", "%E2%80%99", "01890000-0000-7000-8000-000000000000"] {
        assert_eq!(stranger.visit(&format!("/applications/{odd}")).status, 404, "{odd}");
    }
    assert_eq!(stranger.post("/applications/start/boat", &token).status, 404);
    app.run_jobs();
}

fn a_colleague_does_not_see_what_is_not_theirs_before_both_are_verified(app: &TestApp) {
    let mut browser = begin(app);
    let id = id_in(&browser.page().path).to_owned();
    let mut colleague = app.signed_in(SAKURA, "jiro@example.jp");
    assert_eq!(colleague.visit(&format!("/applications/{id}")).status, 404, "somebody else's draft");
    fill_in(&mut browser);
    browser.press("この内容で申請する");
    assert_eq!(colleague.visit(&format!("/applications/{id}")).status, 404, "not verified");
    colleague.open("/applications");
    colleague.page().expect("申請はまだありません");
    let page = colleague.press("利用開始申請を始める");
    assert_eq!(page.status, 409);
    page.expect("すでに承認されています");
    app.run_jobs();
}

fn fields_that_no_form_has_change_nothing(app: &TestApp) {
    let mut browser = begin(app);
    let path = browser.page().path.clone();
    let fields: Vec<(String, String)> = [
        ("csrf_token", browser.token().as_str()),
        ("method", "match"),
        ("state", "approved"),
        ("matched", "1"),
        ("facility_id", "1"),
        ("device_count", "20"),
        ("marks[matched]", "1"),
    ]
    .iter()
    .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
    .collect();
    browser.post(&path, &fields);
    let [draft] = applications(app).try_into().expect("one");
    let document = draft.document().expect("whole");
    assert_eq!((draft.state, document.answers.len(), document.marks.len()), (State::Draft, 1, 0), "{document:?}");
}
