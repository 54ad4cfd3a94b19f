//! The key behind the match secrets changes while the master stays.

use std::sync::Arc;

use super::*;
use crate::facility::secret_match::{MatchOutcome, TypedSecret, check, count_by_key};
use crate::ids::FacilityId;
use crate::secret::Keyring;
use crate::testing::add_member;

const TEXT: &str = "コード,名称,口座番号\n1301234567,さくら助産院,123\n1301234568,ゆり助産院,456\n";

fn rotated() -> Arc<Keyring> {
    Arc::new(Keyring::from_master("new", &[9; 32]).with_older("test", &[7; 32]))
}

fn counts(db: &TestDb, keyring: &Keyring) -> Vec<i64> {
    let counts = db.read_blocking(|c| count_by_key(c, keyring)).expect("counts");
    counts.into_iter().map(|(_, count)| count).collect()
}

fn try_match(db: &TestDb, keyring: &Keyring, id: &FacilityId, typed: &str, email: &str) -> MatchOutcome {
    let typed = TypedSecret::AccountNumber(fold::account_number(typed).expect("a number"));
    db.write_blocking(Actor::operator(), |tx| {
        let scope = add_member(tx, id, email, false)?;
        let facility = crate::facility::repo::get(tx.conn(), id)?;
        check(tx, keyring, &facility, scope.account(), &typed)
    })
    .expect("a try")
}

#[tokio::test]
async fn both_keys_match_while_the_secrets_move_to_the_new_one() {
    let db = test_db();
    applied(&db, TEXT.as_bytes(), options(Some(Midwifery))).await;
    assert_eq!(counts(&db, &keyring()), [2, 0]);
    let rotated = rotated();
    assert_eq!(counts(&db, &rotated), [0, 2, 0], "new key, old key, unknown keys");

    // A match moves its own secret, and is no change of the facility.
    let sakura = facility(&db, Midwifery, "1301234567");
    assert_eq!(try_match(&db, &rotated, &sakura.id, "0000123", "one@example.jp"), MatchOutcome::Matched);
    assert_eq!(counts(&db, &rotated), [1, 1, 0]);
    assert_eq!(facility(&db, Midwifery, "1301234567").revision, sakura.revision);

    // The next file moves the others, quietly.
    let file = file(TEXT.as_bytes());
    let import = import(file.path().to_owned(), options(Some(Midwifery)));
    let outcome = run(&db, rotated.clone(), Actor::operator(), import).await.expect("runs");
    let Outcome::Applied(report) = outcome else { panic!("{outcome:?}") };
    assert!(report.changes_nothing());
    assert_eq!((report.unchanged, report.rehashed), (2, 1));
    assert_eq!(counts(&db, &rotated), [2, 0, 0]);
    let yuri = facility(&db, Midwifery, "1301234568");
    let changes = db.read_blocking(|c| list_changes(c, &yuri.id)).expect("history");
    assert_eq!(changes.len(), 1, "opened, and nothing else");

    // Without the old key all still match; with the old key alone none does.
    let new_only = Keyring::from_master("new", &[9; 32]);
    assert_eq!(try_match(&db, &new_only, &yuri.id, "456", "two@example.jp"), MatchOutcome::Matched);
    assert!(matches!(try_match(&db, &keyring(), &yuri.id, "456", "three@example.jp"), MatchOutcome::Wrong { .. }));
    assert_eq!(counts(&db, &keyring()), [0, 2], "under a key that is not configured");
}
