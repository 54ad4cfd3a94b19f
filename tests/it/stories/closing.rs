//! Facilities leave the master: one today, with an application under way, one
//! the day after tomorrow, with a device in use. Their people are told once and
//! read it on every page; the device works up to the last second of its last day.

use std::io::Write;

use chrono::Duration;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::import::{self, ClosingsJob, Import, Options, Outcome};
use uketsuke_core::staff::role::Role;

use crate::support::app::TestApp;
use crate::support::device::{Device, Service, reveal_nth};
use crate::support::harness::tests;
use crate::support::people::{AOZORA, SAKURA, application_path, apply_by_documents, log_in};

tests! {
    a_facility_that_closes_is_told_and_its_devices_stop_on_the_day,
    a_closing_taken_back_at_once_is_told_to_nobody,
}

const SAKURA_MAIL: &str = "sakura@example.jp";
const AOZORA_MAIL: &str = "aozora@example.jp";
const CLOSINGS: &str = "機関コード,所属機関,名称,廃止日\n\
    1329000001,judo_therapy,さくら見本接骨院,2026-11-26\n\
    1329000038,judo_therapy,あおぞら接骨院,2026-11-24\n";

fn import_part(app: &TestApp, text: &str) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    let as_of = tokyo_date(app.clock.now());
    let options = Options { kind: None, as_of, partial: true, confirmed: true };
    let import = Import::open(file.path(), options).expect("opens");
    let run = import::run(&app.parts.db, app.parts.keyring.clone(), Actor::operator(), import);
    let outcome = app.wait(run).expect("imports");
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
}

fn a_facility_that_closes_is_told_and_its_devices_stop_on_the_day(app: &TestApp) {
    app.with_master();
    let mut sakura = app.approved(SAKURA, SAKURA_MAIL, 1);
    let settings = reveal_nth(&mut sakura, SAKURA, 0);
    let (service, mut device) = (Service::new(app), Device::new(app));
    assert_eq!(device.register(&settings).status, 201);
    let mut aozora = app.signed_in(AOZORA, AOZORA_MAIL);
    let number = apply_by_documents(&mut aozora, "2", "2");
    let path = application_path(&aozora);
    let mut office = app.staff("reviewer@example.jp", Role::Reviewer);
    office.open("/queue?v=unassigned");
    office.follow(&number);
    office.press("この申請を担当する");
    let case = office.page().path.clone();
    let before = (app.mails_to(SAKURA_MAIL).len(), app.mails_to(AOZORA_MAIL).len());

    import_part(app, CLOSINGS);
    let letter = app.newest_mail_to(SAKURA_MAIL);
    assert!(letter.subject.contains("廃止の予定が登録されました"), "{}", letter.subject);
    assert!(letter.body.contains("2026年11月26日") && !letter.body.contains("受付番号"), "{}", letter.body);
    let letter = app.newest_mail_to(AOZORA_MAIL);
    assert!(letter.subject.contains("施設の廃止が登録されました"), "{}", letter.subject);
    assert!(letter.body.contains(&number) && letter.body.contains("2026年11月24日"), "{}", letter.body);
    told_once(app, before);

    sakura.open("/home").expect("2026年11月26日").expect("廃止になる予定です");
    sakura.open("/devices").expect("廃止になる予定です").expect(&settings.user_id);
    aozora.open("/home").expect("廃止になりました").expect("この施設でできる手続きはありません");
    aozora.open(&path).expect("新しい申請や承認はできません");
    office.open(&case).expect("この施設の廃止日：2026年11月24日").expect("この申請は承認できません");
    office.follow("承認する");
    office.press("承認する").expect("この施設は廃止として登録されています");
    assert_eq!(office.page().status, 409);

    // To the last second of 25 November in Japan, and one further.
    assert_eq!(service.check(&device.fresh_token())["active"], true);
    app.later(Duration::hours(38) - Duration::seconds(1));
    let token = device.fresh_token();
    assert_eq!(service.check(&token)["active"], true);
    app.later(Duration::seconds(1));
    assert_eq!(service.check(&token), serde_json::json!({ "active": false }));
    assert_ne!(device.token().status, 200, "no new token either");
    log_in(&mut sakura, SAKURA_MAIL);
    sakura.open("/home").expect("廃止になりました");
}

/// The job may run twice: nobody reads it twice.
fn told_once(app: &TestApp, before: (usize, usize)) {
    let import = app.read(|c| import::list_imports(c, 1)).remove(0).id;
    app.write(|tx| tx.enqueue(&ClosingsJob { import }));
    assert_eq!(app.mails_to(SAKURA_MAIL).len(), before.0 + 1);
    assert_eq!(app.mails_to(AOZORA_MAIL).len(), before.1 + 1);
}

fn a_closing_taken_back_at_once_is_told_to_nobody(app: &TestApp) {
    app.with_master();
    let mut sakura = app.approved(SAKURA, SAKURA_MAIL, 1);
    let before = app.mails_to(SAKURA_MAIL).len();
    import_part(app, CLOSINGS);
    import_part(app, &CLOSINGS.replace("2026-11-26", "").replace("2026-11-24", ""));
    assert_eq!(app.mails_to(SAKURA_MAIL).len(), before);
    sakura.open("/home").expect_not("廃止");
}
