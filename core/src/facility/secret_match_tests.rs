//! Matching as use cases: what counts, what closes, and races.

use std::sync::Barrier;

use super::*;
use crate::db::{Actor, Db};
use crate::facility::kind::FacilityKind;
use crate::facility::repo;
use crate::fold::account_number;
use crate::schema::throttles;
use crate::scope::FacilityScope;
use crate::testing::{self, NewFacility, OFFICE, TestDb, add_facility, add_member, keyring, test_db};

const RIGHT: &str = "0012345";

/// A midwifery with an account number, and its one member.
fn midwifery(db: &Db) -> FacilityScope {
    let place =
        NewFacility { kind: FacilityKind::Midwifery, code: "1300001234", account_number: Some(RIGHT), ..OFFICE };
    db.write_blocking(Actor::system(), |tx| {
        let facility = add_facility(tx, place)?;
        add_member(tx, &facility, "one@example.jp", false)
    })
    .unwrap()
}

fn number(typed: &str) -> TypedSecret {
    TypedSecret::AccountNumber(account_number(typed).unwrap())
}

fn attempt(db: &Db, scope: &FacilityScope, typed: &TypedSecret) -> MatchOutcome {
    db.write_blocking(scope.actor(), |tx| {
        let facility = repo::get(tx.conn(), scope.facility())?;
        check(tx, &keyring(), &facility, scope.account(), typed)
    })
    .unwrap()
}

fn counted(db: &Db, beginning: &str) -> i32 {
    let like = format!("{beginning}%");
    let counts: Vec<i32> = db
        .read_blocking(|c| Ok(throttles::table.filter(throttles::key.like(like)).select(throttles::count).load(c)?))
        .unwrap();
    counts.into_iter().sum()
}

#[test]
fn five_wrong_tries_close_it_for_good() {
    let db = test_db();
    let scope = midwifery(&db);
    let wrong = number("7654321");
    for left in [4, 3, 2, 1] {
        assert_eq!(attempt(&db, &scope, &wrong), MatchOutcome::Wrong { left });
    }
    assert_eq!(attempt(&db, &scope, &wrong), MatchOutcome::Closed, "the fifth closes");
    assert_eq!(attempt(&db, &scope, &number(RIGHT)), MatchOutcome::Closed, "even what is right");
    db.clock.advance(chrono::Duration::days(400));
    db.write_blocking(Actor::system(), throttle::sweep).unwrap();
    assert_eq!(attempt(&db, &scope, &number(RIGHT)), MatchOutcome::Closed, "and a year later");
}

#[test]
fn what_is_right_matches_however_it_is_typed_and_forgets_wrong_tries() {
    let db = test_db();
    let scope = midwifery(&db);
    assert_eq!(attempt(&db, &scope, &number("1")), MatchOutcome::Wrong { left: 4 });
    for typed in ["12345", "0012345", "００１２３４５", "12-345"] {
        assert_eq!(attempt(&db, &scope, &number(typed)), MatchOutcome::Matched, "{typed}");
    }
    assert_eq!(counted(&db, "match:account:"), 0);
}

#[test]
fn a_birth_date_matches_its_own_sort_only() {
    let db = test_db();
    let born = NaiveDate::from_ymd_opt(1955, 4, 3).unwrap();
    let scope = db
        .write_blocking(Actor::system(), |tx| {
            let facility = add_facility(tx, NewFacility { manager_birth: Some(born), ..OFFICE })?;
            add_member(tx, &facility, "a@example.jp", false)
        })
        .unwrap();
    assert_eq!(attempt(&db, &scope, &number("1955043")), MatchOutcome::NothingToCompare);
    let date = |on| TypedSecret::ManagerBirthDate(on);
    assert_eq!(attempt(&db, &scope, &date(born.succ_opt().unwrap())), MatchOutcome::Wrong { left: 4 });
    assert_eq!(attempt(&db, &scope, &date(born)), MatchOutcome::Matched);
}

#[test]
fn nothing_to_compare_costs_no_try() {
    let db = test_db();
    let scope = testing::office(&db, false);
    for _ in 0..7 {
        assert_eq!(attempt(&db, &scope, &number("1")), MatchOutcome::NothingToCompare);
    }
    assert_eq!(counted(&db, "match:"), 0);
}

#[test]
fn ten_tries_a_day_close_the_facility_for_everybody_until_tomorrow() {
    let db = test_db();
    let first = midwifery(&db);
    let colleagues: Vec<FacilityScope> = (0..3)
        .map(|n| {
            let email = format!("{n}@example.jp");
            db.write_blocking(Actor::system(), |tx| add_member(tx, first.facility(), &email, false)).unwrap()
        })
        .collect();
    for colleague in &colleagues[..2] {
        for _ in 0..5 {
            attempt(&db, colleague, &number("9"));
        }
    }
    assert_eq!(attempt(&db, &colleagues[2], &number(RIGHT)), MatchOutcome::Closed);
    assert_eq!(counted(&db, &format!("match:account:{}", colleagues[2].account())), 0, "costs the person no try");
    db.clock.advance(chrono::Duration::days(1));
    assert_eq!(attempt(&db, &colleagues[2], &number(RIGHT)), MatchOutcome::Matched);
}

#[test]
fn twenty_wrong_tries_at_once_are_five() {
    let db: TestDb = test_db();
    let scope = midwifery(&db);
    let barrier = Barrier::new(20);
    let outcomes: Vec<MatchOutcome> = std::thread::scope(|threads| {
        let tries: Vec<_> = (0..20)
            .map(|n| {
                let (db, scope, barrier) = (&db, &scope, &barrier);
                threads.spawn(move || {
                    barrier.wait();
                    loop {
                        // Six connections for twenty threads: some are asked to come again.
                        let outcome = db.write_blocking(scope.actor(), |tx| {
                            let facility = repo::get(tx.conn(), scope.facility())?;
                            check(tx, &keyring(), &facility, scope.account(), &number(&format!("{}", 100 + n)))
                        });
                        match outcome {
                            Ok(outcome) => return outcome,
                            Err(crate::error::Error::Unavailable { .. }) => {}
                            Err(other) => panic!("{other}"),
                        }
                    }
                })
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let wrong = outcomes.iter().filter(|o| matches!(o, MatchOutcome::Wrong { .. })).count();
    assert_eq!(wrong, 4, "the fifth answer is that it is closed: {outcomes:?}");
    assert_eq!(counted(&db, "match:account:"), 5);
    assert_eq!(counted(&db, "match:facility:"), 5);
}

#[test]
fn a_secret_never_prints() {
    let date = NaiveDate::from_ymd_opt(1955, 4, 3).unwrap();
    for secret in [number("7654321"), TypedSecret::ManagerBirthDate(date)] {
        assert_eq!(format!("{secret:?}"), "TypedSecret(..)");
    }
}
