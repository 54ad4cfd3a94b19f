//! The end of the use, before, at and after midnight in Japan.

use std::sync::Barrier;

use chrono::{DateTime, Duration, Utc};
use uketsuke_core::application::{ApplicationKind, State};
use uketsuke_core::db::Actor;
use uketsuke_core::ending;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::operation;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::{device, registration, testing};

use crate::testing::{Desk, refused};

const KIND: ApplicationKind = ApplicationKind::Termination;

impl Desk {
    fn end_on(&self, typed: &str) -> ApplicationId {
        let typed: &[_] = &[("ends_on", typed), ("agreed", "yes")];
        self.file(&self.scope, KIND, ("end", typed)).expect("filed")
    }

    fn turn_to(&self, at: &str) {
        let at: DateTime<Utc> = at.parse().expect("a time");
        self.db.clock.advance(at - self.db.clock.now());
    }

    fn holds(&self) -> bool {
        let now = self.db.clock.now().into();
        let entry = self.db.read_blocking(|c| registration::find(c, self.scope.facility())).expect("reads");
        entry.expect("an entry").holds(now)
    }

    fn sweep(&self) -> bool {
        self.db.write_blocking(Actor::system(), |tx| ending::end_use(tx, self.scope.facility())).expect("swept")
    }

    fn sealed(&self) -> i64 {
        self.db.read_blocking(testing::sealed_secrets).expect("counts")
    }
}

#[test]
fn the_use_ends_at_midnight_in_japan_and_all_that_hangs_on_it() {
    let desk = Desk::new();
    let typed: &[_] = &[("starts_on", "2026-11-20")];
    desk.file(&desk.scope, ApplicationKind::OperationStart, ("date", typed)).expect("registered");
    let id = desk.end_on("令和8年12月1日");
    assert_eq!((desk.state(&id), desk.holds(), desk.sealed()), (State::Approved, true, 2));
    desk.turn_to("2026-11-30T23:59:59.999999+09:00");
    assert!(desk.holds() && !desk.sweep(), "the last moment of the day before");
    assert_eq!(desk.live_devices(desk.scope.facility()), 2);
    desk.turn_to("2026-12-01T00:00:00+09:00");
    assert!(!desk.holds(), "at midnight itself, before any worker came");
    assert!(desk.sweep() && !desk.sweep(), "once");
    assert_eq!((desk.live_devices(desk.scope.facility()), desk.sealed()), (0, 0), "no secret is left");
    let listed = desk.db.read_blocking(|c| operation::find(c, desk.scope.facility())).expect("reads");
    assert_eq!(listed, None);
    assert_eq!(desk.letters().last().map(String::as_str), Some("usage_ended"));
    assert_eq!(refused(desk.withdraw(&desk.scope, &id)), Refusal::NotInThisState, "too late");
    assert_eq!(refused(desk.begin(&desk.scope, KIND)), Refusal::EndsAlready);
    let reissued = desk.db.write_blocking(desk.scope.actor(), |tx| {
        let keyring = testing::keyring();
        device::reissue(tx, &keyring, &desk.scope, &desk.devices[0], device::Replacement::Again, 30)
    });
    assert_eq!(refused(reissued), Refusal::DeviceState);
}

#[test]
fn it_is_taken_back_until_the_day_and_set_anew() {
    let desk = Desk::new();
    let id = desk.end_on("2026-12-01");
    assert_eq!(refused(desk.begin(&desk.scope, KIND)), Refusal::EndsAlready);
    desk.turn_to("2026-11-30T23:59:00+09:00");
    desk.withdraw(&desk.scope, &id).expect("taken back");
    desk.withdraw(&desk.scope, &id).expect("a second click finds it done");
    assert_eq!(desk.state(&id), State::Withdrawn);
    desk.turn_to("2026-12-02T00:00:00+09:00");
    assert!(desk.holds() && !desk.sweep());
    desk.end_on("2026-12-03");
    let letters = desk.letters();
    assert_eq!(letters, ["application_approved_at_once", "application_withdrawn", "application_approved_at_once"]);
}

