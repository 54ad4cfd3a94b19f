//! Versions of the client app that are refused: at the activation, at a change of
//! the registration, and at every check.

use super::*;
use crate::client_app::{self, AppFault, Known, Platform};
use crate::error::Error;
use crate::refusal::Refusal;
use crate::schema::client_apps;
use crate::scope::StaffScope;
use crate::staff::role::Role;

fn metadata(platform: &str, version: &str) -> String {
    serde_json::json!({ "software_version": version, "device": { "platform": platform } }).to_string()
}

/// An office whose administrator sets what is refused, and its one device.
struct Desk {
    office: Office,
    id: DeviceId,
    admin: StaffScope,
}

fn desk() -> Desk {
    let (office, id) = office_with_device();
    let admin = testing::add_staff(&office.db, Role::Administrator);
    Desk { office, id, admin }
}

impl Desk {
    fn attempt(&self, platform: &str, version: &str) -> Attempt {
        let attempt = self.office.attempt(&self.id, &DeviceKey::generate());
        Attempt { metadata: metadata(platform, version), ..attempt }
    }

    fn minimum(&self, platform: Platform, version: &str) -> Result<()> {
        self.office
            .db
            .write_blocking(self.admin.actor(), |tx| client_app::set_minimum(tx, &self.admin, platform, version))
    }

    fn known(&self) -> Vec<Known> {
        self.office.db.read_blocking(|c| client_app::list(c, &self.admin)).unwrap()
    }

    fn sweep(&self) -> usize {
        write(&self.office.db, client_app::sweep)
    }
}

fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?} is no refusal"),
    }
}

#[test]
fn an_app_below_the_lowest_version_is_refused_and_uses_no_code_up() {
    let desk = desk();
    desk.minimum(Platform::Android, "３.10").expect("set");
    let old = desk.attempt("android", "3.9.5");
    let activated = desk.office.db.write_blocking(Actor::system(), |tx| activate(tx, &keyring(), &old));
    assert_eq!(refused(activated), Refusal::AppTooOld);
    assert!(desk.known().is_empty(), "nothing of what was refused stays");
    // The same code, from an app that was updated; and other platforms have no such rule.
    let client = desk.office.activate(&Attempt { metadata: metadata("android", "3.10.0"), ..old });
    assert!(matches!(desk.office.check(&desk.office.claims(&client)), Checked::Active(_)));
    let known = desk.known();
    assert_eq!((known.len(), known[0].devices, known[0].app.version.as_str()), (1, 1, "3.10.0"));
}

#[test]
fn a_minimum_that_is_raised_ends_checks_until_the_app_is_updated() {
    let desk = desk();
    let attempt = desk.attempt("ios", "2.0");
    let client = desk.office.activate(&attempt);
    let token = desk.office.claims(&client);
    desk.minimum(Platform::Android, "9").expect("set");
    assert!(matches!(desk.office.check(&token), Checked::Active(_)), "of another platform");
    desk.minimum(Platform::Ios, "2.1").expect("set");
    assert_eq!(desk.office.check(&token), Checked::Inactive(Reason::App(AppFault::TooOld)));
    let tell_all = |metadata: &str| {
        let change = |tx: &mut Tx<'_>| {
            change_key(tx, client.client_id.as_str(), &client.registration_token, &attempt.key, metadata).map(drop)
        };
        desk.office.db.write_blocking(Actor::system(), change)
    };
    let tell = |version: &str| tell_all(&metadata("ios", version));
    assert_eq!(refused(tell("2.0.9")), Refusal::AppTooOld);
    tell("2.1").expect("updated");
    assert!(matches!(desk.office.check(&token), Checked::Active(_)), "the same token");
    // What is left out is as it was: no way around the rule.
    desk.minimum(Platform::Ios, "2.2").expect("set");
    assert_eq!(refused(tell_all("{}")), Refusal::AppTooOld);
    tell_all(r#"{"software_version":"2.2"}"#).expect("of the same platform");
    desk.minimum(Platform::Ios, "").expect("taken away");
    tell("1.0").expect("no rule any more");
}

