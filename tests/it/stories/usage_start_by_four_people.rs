//! Four people and one application: a facility applies with documents, a
//! reviewer returns it with three faults and proposes to approve the correction,
//! an approver confirms, an auditor reads what happened. Every letter and every
//! step is asserted.

use actix_web::http::Method;
use uketsuke_core::application::{Verb, repo};
use uketsuke_core::audit::AuditEvent;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::mail::Message;
use uketsuke_core::staff::role::Role;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::tests;
use crate::support::people::{SAKURA, application_path, apply_by_documents};

tests! {
    an_application_goes_through_four_hands,
}

const MAIL: &str = "hanako@example.jp";
const THREE: [(&str, &str); 3] = [
    ("書類：読み取れない", "添付された書類の文字が読み取れません。"),
    ("職員数：確認が必要", "職員数をお確かめください。"),
    ("申請台数：職員数に比べて多い", "職員数に比べて申請台数が多いようです。"),
];

fn an_application_goes_through_four_hands(app: &TestApp) {
    app.with_master();
    let mut admin = app.staff("admin@example.jp", Role::Administrator);
    admin.open("/settings");
    admin.press_near("利用開始申請", "2人で判断するようにする").expect("2人で判断するようにしました");

    let mut facility = app.signed_in(SAKURA, MAIL);
    let number = apply_by_documents(&mut facility, "2", "8");
    let path = application_path(&facility);
    let case = path.replace("/applications/", "/cases/");

    let mut reviewer = app.staff("reviewer@example.jp", Role::Reviewer);
    reviewer.open("/");
    reviewer.press("次の1件を担当する");
    reviewer.page().expect(&number);
    returns(app, &mut reviewer);
    corrects(&mut facility, &path);

    reviewer.open("/queue?v=mine");
    reviewer.follow(&number).expect("職員数：2人 → 4人").expect("申請台数：8台 → 4台");
    reviewer.tick("書類の種類が、この施設の種類で求めるものと同じ");
    reviewer.press("確かめたことを保存する").expect("確かめたことを保存しました");
    proposes(&mut reviewer);
    facility.open(&path).expect("審査中").expect_not("承認を依頼");

    let own = reviewer.send(Method::GET, &format!("{case}/confirm"), &[], &[]);
    assert_eq!(own.status, 403, "a reviewer does not confirm");
    let mut approver = app.staff("approver@example.jp", Role::Approver);
    approver.open(&case).expect("承認を依頼しています");
    approver.follow("提案を確かめて決める").expect("承認する台数").expect("3台").expect("写しの原本も確認しました");
    approver.press("提案のとおり承認する").expect("承認しました");
    app.decisions_stand();

    facility.open("/records").expect("事務局の担当者").expect("申請の画面を開きました").expect_not("審査 一郎");
    facility.open(&path).expect("承認").expect("職員4人の施設では3台で足りると判断しました").expect_not("写しの原本");
    facility.open("/devices");
    assert_eq!(facility.page().all_words("#devices tbody tr").len(), 3);

    let mut auditor = app.staff("auditor@example.jp", Role::Auditor);
    audits(app, &mut auditor, &case);
    assert_letters(app, &number);
}

fn returns(app: &TestApp, reviewer: &mut Browser) {
    reviewer.follow("差し戻す");
    for (fault, _) in THREE {
        reviewer.tick(fault);
    }
    reviewer.press("送られるメールを見る");
    for (_, text) in THREE {
        reviewer.page().expect(text);
    }
    reviewer.press("この内容で差し戻す").expect("差し戻しました");
    app.decisions_stand();
}

/// All three open, nothing else does.
fn corrects(facility: &mut Browser, path: &str) {
    facility.open(path).expect("修正のお願い");
    for (_, text) in THREE {
        facility.page().expect(text);
    }
    facility.follow("「職員数」を直す");
    facility.fill("職員数", "4").fill("申請台数", "4");
    facility.press("保存する");
    facility.open(path);
    facility.follow("「受領委任承諾通知書」を直す");
    facility.press("外す：承諾通知書.png");
    facility.attach("受領委任承諾通知書", "撮り直し.png", uketsuke::demo::cast::NOTICE);
    facility.press("ファイルを送る").expect("撮り直し.png");
    facility.press("保存する");
    facility.open(path);
    facility.follow("修正した内容を確認する");
    facility.press("この内容で申請する").expect("受付番号");
}

