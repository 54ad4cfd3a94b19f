//! The log as a history: gapless, in the order of commits, and told from another.

use diesel::prelude::*;

use super::*;
use crate::db::{Conn, Ending};
use crate::error::Error;
use crate::schema::{devices, standing_changes, standing_log};

fn touch(tx: &mut Tx<'_>, id: &DeviceId) -> Result<usize> {
    Ok(diesel::update(devices::table.find(id))
        .set(devices::generation.eq(devices::generation + 1))
        .execute(tx.conn())?)
}

#[test]
fn what_is_undone_leaves_no_number() {
    let mut world = world();
    world.activate(0);
    world.feed();
    let id = world.devices[0].clone();
    let failed: Result<()> = world.db.write_blocking(Actor::system(), |tx| {
        touch(tx, &id)?;
        Err(Error::Conflict)
    });
    assert!(failed.is_err());
    assert_eq!(world.feed(), 0);
    world.write(|tx| touch(tx, &id));
    assert!(world.feed() > 0);
    world.compare("a write after one that was undone");
}

#[test]
fn a_change_under_a_savepoint_that_is_undone_does_not_take_the_later_ones_along() {
    let mut world = world();
    world.activate(0);
    world.feed();
    let id = world.devices[0].clone();
    world.write(|tx| {
        let undone: diesel::QueryResult<()> = diesel::Connection::transaction(tx.conn(), |c: &mut Conn| {
            diesel::update(devices::table.find(&id)).set(devices::generation.eq(99)).execute(c)?;
            Err(diesel::result::Error::RollbackTransaction)
        });
        assert!(undone.is_err());
        touch(tx, &id)
    });
    assert_eq!(world.feed(), 1);
    world.compare("a savepoint");
}

#[test]
fn one_postgres_transaction_is_one_number_however_much_it_changes() {
    let mut world = world();
    for n in 0..3 {
        world.activate(n);
    }
    world.feed();
    let devices = world.devices.clone();
    world.write(|tx| devices.iter().try_for_each(|id| touch(tx, id).map(drop)));
    let postgres = world.db.read_blocking(|c| Ok(matches!(c, Conn::Postgres(_)))).unwrap();
    assert_eq!(world.feed(), if postgres { 1 } else { 3 });
    world.compare("three at once");
}

#[test]
fn who_comes_after_the_sweep_is_told_to_load_anew() {
    let mut world = world();
    world.activate(0);
    world.activate(1);
    let newest = world.db.read_blocking(log::end).unwrap();
    assert_eq!(world.write(log::sweep), 0, "all of it is young");
    let old: At = testing::start().into();
    world.write(|tx| {
        Ok(diesel::update(standing_log::table)
            .set(standing_log::at.eq(old - chrono::Duration::days(400)))
            .execute(tx.conn())?)
    });
    assert!(world.write(log::sweep) > 0);
    let left: Vec<Option<i64>> =
        world.db.read_blocking(|c| Ok(standing_log::table.select(standing_log::epoch).load(c)?)).unwrap();
    assert_eq!(left, [Some(newest.epoch)], "the newest stays");
    let changes: i64 = world.db.read_blocking(|c| Ok(standing_changes::table.count().get_result(c)?)).unwrap();
    assert_eq!(changes, 1);
    let (writer, position) = &mut world.fed;
    let clients = &world.clients;
    let followed = world.db.read_blocking(|c| writer.catch_up(c, clients, position.clone())).unwrap();
    assert_eq!(followed, None);
}

#[test]
fn another_history_with_the_same_numbers_is_told_by_its_mark() {
    let mut world = world();
    world.activate(0);
    world.feed();
    let position = world.fed.1.clone();
    let holds = |position: &Position| world.db.read_blocking(|c| log::holds(c, position)).unwrap();
    assert!(holds(&position) && holds(&Position::default()));
    assert!(!holds(&Position { mark: "another".into(), ..position.clone() }));
    assert!(!holds(&Position { epoch: position.epoch + 1, ..position }));
}

#[test]
fn what_settles_as_undone_is_not_told() {
    let mut world = world();
    world.activate(0);
    world.feed();
    let id = world.devices[0].clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let db = world.db.db.clone();
    runtime.block_on(db.settle(Actor::system(), move |tx| touch(tx, &id).map(Ending::Undo))).unwrap();
    assert_eq!(world.feed(), 0);
}
