//! The trail under attack: by SQL, as somebody with the database would.

use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;

use super::*;
use crate::db::{Actor, Db};
use crate::error::Error;
use crate::schema::{audit_events, audit_heads};
use crate::testing::{TestDb, keyring, test_db};

/// A trail of so many events, each its own commit.
fn trail(count: usize) -> TestDb {
    let db = test_db();
    for n in 0..count {
        record(&db, &format!("subject {n}"));
    }
    db
}

fn record(db: &Db, subject: &str) {
    let deed = |tx: &mut Tx<'_>| {
        let deed = Deed::new("device.suspended", "devices", subject).changed("state", "active", "suspended");
        tx.record(deed.with(json!({ "by": "test" })))
    };
    db.write_blocking(Actor::system(), deed).expect("recorded");
}

fn sql(db: &Db, text: &str) {
    db.read_blocking(|c| Ok(c.batch_execute(text)?)).expect("the attack works");
}

fn verdict(db: &Db) -> Verdict {
    db.read_blocking(|c| verify(c, &keyring(), None)).expect("reads")
}

fn id_at(db: &Db, position: i64) -> AuditId {
    let at = audit_events::table.filter(audit_events::position.eq(position)).select(audit_events::id);
    db.read_blocking(|c| Ok(at.first(c)?)).expect("an event")
}

#[test]
fn a_trail_that_nobody_touched_is_whole() {
    let db = trail(25);
    let found = verdict(&db);
    assert_eq!((found.events, found.head.position, found.damage), (25, 25, vec![]));
    let newest = db.read_blocking(|c| verify_newest(c, &keyring(), 10)).unwrap();
    assert_eq!((newest.events, newest.damage), (10, vec![]));
    assert_eq!(verdict(&test_db()).damage, [], "an empty one too");
}

#[test]
fn an_edited_event_is_found_whichever_field_it_was() {
    let edits = [
        "at = '2020-01-01 00:00:00'",
        "actor_kind = 'operator'",
        "actor_id = 'somebody'",
        "action = 'device.resumed'",
        "subject_kind = 'staff'",
        "subject_id = 'subject 1'",
        "facility_id = 'x'",
        "detail = '{}'",
        "request_id = 'x'",
        "address = 'x'",
        "changes = null",
        "id = '01900000-0000-7000-8000-000000000000'",
    ];
    for edit in edits {
        let db = trail(9);
        sql(&db, &format!("update audit_events set {edit} where position = 5"));
        let damage = verdict(&db).damage;
        assert_eq!(damage, [Damage::Altered { position: 5, id: id_at(&db, 5) }], "{edit}");
    }
}

#[test]
fn a_deleted_event_leaves_a_gap_that_is_named() {
    let db = trail(9);
    sql(&db, "delete from audit_events where position in (4, 5)");
    assert_eq!(verdict(&db).damage, [Damage::Missing { first: 4, last: 5 }]);
    sql(&db, "update audit_events set position = position - 2 where position > 5");
    let damage = verdict(&db).damage;
    assert!(!damage.is_empty() && damage.contains(&Damage::Missing { first: 8, last: 9 }), "{damage:?}");
}

#[test]
fn two_swapped_events_are_both_named_with_their_own_places() {
    for (a, b) in [(3, 7), (4, 5)] {
        let db = trail(9);
        let (first, second) = (id_at(&db, a), id_at(&db, b));
        sql(
            &db,
            &format!(
                "update audit_events set position = 1000 where position = {a};
                 update audit_events set position = {a} where position = {b};
                 update audit_events set position = {b} where position = 1000;"
            ),
        );
        let mut damage = verdict(&db).damage;
        damage.sort_by_key(|d| if let Damage::Moved { position, .. } = d { *position } else { 0 });
        let moved = |position, from, id| Damage::Moved { position, from, id };
        assert_eq!(damage, [moved(a, b, second), moved(b, a, first)], "{a} {b}");
    }
}

#[test]
fn a_tail_that_was_cut_off_is_missed_even_when_the_head_was_turned_back() {
    let db = trail(9);
    sql(&db, "delete from audit_events where position > 7");
    assert_eq!(verdict(&db).damage, [Damage::Missing { first: 8, last: 9 }]);
    // The head as it may be written without the key.
    let chain: Option<String> = db
        .read_blocking(|c| {
            let at = audit_events::table.filter(audit_events::position.eq(7)).select(audit_events::chain);
            Ok(at.first(c)?)
        })
        .unwrap();
    sql(&db, &format!("update audit_heads set position = 7, chain = '{}'", chain.unwrap()));
    assert_eq!(verdict(&db).damage, [Damage::HeadAltered]);
}

