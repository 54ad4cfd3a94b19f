//! Other instances, as the one that stops a device sees them.

use diesel::prelude::*;

use super::*;
use crate::schema::standing_instances;

/// Another instance that has seen so much and was last heard so long ago.
fn instance(world: &World, name: &str, seen: i64, silent_seconds: i64) -> Instance {
    let now = world.db.read_blocking(instances::now).unwrap();
    let row = Instance {
        id: name.into(),
        name: name.into(),
        seen,
        answers_seconds: 30,
        beat_at: now - chrono::Duration::seconds(silent_seconds),
    };
    world.write(|tx| Ok(diesel::insert_into(standing_instances::table).values(&row).execute(tx.conn())?));
    row
}

fn spread(world: &World) -> Spread {
    world.db.read_blocking(|c| of_device(c, &world.devices[0])).unwrap()
}

#[test]
fn a_stop_is_everywhere_when_all_have_confirmed_and_else_says_who_has_not() {
    let world = world();
    assert_eq!(spread(&world), Spread::Everywhere, "nothing ever changed");
    world.activate(0);
    world.write(|tx| device::revoke(tx, &world.scope, &world.devices[0]));
    let head = world.db.read_blocking(log::head).unwrap();
    instance(&world, "web1", head, 1);
    assert_eq!(spread(&world), Spread::Everywhere);
    let behind = instance(&world, "web2", head - 1, 5);
    let Spread::Missing(missing) = spread(&world) else { panic!("web2 has not confirmed") };
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].name, "web2");
    let left = missing[0].until - behind.beat_at;
    assert!((30..=50).contains(&left.num_seconds()), "{left}");
    let confirmed = diesel::update(standing_instances::table.find("web2")).set(standing_instances::seen.eq(head));
    world.write(|tx| Ok(confirmed.execute(tx.conn())?));
    assert_eq!(spread(&world), Spread::Everywhere);
}

#[test]
fn who_can_answer_no_more_is_forgotten() {
    let world = world();
    world.activate(0);
    instance(&world, "gone", 0, 41);
    instance(&world, "silent", 0, 39);
    let Spread::Missing(missing) = spread(&world) else { panic!("one may still answer") };
    assert_eq!(missing.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["silent"]);
    world.db.read_blocking(instances::forget_gone).unwrap();
    let left: Vec<String> =
        world.db.read_blocking(|c| Ok(standing_instances::table.select(standing_instances::name).load(c)?)).unwrap();
    assert_eq!(left, ["silent"]);
}

#[test]
fn an_instance_comes_beats_and_leaves() {
    let world = world();
    let now = world.db.read_blocking(instances::now).unwrap();
    let me = Instance { id: "me".into(), name: "web1".into(), seen: 1, answers_seconds: 30, beat_at: now };
    world.db.read_blocking(|c| instances::beat(c, &me)).unwrap();
    world.db.read_blocking(|c| instances::beat(c, &Instance { seen: 7, ..me.clone() })).unwrap();
    let seen = || -> Vec<i64> {
        world.db.read_blocking(|c| Ok(standing_instances::table.select(standing_instances::seen).load(c)?)).unwrap()
    };
    assert_eq!(seen(), [7]);
    world.db.read_blocking(|c| instances::leave(c, "me")).unwrap();
    assert!(seen().is_empty());
}

#[test]
fn a_writer_does_not_wait_for_one_that_is_silent_and_does_for_one_that_is_heard() {
    let world = world();
    let others = Others::watch(&world.db);
    world.activate(0);
    let head = || world.db.read_blocking(log::head).unwrap();
    instance(&world, "silent", 0, 10);
    world.write(|tx| device::suspend(tx, &world.scope, &world.devices[0]));
    assert!(matches!(spread(&world), Spread::Missing(_)));
    let all = || diesel::update(standing_instances::table);
    world.write(|tx| Ok(all().set(standing_instances::beat_at.eq(diesel::dsl::now)).execute(tx.conn())?));
    // Heard now: the writer waits for it, and it confirms meanwhile.
    std::thread::scope(|threads| {
        let before = head();
        let stopping = threads.spawn(|| world.write(|tx| device::resume(tx, &world.scope, &world.devices[0])));
        while head() == before {
            std::thread::yield_now();
        }
        let now = head();
        world.db.read_blocking(|c| Ok(all().set(standing_instances::seen.eq(now)).execute(c)?)).unwrap();
        stopping.join().unwrap();
    });
    assert_eq!(spread(&world), Spread::Everywhere);
    drop(others);
}
