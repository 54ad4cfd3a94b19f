//! What happens at the same moment.

use std::sync::Barrier;

use super::*;
use crate::error::Error;
use crate::schema::{credentials, devices};

/// Runs `work` on `n` threads that start together.
fn together<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let gate = Barrier::new(n);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n)
            .map(|i| {
                let (gate, work) = (&gate, &work);
                scope.spawn(move || {
                    gate.wait();
                    work(i)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Tries again while another transaction is in the way, as a client does.
fn until_settled<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    loop {
        match work() {
            Err(Error::Conflict | Error::Unavailable { .. }) => std::thread::yield_now(),
            settled => return settled,
        }
    }
}

#[test]
fn of_many_devices_with_one_code_exactly_one_gets_it() {
    let (office, id) = office_with_device();
    let base = office.attempt(&id, &DeviceKey::generate());
    let outcomes = together(5, |i| {
        let mine = Attempt { key: DeviceKey::generate().jwk(), address: format!("192.0.2.{i}"), ..base.clone() };
        until_settled(|| office.db.write_blocking(Actor::system(), |tx| activate(tx, &keyring(), &mine))).unwrap()
    });
    let won = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Activated(_))).count();
    let lost = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Wrong)).count();
    assert_eq!((won, lost), (1, 4), "{outcomes:?}");
    let count: i64 = office.db.read_blocking(|c| Ok(credentials::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 1);
}

#[test]
fn one_device_that_asks_twice_at_once_is_one_device() {
    let (office, id) = office_with_device();
    let mine = office.attempt(&id, &DeviceKey::generate());
    let outcomes = together(4, |_| {
        until_settled(|| office.db.write_blocking(Actor::system(), |tx| activate(tx, &keyring(), &mine))).unwrap()
    });
    let clients: std::collections::HashSet<String> = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Activated(activated) => activated.client_id.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(clients.len(), 1);
}

#[test]
fn wrong_tries_at_the_same_moment_are_all_counted() {
    let (office, id) = office_with_device();
    let mine = office.attempt(&id, &DeviceKey::generate());
    together(TRIES_PER_CODE as usize, |i| {
        let wrong = Attempt { password: "abcdefghjkmn".into(), address: format!("192.0.2.{i}"), ..mine.clone() };
        until_settled(|| office.db.write_blocking(Actor::system(), |tx| activate(tx, &keyring(), &wrong))).unwrap()
    });
    assert!(matches!(office.try_activate(&mine), Outcome::Wrong));
}

#[test]
fn twenty_stay_twenty_when_many_issue_at_once() {
    let office = office();
    let issued: usize = together(6, |_| {
        let work =
            || office.db.write_blocking(Actor::system(), |tx| issue(tx, &keyring(), &office.grant, 5, CODE_DAYS));
        until_settled(work).map_or(0, |ids| ids.len())
    })
    .into_iter()
    .sum();
    let count: i64 = office.db.read_blocking(|c| Ok(devices::table.count().get_result(c)?)).unwrap();
    assert_eq!((issued, count), (20, 20));
}

#[test]
fn a_check_that_begins_after_a_revocation_never_says_active() {
    let (office, id) = office_with_device();
    let activated = office.activate(&office.attempt(&id, &DeviceKey::generate()));
    let claims = office.claims(&activated);
    let answers = together(3, |i| {
        if i == 0 {
            until_settled(|| office.db.write_blocking(Actor::system(), |tx| revoke(tx, &office.scope, &id))).unwrap();
        }
        (i == 0).then(|| office.check(&claims))
    });
    assert_eq!(answers[0], Some(Checked::Inactive(Reason::Revoked)));
}