#[test]
fn a_whole_trail_turned_back_is_found_by_a_head_noted_elsewhere() {
    let db = trail(5);
    let early = db.read_blocking(head).unwrap();
    record(&db, "later");
    let noted = db.read_blocking(head).unwrap();
    let check = |head: &Head| {
        let noted = Some((head.position, head.chain.as_str()));
        db.read_blocking(|c| verify(c, &keyring(), noted)).unwrap().damage
    };
    assert_eq!(check(&noted), []);
    // Somebody kept an old copy of the head and puts it back with the rows of that time.
    sql(&db, "delete from audit_events where position > 5");
    sql(&db, &format!("update audit_heads set position = 5, chain = '{}', mac = '{}'", early.chain, early.mac));
    assert_eq!(verdict(&db).damage, [], "from inside it looks whole");
    assert_eq!(check(&noted), [Damage::NotedHeadGone { position: 6 }]);
    assert_eq!(check(&early), []);
}

#[test]
fn what_was_written_past_the_program_is_found() {
    let db = trail(3);
    let insert = |position: &str| {
        format!(
            "insert into audit_events (id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail, position, chain)
             values ('01900000-0000-7000-8000-0000000000{}', '2026-11-20 00:00:00', 'system', '', 'device.revoked', 'devices', 'x', '{{}}', {position}, 'test.00')",
            if position == "null" { "aa" } else { "bb" }
        )
    };
    sql(&db, &insert("null"));
    sql(&db, &insert("4"));
    let damage = verdict(&db).damage;
    assert_eq!(damage.len(), 2, "{damage:?}");
    assert!(matches!(damage[0], Damage::Beyond { position: 4, .. }) && damage[1] == Damage::Unsealed { count: 1 });
}

#[test]
fn a_stranger_key_fits_nothing() {
    let db = trail(2);
    let stranger = crate::secret::Keyring::from_master("test", &[9; 32]);
    let found = db.read_blocking(|c| verify(c, &stranger, None)).unwrap();
    assert_eq!(found.damage.len(), 3, "both events and the head: {:?}", found.damage);
}

#[test]
fn what_did_not_commit_was_not_recorded() {
    let db = trail(1);
    let failed: Result<()> = db.write_blocking(Actor::system(), |tx| {
        tx.record(Deed::new("device.revoked", "devices", "x"))?;
        Err(Error::Conflict)
    });
    assert!(failed.is_err());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime
        .block_on(db.rehearse(Actor::system(), |tx| tx.record(Deed::new("device.revoked", "devices", "x"))))
        .unwrap();
    record(&db, "after");
    let found = verdict(&db);
    assert_eq!((found.events, found.damage), (2, vec![]));
}

#[test]
fn many_at_once_make_one_chain() {
    let db = test_db();
    thread::scope(|scope| {
        for writer in 0..5 {
            let db = &db.db;
            scope.spawn(move || {
                for n in 0..20 {
                    record(db, &format!("{writer}/{n}"));
                }
            });
        }
    });
    let found = verdict(&db);
    assert_eq!((found.events, found.head.position, found.damage), (100, 100, vec![]));
}

#[test]
fn events_of_before_the_chain_are_sealed_once_in_their_order() {
    let db = trail(1203);
    sql(
        &db,
        "update audit_events set position = null, chain = null;
         update audit_heads set position = 0, chain = '', mac = ''",
    );
    assert_eq!(seal_earlier(&db).unwrap(), 1203);
    assert_eq!(seal_earlier(&db).unwrap(), 0);
    let found = verdict(&db);
    assert_eq!((found.events, found.damage), (1203, vec![]));
    record(&db, "after");
    assert_eq!(verdict(&db).damage, []);
    let first: i64 = db.read_blocking(|c| Ok(audit_heads::table.select(audit_heads::position).first(c)?)).unwrap();
    assert_eq!(first, 1204);
}

#[test]
fn a_facility_reads_what_concerns_it_and_nothing_else() {
    let db = test_db();
    let theirs = crate::testing::office(&db, true);
    let stranger = db
        .write_blocking(Actor::system(), |tx| {
            let place = crate::testing::NewFacility { code: "1312345679", ..crate::testing::OFFICE };
            let facility = crate::testing::add_facility(tx, place)?;
            crate::testing::add_member(tx, &facility, "jiro@example.jp", true)
        })
        .unwrap();
    let deed = |facility: &FacilityId, action| {
        db.write_blocking(Actor::system(), |tx| tx.record(Deed::new(action, "devices", "x").at_facility(facility)))
    };
    deed(theirs.facility(), "device.revealed").unwrap();
    deed(theirs.facility(), "application.advanced").unwrap();
    deed(stranger.facility(), "device.suspended").unwrap();
    let read = |scope| db.read_blocking(|c| list_of_facility(c, scope, None, 10));
    let actions = |page: AuditPage| page.events.into_iter().map(|event| event.action).collect::<Vec<_>>();
    assert_eq!(actions(read(&theirs).unwrap()), ["device.revealed"], "how an application went is on its own page");
    assert_eq!(actions(read(&stranger).unwrap()), ["device.suspended"]);
    let unverified = crate::testing::scope(theirs.facility(), theirs.account(), false);
    assert!(matches!(read(&unverified), Err(Error::NotFound)));
}
