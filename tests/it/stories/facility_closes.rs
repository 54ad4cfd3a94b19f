//! A facility closes: its people are told once, its devices stop on the day in
//! Japan and not before, and nothing for it is begun, sent or approved any more.

use chrono::{DateTime, Utc};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::import::closings::FacilityClosings;
use uketsuke_core::facility::import::{Import, Options, Outcome, list_imports, run};
use uketsuke_core::staff::role::Role;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::device::{Device, Service, reveal_nth};
use crate::support::harness::tests;
use crate::support::people::{AOZORA, Place, SAKURA, application_path, apply_by_documents, begin, log_in};

tests! {
    devices_stop_on_the_closing_date_and_not_before,
    an_application_of_a_closed_facility_is_told_so_and_cannot_be_approved,
    a_returned_application_of_a_closed_facility_asks_for_nothing,
}

const HANAKO: &str = "hanako@example.jp";
const JIRO: &str = "jiro@example.jp";
const SABURO: &str = "saburo@example.jp";
/// The day on which the tests begin.
const TODAY: &str = "2026-11-24";

/// Imports a part of the master that names this closing date.
fn closes(app: &TestApp, place: Place, on: &str) {
    let rows = format!("kind,機関コード,名称,廃止日\njudo_therapy,{},{},{on}\n", place.code, place.name);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), rows).expect("written");
    let as_of = tokyo_date(app.clock.now());
    let import = Import::open(file.path(), Options { kind: None, as_of, partial: true, confirmed: true });
    let running = run(&app.parts.db, app.parts.keyring.clone(), Actor::operator(), import.expect("opens"));
    assert!(matches!(app.wait(running), Ok(Outcome::Applied(_))));
}

/// Runs the job of the newest import once more.
fn tell_again(app: &TestApp) {
    let import = app.read(|c| list_imports(c, 1)).remove(0).id;
    app.write(|tx| tx.enqueue(&FacilityClosings { import }));
    app.run_jobs();
}

/// The letters about the closing that went to an address: subject and body.
fn letters(app: &TestApp, address: &str) -> Vec<(String, String)> {
    let all = app.mails_to(address).into_iter().map(|mail| (mail.subject, mail.body));
    all.filter(|(subject, _)| subject.contains("廃止")).collect()
}

fn turn_to(app: &TestApp, at: &str) {
    let at: DateTime<Utc> = at.parse().expect("a time");
    app.later(at - app.clock.now());
}

fn devices_stop_on_the_closing_date_and_not_before(app: &TestApp) {
    app.with_master();
    let mut hanako = app.approved(SAKURA, HANAKO, 2);
    app.signed_in(SAKURA, JIRO);
    let settings = reveal_nth(&mut hanako, SAKURA, 0);
    let (service, mut device) = (Service::new(app), Device::new(app));
    assert_eq!(device.register(&settings).status, 201);

    closes(app, SAKURA, "2026-11-30");
    app.run_jobs();
    tell_again(app);
    let told = letters(app, HANAKO);
    assert_eq!(told.len(), 1, "{told:?}");
    let (subject, body) = &told[0];
    assert!(subject.contains("施設が廃止になる予定です（2026年11月30日）"), "{subject}");
    assert!(body.contains(SAKURA.name) && body.contains(SAKURA.code) && body.contains("前日までは"), "{body}");
    assert!(!body.contains("申請について"), "an approved application is not in progress:\n{body}");
    assert!(letters(app, JIRO).is_empty(), "not known to belong there");

    hanako.open("/home").expect("この施設は2026年11月30日に廃止になる予定です").expect("運用開始日を登録してください");
    hanako.open("/devices").expect("廃止になる予定です").expect("設定カードをまとめて印刷する");
    assert_eq!(service.check(&device.fresh_token())["active"], true);

    turn_to(app, "2026-11-29T14:59:59Z");
    let token = device.fresh_token();
    assert_eq!(service.check(&token)["active"], true, "the last second of the day before, in Japan");
    turn_to(app, "2026-11-29T15:00:00Z");
    assert_eq!(service.check(&token), serde_json::json!({ "active": false }), "the first second of the day");
    assert_ne!(device.token().status, 200);

    log_in(&mut hanako, HANAKO);
    hanako.open("/home").expect("この施設は2026年11月30日に廃止になりました").expect("0120-000-000");
    hanako.page().expect_not("運用開始日を登録してください");
    hanako.open("/devices").expect("廃止になりました").expect_not("設定カードをまとめて印刷する");
    let waiting = hanako.page().attributes("#devices tbody a", "href").remove(1);
    hanako.open(&waiting).expect("廃止になりました").expect_not("パスワードとコードを表示する");
    hanako.page().expect_not("再発行する");
    assert_eq!(letters(app, HANAKO).len(), 1, "the day itself brings no second letter");
}

