//! One hands a file in, another applies it.

use super::*;
use crate::ids::ImportId;
use crate::refusal::Refusal;
use crate::scope::StaffScope;
use crate::staff::role::Role;
use crate::storage::{Area, Storage};
use crate::testing::add_staff;

async fn hand_in(db: &TestDb, storage: &Storage, scope: &StaffScope, bytes: &[u8]) -> ImportId {
    let mut upload = storage.upload().await.expect("opens");
    upload.write(bytes.to_vec().into()).await.expect("writes");
    let received = upload.finish().await.expect("ends");
    pending::hand_in(db, keyring(), storage, scope, (received, "master.csv".into()), options(None))
        .await
        .expect("handed in")
}

async fn staged(storage: &Storage) -> usize {
    storage.list(Area::Import, None, 10).await.expect("lists").len()
}

#[tokio::test]
async fn one_hands_in_and_another_applies() {
    let (db, folder) = (test_db(), tempfile::tempdir().expect("a folder"));
    let storage = Storage::local(folder.path()).expect("opens");
    let (one, other) = (add_staff(&db, Role::Administrator), add_staff(&db, Role::Administrator));
    let id = hand_in(&db, &storage, &one, MASTER.as_bytes()).await;
    assert_eq!((count(&db), staged(&storage).await), (0, 2), "its rows and its details");

    let alone = pending::apply(&db, keyring(), &storage, &one, &id, true).await;
    assert!(matches!(alone, Err(Error::Refused(Refusal::ImportSamePerson))), "{alone:?}");
    let reviewer = add_staff(&db, Role::Reviewer);
    let not_allowed = pending::apply(&db, keyring(), &storage, &reviewer, &id, true).await;
    assert!(matches!(not_allowed, Err(Error::Forbidden)));

    let outcome = pending::apply(&db, keyring(), &storage, &other, &id, false).await.expect("applies");
    assert!(matches!(outcome, Outcome::Applied(ref report) if report.opened == 3), "{outcome:?}");
    assert_eq!(staged(&storage).await, 1, "its details stay");
    let twice = pending::apply(&db, keyring(), &storage, &other, &id, false).await;
    assert!(matches!(twice, Err(Error::Refused(Refusal::NotInThisState))));

    // The staged hashes are those of a direct import.
    assert!(applied(&db, MASTER.as_bytes(), options(None)).await.changes_nothing());
}

#[tokio::test]
async fn the_table_itself_refuses_one_person_at_both_ends() {
    let (db, folder) = (test_db(), tempfile::tempdir().expect("a folder"));
    let storage = Storage::local(folder.path()).expect("opens");
    let one = add_staff(&db, Role::Administrator);
    let id = hand_in(&db, &storage, &one, MASTER.as_bytes()).await;
    let forced = db.write_blocking(one.actor(), |tx| {
        super::super::repo::end_import(tx, &id, ImportState::Applied, &Report::default())
    });
    assert!(matches!(forced, Err(Error::Internal(_))), "{forced:?}");
}

#[tokio::test]
async fn no_secret_lies_in_the_store_and_bad_files_are_not_staged() {
    let (db, folder) = (test_db(), tempfile::tempdir().expect("a folder"));
    let storage = Storage::local(folder.path()).expect("opens");
    let one = add_staff(&db, Role::Administrator);
    let secret = MASTER.replace(",123,", ",7654321,");
    hand_in(&db, &storage, &one, secret.as_bytes()).await;
    let mut all = String::new();
    for listed in storage.list(Area::Import, None, 10).await.expect("lists") {
        let kept = storage.fetch(&listed.key).await.expect("reads");
        all.push_str(&std::fs::read_to_string(kept.path()).expect("text"));
    }
    assert!(all.contains("mac:test.") && all.contains("新しい施設"), "{all}");
    assert!(!all.contains("7654321") && !all.contains("1955") && !all.contains("昭和"), "{all}");

    let id = hand_in(&db, &storage, &one, b"kind,code,name\njudo_therapy,1,x\n").await;
    let import = db.read_blocking(|c| get_import(c, &id)).expect("noted");
    assert_eq!((&import.staged_key, import.report().expect("a report").refused), (&None, 1));

    let other = add_staff(&db, Role::Administrator);
    let first = db.read_blocking(|c| list_imports(c, 2)).expect("lists").remove(1).id;
    pending::give_up(&db, &storage, &other, &first).await.expect("given up");
    assert_eq!(staged(&storage).await, 2, "the details of both, no rows");
}
