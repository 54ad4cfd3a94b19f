//! Accounts that a facility's manager makes (居宅同意取得型).

use std::sync::Barrier;

use chrono::{Days, NaiveDate};

use super::*;
use crate::clock::tokyo_date;
use crate::db::At;
use crate::error::Error;
use crate::facility::feature::{self, Feature, Features};
use crate::facility::kind::FacilityKind;
use crate::form::FieldErrors;
use crate::refusal::Refusal;
use crate::schema::{account_places, audit_events, devices, registrations};
use crate::testing::{CLINIC, NewFacility, OFFICE};

/// A clinic that was given so many places.
fn clinic(places: u32) -> Office {
    let db = test_db();
    let (scope, grant) = testing::clinic(&db, places);
    Office { db, scope, grant }
}

impl Office {
    fn today(&self) -> NaiveDate {
        tokyo_date(self.db.clock.now())
    }

    fn typed(&self, user_id: &str) -> HolderTyped {
        testing::holder(&self.db, user_id)
    }

    fn create(&self, typed: &HolderTyped) -> Result<DeviceId> {
        let make = |tx: &mut Tx<'_>| create(tx, &keyring(), &self.scope, (typed, FieldErrors::default()), CODE_DAYS);
        self.db.write_blocking(self.scope.actor(), make)
    }

    fn amend(&self, id: &DeviceId, typed: &HolderTyped) -> Result<()> {
        self.db.write_blocking(self.scope.actor(), |tx| amend(tx, &self.scope, id, (typed, FieldErrors::default())))
    }

    fn places(&self) -> (u32, u32, u32) {
        let places = self.db.read_blocking(|c| places(c, self.scope.facility())).unwrap();
        (places.given, places.live, places.free())
    }
}

/// The one field that is at fault, with what is said of it.
fn fault<T: std::fmt::Debug>(outcome: Result<T>) -> (String, String) {
    match outcome {
        Err(Error::Invalid(errors)) => {
            let all: Vec<_> = errors.iter().map(|error| (error.field.clone(), error.sentence())).collect();
            assert_eq!(all.len(), 1, "{all:?}");
            all[0].clone()
        }
        other => panic!("{other:?} names no fault"),
    }
}

fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?} is no refusal"),
    }
}

#[test]
fn an_approval_gives_places_and_the_manager_makes_accounts_in_them() {
    let clinic = clinic(2);
    assert_eq!(clinic.places(), (2, 0, 2));
    let id = clinic.create(&clinic.typed("ｔａｎａｋａ１")).expect("made");
    assert_eq!(clinic.places(), (2, 1, 1));
    let device = clinic.device(&id);
    assert_eq!((device.user_id.as_str(), device.name()), ("tanaka1", "田中 花子"));
    assert_eq!((device.role, device.holder_kana.as_str()), (AccountRole::MedicalInformation, "タナカ ハナコ"));
    // The app's user types the ID in any case and width.
    let key = DeviceKey::generate();
    let mut attempt = clinic.attempt(&id, &key);
    attempt.user_id = "ＴＡＮＡＫＡ１".into();
    let activated = clinic.activate(&attempt);
    write(&clinic.db, |tx| feature::set(tx, &clinic.scope, Features::from_iter([Feature::HomeVisit])));
    let Checked::Active(facts) = clinic.check(&clinic.claims(&activated)) else { panic!("not active") };
    assert_eq!((facts.role, facts.features.to_string()), (AccountRole::MedicalInformation, "home_visit".into()));
    assert_eq!(facts.user_id, "tanaka1");
}

#[test]
fn every_place_is_used_once_and_that_of_a_revoked_account_again() {
    let clinic = clinic(2);
    let first = clinic.create(&clinic.typed("tanaka1")).expect("made");
    clinic.create(&clinic.typed("tanaka2")).expect("made");
    assert_eq!(refused(clinic.create(&clinic.typed("tanaka3"))), Refusal::NoPlaces);
    write(&clinic.db, |tx| revoke(tx, &clinic.scope, &first));
    assert!(fault(clinic.create(&clinic.typed("Tanaka1"))).1.contains("すでに使われています"));
    clinic.create(&clinic.typed("tanaka3")).expect("its place is free again");
    assert_eq!(clinic.places(), (2, 2, 0));
}