fn an_application_of_a_closed_facility_is_told_so_and_cannot_be_approved(app: &TestApp) {
    app.with_master();
    let mut jiro = app.signed_in(AOZORA, JIRO);
    let number = apply_by_documents(&mut jiro, "2", "2");
    let path = application_path(&jiro);
    let mut saburo = app.signed_in(AOZORA, SABURO);
    let mut newcomer = app.signed_in(SAKURA, HANAKO);
    let mut office = app.staff("reviewer@example.jp", Role::Reviewer);
    office.open("/queue?v=unassigned");
    office.follow(&number);
    office.press("この申請を担当する");
    let case = office.page().path.clone();
    office.follow("承認する");
    let mut last_moment = office.clone_session();

    // A draft of somebody else, begun while another facility's code was right.
    begin(&mut newcomer, "書類を添付");
    let draft = newcomer.page().path.clone();
    closes(app, AOZORA, TODAY);
    closes(app, SAKURA, TODAY);
    app.run_jobs();
    tell_again(app);

    let told = letters(app, JIRO);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0.contains("施設が廃止になりました（2026年11月24日）"), "{}", told[0].0);
    assert!(told[0].1.contains(&number) && told[0].1.contains("承認できなくなりました"), "{}", told[0].1);
    assert!(told[0].1.contains("コールセンター") && told[0].1.contains("関東信越厚生局"), "{}", told[0].1);
    assert!(letters(app, SABURO).is_empty(), "has nothing there");
    assert_eq!(letters(app, HANAKO).len(), 1);
    assert!(letters(app, HANAKO)[0].1.contains("下書き"));

    jiro.open("/home").expect("この施設は2026年11月24日に廃止になりました");
    jiro.page().expect("この施設で行う手続きはありません").expect_not("申請を審査しています");
    jiro.page().expect_not("承認後に始められます");
    jiro.open(&path).expect("この申請は承認できません").expect_not("ごろまでに");
    saburo.open("/home").expect("始められません").expect_not("利用開始申請へ進む");
    saburo.open("/applications").expect("廃止になりました").expect_not("利用開始申請を始める");
    refused(&mut newcomer, &draft);
    let application = draft.split("/edit/").next().expect("the draft's address");
    newcomer.open(application).expect("下書きの削除");
    newcomer.press("下書きを削除する").expect("下書きを削除しました");

    let page = office.open(&case);
    page.expect("この施設は2026年11月24日に廃止になりました").expect("この申請は承認できません");
    assert!(page.attributes(&format!("a[href='{case}/approve']"), "href").is_empty(), "no way to approve");
    let answer = last_moment.press("承認する");
    assert_eq!(answer.status, 409);
    answer.expect("この施設は廃止として登録されています");
    office.open(&case).expect("あなたが審査しています");
    assert_eq!(jiro.open("/devices").all_words("#devices tbody tr").len(), 0);
}

/// A page of a form answers that the facility is closed, and takes nothing.
fn refused(browser: &mut Browser, step: &str) {
    let confirm = step.rsplit_once("/edit/").map(|(address, _)| format!("{address}/confirm")).expect("a step");
    for path in [step, confirm.as_str()] {
        let page = browser.visit(path);
        assert_eq!(page.status, 409, "{path}");
        page.expect("この施設は廃止になっています").expect("コールセンター");
    }
    let start = browser.post("/applications/start/usage_start", &token(browser));
    assert_eq!(start.status, 409);
    let send = browser.post(&confirm, &[token(browser), vec![("seen".to_owned(), "0".to_owned())]].concat());
    assert_eq!(send.status, 409);
}

fn token(browser: &Browser) -> Vec<(String, String)> {
    vec![("csrf_token".to_owned(), browser.token())]
}

fn a_returned_application_of_a_closed_facility_asks_for_nothing(app: &TestApp) {
    app.with_master();
    let mut jiro = app.signed_in(AOZORA, JIRO);
    let number = apply_by_documents(&mut jiro, "2", "8");
    let path = application_path(&jiro);
    let mut office = app.staff("reviewer@example.jp", Role::Reviewer);
    office.open("/queue?v=unassigned");
    office.follow(&number);
    office.press("この申請を担当する");
    office.follow("差し戻す");
    office.tick("申請台数：職員数に比べて多い");
    office.press("送られるメールを見る");
    office.press("この内容で差し戻す");
    app.decisions_stand();
    jiro.open(&path).expect("修正のお願い");
    jiro.follow("「申請台数」を直す");
    jiro.fill("申請台数", "2");
    jiro.press("保存する");
    let mut checking = jiro.clone_session();
    checking.open(&path);
    checking.follow("修正した内容を確認する");

    closes(app, AOZORA, TODAY);
    assert_eq!(letters(app, JIRO).len(), 1);
    jiro.open("/home").expect("廃止になりました").expect_not("申請の修正をお願いします");
    jiro.open(&path).expect("この申請は承認できません").expect_not("修正した内容を確認する");
    let answer = checking.press("この内容で申請する");
    assert_eq!(answer.status, 409);
    answer.expect("この施設は廃止になっています");
}
