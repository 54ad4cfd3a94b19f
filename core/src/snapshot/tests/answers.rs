//! What memory answers is what the tables answer.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::*;
use crate::device::Checked;
use crate::schema::{facilities, registrations};

/// Memory's answer, held against the tables'. The tables tell ended credentials
/// from unknown ones; memory does not hold those.
fn same(world: &World, snapshot: &Snapshot, claims: &AccessClaims) -> Answer {
    let now = world.db.clock.now().into();
    let (memory, tables) =
        (snapshot.check(claims, now), world.db.read_blocking(|c| device::check(c, claims, now)).unwrap());
    match (&memory, &tables) {
        (Answer::Active(ours), Checked::Active(theirs)) => {
            assert_eq!(ours.facility_code.as_str(), theirs.facility_code);
            assert_eq!(ours.facility_kind, theirs.facility_kind);
            let annex = ours.annex_facility_code.as_ref().map(Short::as_str);
            assert_eq!(annex, theirs.annex_facility_code.as_deref());
            assert_eq!(ours.user_id.as_str(), theirs.user_id);
        }
        (Answer::Inactive(Reason::Unknown), Checked::Inactive(_)) => {}
        (Answer::Inactive(ours), Checked::Inactive(theirs)) => assert_eq!(ours, theirs),
        _ => panic!("{memory:?} {tables:?}"),
    }
    memory
}

#[test]
fn a_device_s_whole_life_is_answered_as_the_tables_have_it() {
    let world = world();
    let snapshot = snapshot(&world.db);
    let id = world.devices[0].clone();
    let first = world.activate(0);
    assert!(matches!(same(&world, &snapshot, &first), Answer::Active(_)));
    world.write(|tx| device::suspend(tx, &world.scope, &id));
    assert_eq!(same(&world, &snapshot, &first), Answer::Inactive(Reason::Suspended));
    world.write(|tx| device::resume(tx, &world.scope, &id));
    assert_eq!(same(&world, &snapshot, &first), Answer::Inactive(Reason::Ended), "a stop ends older tokens");
    world.write(|tx| device::reissue(tx, &keyring(), &world.scope, &id, device::Replacement::Again, 30));
    let second = world.activate(0);
    assert!(matches!(same(&world, &snapshot, &second), Answer::Active(_)));
    assert_eq!(same(&world, &snapshot, &first), Answer::Inactive(Reason::Unknown), "another took over");
    world.write(|tx| device::revoke(tx, &world.scope, &id));
    assert_eq!(same(&world, &snapshot, &second), Answer::Inactive(Reason::Unknown));
    assert!(snapshot.is_empty());
}

#[test]
fn a_token_counts_for_its_time_client_key_and_generation_only() {
    let world = world();
    let snapshot = snapshot(&world.db);
    let good = world.activate(0);
    for (claims, reason) in [
        (AccessClaims { exp: world.db.clock.now().timestamp(), ..good }, Reason::Token),
        (AccessClaims { client_id: [1; 16], ..good }, Reason::Unknown),
        (AccessClaims { jkt: [1; 32], ..good }, Reason::Unknown),
        (AccessClaims { generation: good.generation - 1, ..good }, Reason::Ended),
    ] {
        assert_eq!(same(&world, &snapshot, &claims), Answer::Inactive(reason));
    }
    assert!(matches!(same(&world, &snapshot, &good), Answer::Active(_)));
}