fn proposes(reviewer: &mut Browser) {
    reviewer.follow("承認を依頼する");
    reviewer.fill("承認する台数", "3").fill("減らす理由", "職員4人の施設では3台で足りると判断しました");
    reviewer.fill("承認者への伝言", "写しの原本も確認しました");
    reviewer.press("承認を依頼する").expect("承認を依頼しました").expect("承認待ち");
}

/// The auditor reads every step, and can press nothing.
fn audits(app: &TestApp, auditor: &mut Browser, case: &str) {
    auditor.open(case);
    let steps = [
        "申請を受け付けました",
        "審査を始めました",
        "修正をお願いしました（差戻し）",
        "修正した申請を受け付けました",
        "判断を提案し、承認を依頼しました",
        "承認しました",
    ];
    for step in steps {
        auditor.page().expect(step);
    }
    let buttons = auditor.page().buttons();
    assert!(buttons.iter().all(|button| button == "ログアウト" || button == "検索"), "{buttons:?}");

    let id = ApplicationId::parse(case.trim_start_matches("/cases/")).expect("an id");
    let events = app.read(|c| repo::history(c, &id));
    let verbs: Vec<Verb> = events.iter().rev().map(|event| event.verb).collect();
    use Verb::*;
    assert_eq!(verbs, [Submit, Claim, Return, Resubmit, Recommend, Approve]);
    let staff: std::collections::BTreeSet<&str> =
        events.iter().filter(|event| event.actor.starts_with("staff:")).map(|event| event.actor.as_str()).collect();
    assert_eq!(staff.len(), 2, "who approved is not who reviewed");
    reads_the_trail(app, auditor, &id);
    let faults = app.read(|c| repo::all_faults(c, &id));
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["evidence", "staff_count", "device_count"]);
    assert!(faults.iter().all(|fault| fault.resolved_at.is_some()));
}

/// The trail names every deed on the application, in order, and is whole.
fn reads_the_trail(app: &TestApp, auditor: &mut Browser, id: &ApplicationId) {
    let number = auditor.page().h1();
    let number = number.split_whitespace().find(|word| word.contains('-')).expect("a number in the heading").to_owned();
    auditor.open("/audit");
    auditor.fill("受付番号・機関コード", &number);
    auditor.press("絞り込む");
    let told: Vec<String> = auditor.page().all_words("#events tbody tr");
    assert!(told.iter().any(|row| row.contains("申請の画面を開きました")), "{told:?}");
    let events = app.read(|c| {
        use diesel::prelude::*;
        use uketsuke_core::schema::audit_events::dsl;
        let of_it = dsl::audit_events.filter(dsl::subject_id.eq(id.as_str())).order(dsl::position);
        Ok(of_it.select(AuditEvent::as_select()).load(c)?)
    });
    assert_eq!(events.len(), told.len());
    let deeds: Vec<&str> =
        events.iter().map(|event| event.action.as_str()).filter(|action| *action != "application.viewed").collect();
    let advanced = "application.advanced";
    assert_eq!(deeds, [advanced, advanced, advanced, advanced, "checklist.kept", advanced, advanced]);
    let states: Vec<String> =
        events.iter().flat_map(|event| event.changes().expect("readable")).map(|c| c.after).collect();
    assert_eq!(states, ["submitted", "in_review", "returned", "in_review", "awaiting_approval", "approved"]);
    auditor.open("/audit");
    auditor.press("証跡が壊れていないか確かめる").expect("異常はありません");
}

/// What the applicant got, in this order and nothing else.
fn assert_letters(app: &TestApp, number: &str) {
    let letters: Vec<Message> = app.mails_to(MAIL).into_iter().filter(|m| m.subject.contains(number)).collect();
    let subjects: Vec<&str> = letters.iter().map(|letter| letter.subject.split('（').next().unwrap_or("")).collect();
    assert_eq!(
        subjects,
        ["利用開始申請を受け付けました", "修正のお願い", "利用開始申請を受け付けました", "端末を設定できます"]
    );
    for (_, text) in THREE {
        assert!(letters[1].body.contains(text), "{}", letters[1].body);
    }
    assert!(letters[3].body.contains("3台で足りる"), "{}", letters[3].body);
    assert!(
        letters.iter().all(|letter| !letter.body.contains("写しの原本")),
        "what staff tell each other stays inside"
    );
}