#[test]
fn a_stopped_version_is_refused_and_its_neighbours_are_not() {
    let desk = desk();
    let client = desk.office.activate(&desk.attempt("windows", "3.1.0"));
    let token = desk.office.claims(&client);
    let app = desk.known()[0].app.id;
    let set =
        |work: &dyn Fn(&mut Tx<'_>) -> Result<()>| desk.office.db.write_blocking(desk.admin.actor(), |tx| work(tx));
    let Err(Error::Invalid(errors)) = set(&|tx| client_app::stop(tx, &desk.admin, app, " ")) else { panic!("stopped") };
    assert!(errors.has("reason"));
    set(&|tx| client_app::stop(tx, &desk.admin, app, "読み取りに不具合があるため")).expect("stopped");
    assert_eq!(desk.office.check(&token), Checked::Inactive(Reason::App(AppFault::Stopped)));
    let now = desk.office.db.clock.now().into();
    let found = desk.office.db.read_blocking(|c| find_client(c, client.client_id.as_str(), now)).unwrap().unwrap();
    assert_eq!(found.inactive, Some(Reason::App(AppFault::Stopped)), "so it gets no token");
    assert_eq!(desk.known()[0].fault, Some(AppFault::Stopped));
    write(&desk.office.db, |tx| reissue(tx, &keyring(), &desk.office.scope, &desk.id, Replacement::Again, CODE_DAYS));
    let same = desk.attempt("windows", "3.1.0");
    let again = desk.office.db.write_blocking(Actor::system(), |tx| activate(tx, &keyring(), &same));
    assert_eq!(refused(again), Refusal::AppStopped);
    set(&|tx| client_app::resume(tx, &desk.admin, app)).expect("goes on");
    assert!(matches!(desk.office.check(&token), Checked::Active(_)), "as it was");
}

#[test]
fn only_whoever_may_set_rules_reads_and_changes_them() {
    let desk = desk();
    desk.office.activate(&desk.attempt("android", "3.1.0"));
    let app = desk.known()[0].app.id;
    for role in Role::ALL.iter().filter(|role| **role != Role::Administrator) {
        let scope = testing::add_staff(&desk.office.db, *role);
        let try_to =
            |work: &dyn Fn(&mut Tx<'_>) -> Result<()>| desk.office.db.write_blocking(scope.actor(), |tx| work(tx));
        let refusals = [
            try_to(&|tx| client_app::list(tx.conn(), &scope).map(drop)),
            try_to(&|tx| client_app::set_minimum(tx, &scope, Platform::Android, "9")),
            try_to(&|tx| client_app::stop(tx, &scope, app, "x")),
            try_to(&|tx| client_app::resume(tx, &scope, app)),
        ];
        assert!(refusals.iter().all(|refusal| matches!(refusal, Err(Error::Forbidden))), "{role}: {refusals:?}");
    }
    assert_eq!(desk.known()[0].fault, None);
}

#[test]
fn a_minimum_that_is_no_version_is_told_and_not_set() {
    let desk = desk();
    for typed in ["3.x", "latest", "1.2.3.4.5", "３、１"] {
        let Err(Error::Invalid(errors)) = desk.minimum(Platform::Ios, typed) else { panic!("{typed} is taken") };
        assert!(errors.of("version")[0].contains("3.1.0"), "{typed}");
    }
    assert!(desk.office.db.read_blocking(client_app::minimums).unwrap().is_empty());
}

#[test]
fn how_many_a_minimum_would_stop_is_told_beforehand() {
    let desk = desk();
    let more = desk.office.issue(2);
    desk.office.activate(&desk.attempt("android", "3.1.0"));
    for (id, version) in more.iter().zip(["3.2.0", "2.9"]) {
        let attempt = desk.office.attempt(id, &DeviceKey::generate());
        desk.office.activate(&Attempt { metadata: metadata("android", version), ..attempt });
    }
    let below = |version: &str| {
        let count =
            desk.office.db.read_blocking(|c| client_app::in_use_below(c, &desk.admin, Platform::Android, version));
        count.unwrap()
    };
    assert_eq!([below("2"), below("3"), below("3.1.1"), below("4")], [0, 1, 2, 3]);
    desk.minimum(Platform::Android, "3").expect("set");
    assert_eq!(below("4"), 2, "what is refused already is not counted again");
    let versions: Vec<String> = desk.known().into_iter().map(|known| known.app.version).collect();
    assert_eq!(versions, ["3.2.0", "3.1.0", "2.9"], "newest first");
}

#[test]
fn versions_that_nobody_runs_any_more_are_forgotten_unless_stopped() {
    let desk = desk();
    let attempt = desk.attempt("android", "3.1.0");
    let client = desk.office.activate(&attempt);
    assert_eq!(desk.sweep(), 0);
    for version in ["3.1.1", "3.1.2"] {
        write(&desk.office.db, |tx| {
            let metadata = metadata("android", version);
            change_key(tx, client.client_id.as_str(), &client.registration_token, &attempt.key, &metadata)
        });
    }
    assert_eq!((desk.known().len(), desk.sweep(), desk.known().len()), (3, 2, 1));
    let app = desk.known()[0].app.id;
    write(&desk.office.db, |tx| client_app::stop(tx, &desk.admin, app, "不具合のため"));
    write(&desk.office.db, |tx| revoke(tx, &desk.office.scope, &desk.id));
    assert_eq!(desk.sweep(), 0, "a stop outlives the devices");
    let left: i64 = desk.office.db.read_blocking(|c| Ok(client_apps::table.count().get_result(c)?)).unwrap();
    assert_eq!(left, 1);
}