#[test]
fn a_main_office_s_device_speaks_for_the_other_one_as_long_as_that_is_open() {
    let world = world();
    let snapshot = snapshot(&world.db);
    let claims = world.activate(0);
    let annex = |snapshot: &Snapshot| match same(&world, snapshot, &claims) {
        Answer::Active(facts) => facts.annex_facility_code.map(|code| code.as_str().to_owned()),
        Answer::Inactive(reason) => panic!("{reason:?}"),
    };
    assert_eq!(annex(&snapshot), None);
    let kind = FacilityKind::AcupunctureMassage;
    let other = testing::NewFacility { kind, code: "1322222222", ..testing::OFFICE };
    world.write(|tx| {
        let other = testing::add_facility(tx, other)?;
        crate::annex::declare(tx, &world.grant, &other)
    });
    assert_eq!(annex(&snapshot).as_deref(), Some("1322222222"), "at once");
    let today = crate::clock::tokyo_date(world.db.clock.now());
    world.write(|tx| {
        let other = facilities::table.filter(facilities::code.eq("1322222222"));
        diesel::update(other).set(facilities::closed_on.eq(today)).execute(tx.conn())?;
        tx.record(crate::audit::Deed::new("facility.viewed", "facilities", "x"))
    });
    assert_eq!(annex(&snapshot), None, "nobody speaks for a closed one");
    world.write(|tx| {
        let annex = crate::annex::find(tx.conn(), world.scope.facility())?.expect("together");
        crate::annex::end(tx, &annex, crate::annex::Ended::Cancelled)
    });
    assert_eq!(annex(&snapshot), None);
}

#[test]
fn a_facility_s_devices_stop_on_its_closing_date_and_with_its_registration() {
    let world = world();
    let snapshot = snapshot(&world.db);
    let claims = world.activate(0);
    // An audited write is what waits for memory; these follow one.
    let wait = || write(&world.db, |tx| eligibility::add(tx, "x"));
    let today = crate::clock::tokyo_date(world.db.clock.now());
    let close = |on: Option<NaiveDate>| {
        world.write(|tx| Ok(diesel::update(facilities::table).set(facilities::closed_on.eq(on)).execute(tx.conn())?));
        wait();
    };
    for (on, active) in [(today.succ_opt(), true), (Some(today), false), (today.pred_opt(), false), (None, true)] {
        close(on);
        let answer = same(&world, &snapshot, &claims);
        assert_eq!(matches!(answer, Answer::Active(_)), active, "{on:?}");
        assert!(active || answer == Answer::Inactive(Reason::FacilityClosed));
    }
    let now: At = world.db.clock.now().into();
    world.write(|tx| {
        Ok(diesel::update(registrations::table).set(registrations::ended_at.eq(now)).execute(tx.conn())?)
    });
    wait();
    assert_eq!(same(&world, &snapshot, &claims), Answer::Inactive(Reason::NotRegistered));
}

#[test]
fn what_was_there_before_the_start_is_loaded() {
    let world = world();
    let claims = world.activate(2);
    world.activate(1);
    let snapshot = snapshot(&world.db);
    assert_eq!(snapshot.len(), 2);
    assert!(matches!(same(&world, &snapshot, &claims), Answer::Active(_)));
    assert_eq!(snapshot.footing(), Footing::Fresh);
}

#[test]
fn a_use_is_noted_once_per_batch_and_only_when_it_was_good() {
    let world = world();
    let snapshot = snapshot(&world.db);
    let claims = world.activate(0);
    let now: At = world.db.clock.now().into();
    let later = now + chrono::Duration::seconds(9);
    for at in [now, later, now] {
        snapshot.check(&claims, at);
    }
    snapshot.check(&AccessClaims { generation: 9, ..claims }, later);
    assert_eq!(snapshot.take_uses(1_000), [(world.devices[0].clone(), later)]);
    assert_eq!(snapshot.take_uses(1_000), []);
    snapshot.check(&claims, now);
    assert_eq!(snapshot.take_uses(1_000).len(), 1);
}

#[test]
fn an_age_beyond_the_limit_leaves_nothing_to_answer_from() {
    let world = world();
    let snapshot = snapshot(&world.db);
    snapshot.age(Duration::from_secs(10));
    assert!(matches!(snapshot.footing(), Footing::Aged(age) if age >= Duration::from_secs(10)));
    snapshot.age(Duration::from_secs(31));
    assert_eq!(snapshot.footing(), Footing::None);
    snapshot.age(Duration::ZERO);
    assert_eq!(snapshot.footing(), Footing::Fresh);
}
