//! After their terms, pages say what was erased and when; and the key that sealed
//! everything is changed under a running installation.

use actix_web::http::Method;
use chrono::Duration;
use uketsuke_core::audit;
use uketsuke_core::db::Actor;
use uketsuke_core::eligibility;
use uketsuke_core::reseal;
use uketsuke_core::retention;
use uketsuke_core::staff::role::Role;
use uketsuke_core::storage::Area;

use crate::support::app::TestApp;
use crate::support::device::{Device, reveal_nth};
use crate::support::harness::tests;
use crate::support::people::{PASSWORD, SAKURA, TSUBAKI, application_path, apply_by_documents, log_in};
use crate::support::world::World;

tests! {
    what_is_past_its_term_is_gone_and_pages_say_so,
    everything_goes_on_after_the_master_key_was_changed,
}

const KEYS: &str = "UKETSUKE_MASTER_KEYS";
const DATABASE: &str = "UKETSUKE_DATABASE_URL";
const TERM: &str = "保存期間を過ぎたため消去しました";
const FILE: &str = "承諾通知書.png";
const MAIL: &str = "hanako@example.jp";

fn what_is_past_its_term_is_gone_and_pages_say_so(app: &TestApp) {
    app.with_master();
    let mut other = World::new(app, TSUBAKI, "jiro@example.jp");
    let mut person = app.signed_in(SAKURA, MAIL);
    let number = apply_by_documents(&mut person, "2", "2");
    let path = application_path(&person);
    let file = person.open(&path).link(FILE);
    person.follow("申請を取り下げる");
    let button = person.page().buttons().into_iter().find(|b| b.contains("取り下げ")).expect("a button");
    person.press(&button).expect("取下げ");
    let mut office = app.staff("support@example.jp", Role::Auditor);
    app.run_jobs();
    let objects = |area| app.wait(app.parts.storage.list(area, None, 100)).expect("the store can be listed").len();
    assert_eq!((objects(Area::Evidence), objects(Area::Preview)), (2, 2));

    // A day before, nothing of the file is gone; whoever is here then is not forgotten.
    app.later(Duration::days(1824));
    log_in(&mut person, MAIL);
    app.run_periodic("erase_past_terms");
    person.open(&path).expect(FILE).expect_not(TERM);
    assert_eq!(person.send(Method::GET, &file, &[], &[]).status, 200);

    app.later(Duration::days(1));
    app.run_periodic("erase_past_terms");
    assert_eq!((objects(Area::Evidence), objects(Area::Preview)), (1, 1), "the other's are still there");
    log_in(&mut person, MAIL);
    person.open(&path).expect(TERM).expect("2031年11月23日").expect_not(FILE).expect(&number);
    for address in [file.clone(), format!("{file}/preview")] {
        let gone = person.send(Method::GET, &address, &[], &[]);
        assert!(gone.status != 200 && gone.text().contains(TERM), "{address}: {}", gone.status);
    }
    log_in(&mut other.person, "jiro@example.jp");
    let theirs = other.person.open(&format!("/applications/{}", other.ids.application)).link(FILE);
    assert_eq!(other.person.send(Method::GET, &theirs, &[], &[]).status, 200);

    app.log_in_again(&mut office, "support@example.jp");
    let case = path.replace("/applications/", "/cases/");
    office.open(&case).expect(TERM).expect("2031年11月23日").expect_not(FILE).expect("SHA-256");
    office.page().expect_not("原本をダウンロードする");
    let last = file.rsplit('/').next().expect("an id");
    for part in ["file", "page?n=1&turn=0&size=page", "page?n=1&turn=0&size=thumb"] {
        let gone = office.send(Method::GET, &format!("{case}/evidence/{last}/{part}"), &[], &[]);
        assert!(gone.status != 200 && gone.text().contains(TERM), "{part}: {}", gone.status);
    }
    office.open("/mails").expect(TERM).expect_not(MAIL);
    office.open("/audit").expect("保存期間を過ぎた書類を消去しました");
    // (Letters of the new logins aside, there is nothing to do a second time.)
    app.run_periodic("erase_past_terms");
    // What the workers do each hour belongs to it: the two registrations are long over.
    app.run_periodic("forget_accounts");
    let found = app.wait(retention::check(&app.parts.db, &app.parts.storage, &app.parts.config.retention));
    let found = found.expect("rows and store can be read");
    assert!(found.is_clean() && found.rules.iter().all(|rule| rule.due == 0), "{found:?}");
}

fn everything_goes_on_after_the_master_key_was_changed(app: &TestApp) {
    let key = |id: &str, letter: &str| format!("{id}:{}=", letter.repeat(43));
    let (old, new) = (key("k1", "A"), key("k2", "E"));
    let before = TestApp::start_with(&app.place, &[(KEYS, &old)]);
    before.with_master();
    let at = before.database_url();
    let mut person = before.approved(SAKURA, MAIL, 2);
    before.staff("admin@example.jp", Role::Administrator);
    before
        .wait(before.parts.db.write(Actor::operator(), {
            let keyring = before.parts.keyring.clone();
            move |tx| eligibility::signing_key(tx, &keyring)
        }))
        .expect("a key that signs");
    let listed = |app: &TestApp| app.read(eligibility::list_signing_keys).len();
    let keys = listed(&before);
    let shown = reveal_nth(&mut person, SAKURA, 0);

    // The new key in front of the old one: everything is sealed anew while it runs.
    let both = TestApp::start_with(&app.place, &[(KEYS, &format!("{new},{old}")), (DATABASE, at)]);
    both.later(Duration::hours(1));
    let told = both.wait(reseal::reseal(&both.parts.db, &Actor::operator())).expect("resealed");
    let done: Vec<usize> = told.iter().map(|one| one.done).collect();
    assert_eq!(done, [1, 1, 2]);
    let status = both.read(|c| reseal::status(c, &both.parts.keyring));
    assert!(status.keys[1].sealed.iter().all(|(_, count)| *count == 0), "{status:?}");
    assert!(status.older_recovery_codes > 0, "made under the old key");
    let trail = both.read(|c| audit::verify(c, &both.parts.keyring, None));
    assert_eq!(trail.damage, []);
    drop(both);

    // Without the old key.
    let after = TestApp::start_with(&app.place, &[(KEYS, &new), (DATABASE, at)]);
    after.later(Duration::hours(2));
    let mut person = after.portal();
    log_in(&mut person, MAIL);
    let again = reveal_nth(&mut person, SAKURA, 0);
    assert_eq!((&again.password, &again.code), (&shown.password, &shown.code), "what was written down still holds");
    let mut device = Device::new(&after);
    assert_eq!(device.register(&again).status, 201);
    assert_eq!(device.token().status, 200);
    let mut office = after.office();
    office.open("/login");
    office.fill("メールアドレス", "admin@example.jp").fill("パスワード", PASSWORD);
    office.press("ログイン");
    let code = before.authenticator("admin@example.jp").code_at(after.clock.now());
    office.fill("確認コード", &code);
    office.press("確認する").expect("ログアウト");
    let signs = after.read(|c| eligibility::find_signing_key(c, &after.parts.keyring));
    assert!(signs.is_some() && listed(&after) == keys, "the same key goes on");
    drop(after);
    drop(before);
}