#[test]
fn the_same_form_sent_twice_makes_one_account_and_another_one_with_its_id_none() {
    let clinic = clinic(3);
    let first = clinic.create(&clinic.typed("tanaka1")).expect("made");
    assert_eq!(clinic.create(&clinic.typed("tanaka1")).expect("the same"), first);
    let other = HolderTyped { name: "田中 次郎".into(), ..clinic.typed("tanaka1") };
    assert_eq!(fault(clinic.create(&other)).0, "user_id");
    assert_eq!(fault(clinic.create(&clinic.typed("TANAKA1"))).0, "user_id");
    assert_eq!(clinic.places().1, 1);
}

#[test]
fn two_at_once_share_neither_the_last_place_nor_an_id() {
    let clinic = clinic(3);
    clinic.create(&clinic.typed("first")).expect("made");
    for ids in [["tanaka1", "TANAKA1"], ["suzuki1", "suzuki2"]] {
        let together = Barrier::new(2);
        let outcomes: Vec<Result<DeviceId>> = std::thread::scope(|threads| {
            let made = ids.map(|id| {
                let (clinic, together) = (&clinic, &together);
                threads.spawn(move || {
                    together.wait();
                    clinic.create(&clinic.typed(id))
                })
            });
            made.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let good = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(good, 1, "{ids:?}: {outcomes:?}");
    }
    assert_eq!(clinic.places(), (3, 3, 0));
}

#[test]
fn everything_that_is_wrong_is_told_in_the_order_of_the_form() {
    let clinic = clinic(1);
    let typed =
        HolderTyped { role: "root".into(), user_id: "田".into(), kana: "花".into(), ..HolderTyped::default() };
    let Err(Error::Invalid(errors)) = clinic.create(&typed) else { panic!("taken") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["role", "user_id", "name", "kana"]);
    let (today, typed) = (clinic.today(), clinic.typed("tanaka1"));
    for on in [today - Days::new(1), today + Days::new(367)] {
        assert_eq!(fault(clinic.create(&HolderTyped { starts_on: Some(on), ..typed.clone() })).0, "starts_on");
    }
    assert_eq!(clinic.places().1, 0, "nothing of what was refused stays");
}

#[test]
fn an_account_works_from_its_first_day_in_japan_on() {
    let clinic = clinic(1);
    let on = clinic.today() + Days::new(2);
    let id = clinic.create(&HolderTyped { starts_on: Some(on), ..clinic.typed("tanaka1") }).expect("made");
    let activated = clinic.activate(&clinic.attempt(&id, &DeviceKey::generate()));
    assert_eq!(clinic.check(&clinic.claims(&activated)), Checked::Inactive(Reason::NotStarted));
    let midnight = crate::clock::tokyo_midnight(on);
    clinic.db.clock.advance(midnight - clinic.db.clock.now() - chrono::Duration::seconds(1));
    assert_eq!(clinic.check(&clinic.claims(&activated)), Checked::Inactive(Reason::NotStarted));
    clinic.db.clock.advance(chrono::Duration::seconds(1));
    assert!(matches!(clinic.check(&clinic.claims(&activated)), Checked::Active(_)));
    // It may be put off again, and left as it is once it is past.
    clinic.db.clock.advance(chrono::Duration::days(3));
    let kept = HolderTyped { starts_on: Some(on), role: "general".into(), ..clinic.typed("") };
    clinic.amend(&id, &kept).expect("an old day may stay");
    let Checked::Active(facts) = clinic.check(&clinic.claims(&activated)) else { panic!("not active") };
    assert_eq!(facts.role, AccountRole::General);
    let later = HolderTyped { starts_on: Some(clinic.today() + Days::new(1)), ..kept };
    clinic.amend(&id, &later).expect("put off");
    assert_eq!(clinic.check(&clinic.claims(&activated)), Checked::Inactive(Reason::NotStarted));
}

#[test]
fn what_was_amended_is_in_the_trail_without_names() {
    let clinic = clinic(1);
    let id = clinic.create(&clinic.typed("tanaka1")).expect("made");
    let typed = HolderTyped { name: "鈴木 一".into(), role: "general".into(), ..clinic.typed("other") };
    clinic.amend(&id, &typed).expect("amended");
    assert_eq!(clinic.device(&id).user_id, "tanaka1", "the ID stays");
    clinic.amend(&id, &typed).expect("the same again");
    let rows: Vec<String> = clinic
        .db
        .read_blocking(|c| {
            let amended = audit_events::table.filter(audit_events::action.eq_any(["device.amended", "device.created"]));
            Ok(amended.select(audit_events::detail).load(c)?)
        })
        .unwrap();
    assert_eq!(rows.len(), 2, "a form that changes nothing is no deed");
    let text = rows.join("\n");
    assert!(text.contains("medical_information") && !text.contains("鈴木") && !text.contains("田中"), "{text}");
    write(&clinic.db, |tx| revoke(tx, &clinic.scope, &id));
    assert_eq!(refused(clinic.amend(&id, &clinic.typed("tanaka1"))), Refusal::DeviceState);
}

#[test]
fn only_verified_people_of_a_facility_of_this_form_make_accounts() {
    let clinic = clinic(1);
    let id = clinic.create(&clinic.typed("tanaka1")).expect("made");
    let strangers = write(&clinic.db, |tx| {
        let elsewhere = NewFacility { code: "1300000001", ..CLINIC };
        let elsewhere = t::add_facility(tx, elsewhere)?;
        Ok([
            (t::add_member(tx, clinic.scope.facility(), "new@example.jp", false)?, None),
            (t::add_member(tx, &elsewhere, "stranger@example.jp", true)?, Some(Refusal::UsageStartFirst)),
        ])
    });
    for (scope, refusal) in strangers {
        let theirs = Office { db: test_db(), scope: scope.clone(), grant: clinic.grant.clone() };
        let typed = theirs.typed("suzuki1");
        let write = |work: &dyn Fn(&mut Tx<'_>) -> Result<()>| clinic.db.write_blocking(Actor::system(), |tx| work(tx));
        let none = FieldErrors::default;
        let made = write(&|tx| create(tx, &keyring(), &scope, (&typed, none()), CODE_DAYS).map(drop));
        match refusal {
            Some(refusal) => assert_eq!(refused(made), refusal),
            None => assert!(matches!(made, Err(Error::NotFound)), "{made:?}"),
        }
        let amended = write(&|tx| amend(tx, &scope, &id, (&typed, none())));
        assert!(matches!(amended, Err(Error::NotFound)), "{amended:?}");
    }
    let office = office();
    assert!(matches!(office.create(&office.typed("tanaka1")), Err(Error::NotFound)));
    let features = Features::from_iter([Feature::HomeVisit]);
    let set = office.db.write_blocking(Actor::system(), |tx| feature::set(tx, &office.scope, features));
    assert!(matches!(set, Err(Error::NotFound)));
}

#[test]
fn a_facility_that_left_makes_no_accounts() {
    let clinic = clinic(1);
    let ended: At = clinic.db.clock.now().into();
    write(&clinic.db, |tx| {
        Ok(diesel::update(registrations::table).set(registrations::ended_at.eq(ended)).execute(tx.conn())?)
    });
    assert_eq!(refused(clinic.create(&clinic.typed("tanaka1"))), Refusal::UsageStartFirst);
}

#[test]
fn an_id_of_another_facility_under_the_same_code_is_taken() {
    let clinic = clinic(1);
    let other = write(&clinic.db, |tx| {
        let facility = t::add_facility(tx, NewFacility { kind: FacilityKind::Insurer, ..OFFICE })?;
        let scope = t::add_member(tx, &facility, "jiro@example.jp", true)?;
        t::approved(tx, &scope)
    });
    write(&clinic.db, |tx| issue(tx, &keyring(), &other, 1, CODE_DAYS));
    let id: String = clinic.db.read_blocking(|c| Ok(devices::table.select(devices::user_id).first(c)?)).unwrap();
    assert_eq!(fault(clinic.create(&clinic.typed(&id.to_lowercase()))).0, "user_id");
}

#[test]
fn places_are_taken_back_only_while_nobody_used_one() {
    let clinic = clinic(2);
    let back = |clinic: &Office| {
        let work = |tx: &mut Tx<'_>| take_back(tx, clinic.scope.facility(), clinic.grant.application());
        clinic.db.write_blocking(Actor::system(), work)
    };
    clinic.create(&clinic.typed("tanaka1")).expect("made");
    assert_eq!(refused(back(&clinic)), Refusal::UndoSeen);
    assert_eq!(clinic.places(), (2, 1, 1), "as before");
    let fresh = self::clinic(2);
    back(&fresh).expect("taken back");
    let left: i64 = fresh.db.read_blocking(|c| Ok(account_places::table.count().get_result(c)?)).unwrap();
    assert_eq!(left, 0);
    assert_eq!(refused(fresh.create(&fresh.typed("tanaka1"))), Refusal::NoPlaces);
}
