//! Back to the state before.

use super::super::undo::{Undone, undo, undo_for_staff};
use super::*;
use crate::ids::ImportId;
use crate::refusal::Refusal;
use crate::schema::facility_changes;
use crate::staff::role::Role;
use crate::testing::{add_member, add_staff};

/// Code, name, secret, closing date, and what the name is found by.
type Row = (String, String, Option<String>, Option<NaiveDate>, String);

/// Everything the master says, in the order of the codes.
fn state(db: &TestDb) -> Vec<Row> {
    db.read_blocking(|c| {
        let columns = (
            facilities::code,
            facilities::name,
            facilities::account_number_mac,
            facilities::closed_on,
            facilities::search_key,
        );
        Ok(facilities::table.select(columns).order((facilities::code, facilities::kind)).load(c)?)
    })
    .expect("the master")
}

fn newest(db: &TestDb) -> ImportId {
    db.read_blocking(|c| list_imports(c, 1)).expect("imports").remove(0).id
}

fn master(range: std::ops::Range<u32>, name: &str) -> String {
    let rows = range.map(|n| format!("13{n:08},{name}整骨院{n},{n}\n")).collect::<String>();
    format!("コード,名称,口座番号\n{rows}")
}

#[tokio::test]
async fn an_import_taken_back_leaves_the_master_as_it_was() {
    let db = test_db();
    let judo = |confirmed| Options { confirmed, ..options(Some(JudoTherapy)) };
    applied(&db, master(0..1200, "はな").as_bytes(), judo(false)).await;
    let (first, before) = (newest(&db), state(&db));
    db.clock.advance(chrono::Duration::hours(1));

    // 600 change, 600 close, 700 open.
    let report = applied(&db, master(600..1900, "ゆり").as_bytes(), judo(true)).await;
    assert_eq!((report.opened, report.changed, report.closed), (700, 600, 600));
    let second = newest(&db);
    let early = undo(&db, Actor::operator(), first.clone()).await;
    assert!(matches!(early, Err(Error::Refused(Refusal::ImportOvertaken))), "{early:?}");

    let undone = undo(&db, Actor::operator(), second.clone()).await.expect("undone");
    assert_eq!(undone, Undone { restored: 1200, removed: 700, closed: 0 });
    assert_eq!(state(&db), before);
    let import = db.read_blocking(|c| get_import(c, &second)).expect("the import");
    assert_eq!(import.state, ImportState::Undone);
    let twice = undo(&db, Actor::operator(), second).await;
    assert!(matches!(twice, Err(Error::Refused(Refusal::NotInThisState))), "{twice:?}");
    let history = db.read_blocking(|c| list_changes(c, &facility(&db, JudoTherapy, "1300000000").id)).expect("history");
    let verbs: Vec<_> = history.iter().map(|change| change.verb).collect();
    assert_eq!(verbs, [ChangeVerb::Undone, ChangeVerb::Closed, ChangeVerb::Opened]);
    assert_eq!(history[0].changes().expect("fields")[0].label, "廃止日");

    // The one before is the newest now; after it the master is empty.
    let undone = undo(&db, Actor::operator(), first).await.expect("undone");
    assert_eq!((undone.removed, count(&db)), (1200, 0));
    let left: i64 = db.read_blocking(|c| Ok(facility_changes::table.count().get_result(c)?)).expect("counts");
    assert_eq!(left, 0);
    assert_eq!(applied(&db, master(0..10, "はな").as_bytes(), judo(false)).await.opened, 10);
}

#[tokio::test]
async fn a_new_facility_somebody_uses_closes_instead_of_vanishing() {
    let db = test_db();
    applied(&db, MASTER.as_bytes(), options(None)).await;
    let hana = facility(&db, JudoTherapy, "1312345678");
    db.write_blocking(Actor::operator(), |tx| add_member(tx, &hana.id, "hana@example.jp", true)).expect("a member");
    let undone = undo(&db, Actor::operator(), newest(&db)).await.expect("undone");
    assert_eq!(undone, Undone { restored: 0, removed: 2, closed: 1 });
    assert_eq!(facility(&db, JudoTherapy, "1312345678").closed_on, Some(day("2026-11-20")));
    // The right file brings it back.
    let later = Options { as_of: day("2026-11-21"), ..options(None) };
    let report = applied(&db, MASTER.as_bytes(), later).await;
    assert_eq!((report.opened, report.reopened), (2, 1));
}

#[tokio::test]
async fn taking_back_is_for_those_who_import_and_is_noted() {
    let db = test_db();
    applied(&db, MASTER.as_bytes(), options(None)).await;
    let (reviewer, chief) = (add_staff(&db, Role::Reviewer), add_staff(&db, Role::Administrator));
    let refused = undo_for_staff(&db, &reviewer, newest(&db)).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    assert_eq!(count(&db), 3);
    undo_for_staff(&db, &chief, newest(&db)).await.expect("undone");
    let noted: i64 = db
        .read_blocking(|c| {
            Ok(audit_events::table.filter(audit_events::action.eq("facility.import_undone")).count().get_result(c)?)
        })
        .expect("counts");
    assert_eq!((count(&db), noted), (0, 1));
}
