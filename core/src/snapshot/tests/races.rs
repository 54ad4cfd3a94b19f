//! Writers and the feed at the same moment.

use std::sync::Barrier;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::db::Conn;

/// Tries again while another transaction is in the way, as a client does.
fn until_settled<T>(mut work: impl FnMut() -> Result<T>) -> T {
    loop {
        match work() {
            Err(Error::Conflict | Error::Unavailable { .. }) => std::thread::yield_now(),
            settled => return settled.unwrap(),
        }
    }
}

#[test]
fn many_writers_and_one_feed_agree_in_the_end_and_no_number_is_missed() {
    let mut world = world();
    for n in 0..3 {
        world.activate(n);
    }
    let (gate, over) = (Barrier::new(4), AtomicBool::new(false));
    let World { db, scope, devices, clients, fed, .. } = &mut world;
    let (db, scope, clients) = (&*db, &*scope, &*clients);
    std::thread::scope(|threads| {
        let feeding = threads.spawn(|| {
            gate.wait();
            let (writer, position) = fed;
            let mut last = false;
            while !last {
                last = over.load(Ordering::SeqCst);
                let next = db.read_blocking(|c| writer.catch_up(c, clients, position.clone())).unwrap();
                *position = next.expect("no number is missed");
            }
        });
        let writers: Vec<_> = devices
            .iter()
            .map(|id| {
                threads.spawn(|| {
                    gate.wait();
                    for _ in 0..15 {
                        until_settled(|| db.write_blocking(Actor::system(), |tx| device::suspend(tx, scope, id)));
                        until_settled(|| db.write_blocking(Actor::system(), |tx| device::resume(tx, scope, id)));
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        over.store(true, Ordering::SeqCst);
        feeding.join().unwrap();
    });
    world.compare("the race");
}

#[test]
fn a_transaction_that_began_first_and_ends_last_is_not_missed() {
    let mut world = world();
    for n in 0..2 {
        world.activate(n);
    }
    world.feed();
    if world.db.read_blocking(|c| Ok(matches!(c, Conn::Sqlite(_)))).unwrap() {
        // One writer at a time: there is no such order.
        return;
    }
    let (slow, quick) = (world.devices[0].clone(), world.devices[1].clone());
    let World { db, scope, clients, fed, .. } = &mut world;
    let (db, scope, clients) = (&*db, &*scope, &*clients);
    db.write_blocking(Actor::system(), |tx| {
        device::suspend(tx, scope, &slow)?;
        // While the slow one is open, a quick one comes and goes, and is seen.
        std::thread::scope(|threads| {
            let meanwhile = threads.spawn(|| {
                write(db, |tx| device::suspend(tx, scope, &quick));
                let (writer, position) = fed;
                let next = db.read_blocking(|c| writer.catch_up(c, clients, position.clone())).unwrap();
                assert_eq!(next.as_ref().map(|next| next.epoch - position.epoch), Some(1));
                *position = next.expect("the log goes on");
            });
            meanwhile.join().unwrap();
        });
        Ok(())
    })
    .unwrap();
    assert_eq!(world.feed(), 1, "the slow one comes after");
    world.compare("the slow one");
}

#[test]
fn a_check_that_begins_after_a_stop_was_answered_never_says_active() {
    let world = world();
    let snapshot = snapshot(&world.db);
    let claims: Vec<AccessClaims> = (0..3).map(|n| world.activate(n)).collect();
    let now = world.db.clock.now().into();
    std::thread::scope(|threads| {
        for (id, claims) in world.devices.iter().zip(&claims) {
            let (world, snapshot) = (&world, snapshot.clone());
            threads.spawn(move || {
                assert!(matches!(snapshot.check(claims, now), Answer::Active(_)));
                until_settled(|| world.db.write_blocking(Actor::system(), |tx| device::revoke(tx, &world.scope, id)));
                assert!(matches!(snapshot.check(claims, now), Answer::Inactive(_)));
            });
        }
    });
}