#[test]
fn days_that_cannot_be_are_told() {
    let desk = Desk::new();
    let id = desk.begin(&desk.scope, KIND).expect("begun");
    for (typed, part) in [("2026-11-20", "明日（2026年11月21日）以降"), ("2028-01-01", "までの日"), ("", "入力")]
    {
        let faults = desk.save(&desk.scope, &id, "end", &[("ends_on", typed), ("agreed", "yes")]);
        assert!(faults.len() == 1 && faults[0].contains(part), "{typed}: {faults:?}");
    }
    let faults = desk.save(&desk.scope, &id, "end", &[("ends_on", "2026-11-21")]);
    assert!(faults[0].contains("止まるものを確かめて"), "{faults:?}");
    // A draft that lay about until its day was past.
    desk.save(&desk.scope, &id, "end", &[("ends_on", "2026-11-21"), ("agreed", "yes")]);
    desk.turn_to("2026-11-21T00:00:00+09:00");
    assert_eq!(refused(desk.send(&desk.scope, &id)), Refusal::DayPassed);
    assert!(desk.holds());
}

#[test]
fn applications_under_way_stand_in_the_way() {
    let desk = Desk::new();
    let open = desk.begin(&desk.scope, ApplicationKind::DeviceAddition).expect("begun");
    desk.save(&desk.scope, &open, "count", &[("device_count", "20"), ("reason", "増員のため")]);
    desk.send(&desk.scope, &open).expect("sent");
    assert_eq!(desk.state(&open), State::Submitted);
    assert_eq!(refused(desk.begin(&desk.scope, KIND)), Refusal::OthersOpen);
    desk.withdraw(&desk.scope, &open).expect("withdrawn");
    desk.begin(&desk.scope, KIND).expect("now it can");
}

/// However the two fall out, nothing usable is left: the devices come before the
/// end and end with it, or they are refused.
#[test]
fn a_device_added_while_the_use_ends_ends_too_or_is_refused() {
    for _ in 0..6 {
        let desk = Desk::new();
        desk.end_on("2026-12-01");
        let add = desk.begin(&desk.scope, ApplicationKind::DeviceAddition).expect("begun");
        desk.save(&desk.scope, &add, "count", &[("device_count", "1"), ("reason", "増員のため")]);
        let admin = testing::add_staff(&desk.db, uketsuke_core::staff::role::Role::Administrator);
        let limit = |tx: &mut uketsuke_core::db::Tx<'_>| {
            let kind = ApplicationKind::DeviceAddition;
            uketsuke_core::application::rules::set_automatic_limit(tx, &admin, kind, 20)
        };
        desk.db.write_blocking(admin.actor(), limit).expect("set");
        desk.turn_to("2026-11-30T23:59:59.999+09:00");
        let start = Barrier::new(2);
        let (added, swept): (Result<_>, Result<bool>) = std::thread::scope(|threads| {
            let adding = threads.spawn(|| {
                start.wait();
                desk.send(&desk.scope, &add)
            });
            let ending = threads.spawn(|| {
                start.wait();
                desk.db.clock.advance(Duration::milliseconds(1));
                desk.db.write_blocking(Actor::system(), |tx| ending::end_use(tx, desk.scope.facility()))
            });
            (adding.join().expect("no panic"), ending.join().expect("no panic"))
        });
        assert!(matches!(swept, Ok(true) | Err(Error::Conflict)), "{swept:?}");
        if let Err(error) = &added {
            assert!(matches!(error, Error::Refused(Refusal::UsageStartFirst)), "{error:?}");
        }
        desk.sweep();
        assert_eq!((desk.live_devices(desk.scope.facility()), desk.sealed()), (0, 0), "{added:?}");
    }
}
