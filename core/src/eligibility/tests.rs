//! Credentials and signing keys, on whichever database the tests run.

use diesel::prelude::*;

use super::*;
use crate::db::Actor;
use crate::schema::introspection_clients;
use crate::testing::{keyring, test_db};

#[test]
fn a_secret_is_stored_hashed() {
    let db = test_db();
    let one = db.write_blocking(Actor::operator(), |tx| add(tx, "資格確認サーバー")).unwrap();
    let stored: Vec<String> = db
        .read_blocking(|c| Ok(introspection_clients::table.select(introspection_clients::secret_hash).load(c)?))
        .unwrap();
    assert!(!stored.iter().any(|hash| hash.contains(one.secret.reveal())));
}

#[test]
fn a_credential_needs_a_name() {
    let db = test_db();
    for name in ["", "　", "a\u{202e}b", &"あ".repeat(61)] {
        assert!(db.write_blocking(Actor::operator(), |tx| add(tx, name)).is_err(), "{name:?}");
    }
    assert!(db.read_blocking(list).unwrap().is_empty());
}

#[test]
fn the_signing_key_is_made_once_and_published_without_its_private_part() {
    let db = test_db();
    let kid = || db.write_blocking(Actor::system(), |tx| Ok(signing_key(tx, &keyring())?.kid())).unwrap();
    let first = kid();
    assert_eq!(first, kid());
    let published = db.read_blocking(|c| public_keys(c, db.clock.now().into())).unwrap();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0]["kid"], first.as_str());
    assert!(published[0].get("d").is_none());
}

#[test]
fn after_a_rotation_the_earlier_key_verifies_until_the_overlap_is_over() {
    let db = test_db();
    let kid = || db.write_blocking(Actor::system(), |tx| Ok(signing_key(tx, &keyring())?.kid())).unwrap();
    let published = || -> Vec<String> {
        let keys = db.read_blocking(|c| public_keys(c, db.clock.now().into())).unwrap();
        keys.iter().map(|key| key["kid"].as_str().expect("a name").to_owned()).collect()
    };
    let first = kid();
    db.clock.advance(chrono::Duration::seconds(1));
    let overlap = chrono::Duration::hours(24);
    let second = db.write_blocking(Actor::operator(), |tx| rotate_signing_key(tx, &keyring(), overlap)).unwrap();
    assert_eq!((kid(), published()), (second.clone(), vec![second.clone(), first.clone()]));
    // The private part of the first is gone at once.
    let sealed: Vec<String> = db
        .read_blocking(|c| {
            use crate::schema::signing_keys::dsl;
            Ok(dsl::signing_keys.filter(dsl::retired_at.is_not_null()).select(dsl::sealed).load(c)?)
        })
        .unwrap();
    assert_eq!(sealed, [""]);
    db.clock.advance(overlap - chrono::Duration::seconds(1));
    assert_eq!(published().len(), 2);
    db.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(published(), [second]);
    assert_eq!(db.write_blocking(Actor::system(), sweep_signing_keys).unwrap(), 1);
    assert_eq!(db.read_blocking(list_signing_keys).unwrap().len(), 1);
}
