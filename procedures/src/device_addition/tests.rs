//! More devices, as use cases on a database of each test's own.

use uketsuke_core::application::draft::{self, save_step};
use uketsuke_core::application::submit::{Sent, submit};
use uketsuke_core::application::{State, claim, decide, repo, rules};
use uketsuke_core::db::Actor;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::scope::FacilityScope;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::{self, TestDb, add_staff, test_db};

use super::*;

struct Desk {
    db: TestDb,
    procedures: uketsuke_core::application::Procedures,
    scope: FacilityScope,
}

/// A facility that uses the service, with two devices.
fn desk() -> Desk {
    let db = test_db();
    let procedures = crate::all(&crate::testing::means());
    let scope = testing::office(&db, true);
    db.write_blocking(Actor::system(), |tx| {
        let grant = testing::approved(tx, &scope)?;
        registration::register(tx, &grant, 3)?;
        device::issue(tx, &testing::keyring(), &grant, 2, 30)
    })
    .expect("devices");
    Desk { db, procedures, scope }
}

impl Desk {
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.db.write_blocking(self.scope.actor(), work)
    }

    fn begin(&self) -> Result<ApplicationId> {
        self.write(|tx| draft::start(tx, &self.procedures, &self.scope, ApplicationKind::DeviceAddition))
    }

    fn save(&self, id: &ApplicationId, count: &str, reason: &str) -> Vec<String> {
        let typed: Answers =
            [("device_count", count), ("reason", reason)].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let saved = self.write(|tx| save_step(tx, &self.procedures, &self.scope, id, "count", &typed));
        saved.expect("saved").iter().map(|error| error.sentence()).collect()
    }

    fn send(&self, id: &ApplicationId) -> Result<Sent> {
        self.write(|tx| submit(tx, &self.procedures, &self.scope, id))
    }

    fn sent(&self, count: &str) -> ApplicationId {
        let id = self.begin().expect("begun");
        assert_eq!(self.save(&id, count, "訪問の担当者が増えたため"), [""; 0]);
        assert_eq!(self.send(&id).expect("sent"), Sent::Done);
        id
    }

    fn state(&self, id: &ApplicationId) -> State {
        self.db.read_blocking(|c| repo::get(c, id)).expect("reads").state
    }

    fn devices(&self) -> u32 {
        self.db.read_blocking(|c| device::places(c, self.scope.facility())).expect("counts").live
    }

    fn limit(&self, devices: u32) {
        let admin = add_staff(&self.db, Role::Administrator);
        let set = |tx: &mut Tx<'_>| rules::set_automatic_limit(tx, &admin, ApplicationKind::DeviceAddition, devices);
        self.db.write_blocking(admin.actor(), set).expect("set");
    }
}

fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?} is no refusal"),
    }
}

#[test]
fn up_to_the_limit_a_rule_approves_and_the_next_one_waits_for_a_reviewer() {
    let desk = desk();
    desk.limit(5);
    let first = desk.sent("３台");
    assert_eq!((desk.state(&first), desk.devices()), (State::Approved, 5));
    let second = desk.sent("1");
    assert_eq!((desk.state(&second), desk.devices()), (State::Submitted, 5), "the sixth is beyond the limit");
    let letters: Vec<String> =
        desk.db.read_blocking(testing::letters).expect("reads").into_iter().map(|(name, _)| name).collect();
    assert_eq!(letters, ["application_approved_at_once", "application_received"]);
    assert_eq!(refused(desk.begin()), Refusal::ApplicationOpen, "one at a time");
    let reviewer = add_staff(&desk.db, Role::Reviewer);
    desk.db
        .write_blocking(reviewer.actor(), |tx| {
            claim::claim(tx, &reviewer, &second)?;
            let seen = repo::get(tx.conn(), &second)?.revision;
            decide::approve(tx, &desk.procedures, &reviewer, (&second, seen), Terms::default())
        })
        .expect("approved");
    assert_eq!(desk.devices(), 6);
    desk.begin().expect("after the decision another one can be begun");
}

#[test]
fn a_limit_of_none_leaves_every_one_to_a_reviewer() {
    let desk = desk();
    desk.limit(0);
    assert_eq!(desk.state(&desk.sent("1")), State::Submitted);
}

#[test]
fn nobody_asks_for_more_before_the_usage_start_or_after_its_end() {
    let desk = desk();
    let colleague = testing::scope(desk.scope.facility(), desk.scope.account(), false);
    let unverified = desk.write(|tx| draft::start(tx, &desk.procedures, &colleague, ApplicationKind::DeviceAddition));
    assert_eq!(refused(unverified), Refusal::UsageStartFirst);
    let id = desk.begin().expect("begun");
    desk.save(&id, "1", "増員のため");
    desk.write(|tx| testing::sql(tx.conn(), "update registrations set ended_at = '2026-01-01 00:00:00'"))
        .expect("ended");
    assert_eq!(refused(desk.send(&id)), Refusal::UsageStartFirst);
    assert_eq!(desk.state(&id), State::Draft, "nothing of the refused one stays");
    assert_eq!(refused(desk.begin()), Refusal::UsageStartFirst);
}

#[test]
fn what_is_wrong_is_told_and_kept_as_typed() {
    let desk = desk();
    let id = desk.begin().expect("begun");
    let faults = desk.save(&id, "21", " ");
    assert!(faults[0].contains("20") && faults[1].contains("追加する理由を入力"), "{faults:?}");
    assert!(matches!(desk.send(&id).expect("looked at"), Sent::Incomplete(open) if open.len() == 2));
    let case = desk.db.read_blocking(|c| {
        let application = repo::get(c, &id)?;
        repo::case(c, application)
    });
    assert_eq!(case.expect("the case").document.answer("device_count"), "21");
    assert_eq!(desk.devices(), 2);
}

#[test]
fn a_facility_that_closed_meanwhile_gets_nothing() {
    let desk = desk();
    let id = desk.begin().expect("begun");
    desk.save(&id, "1", "増員のため");
    desk.write(|tx| testing::sql(tx.conn(), "update facilities set closed_on = '2026-01-01'")).expect("closed");
    assert_eq!(refused(desk.send(&id)), Refusal::FacilityClosed);
    assert_eq!(desk.devices(), 2);
}
