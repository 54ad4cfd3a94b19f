//! From one master key to the next: everything is sealed anew, and the old one goes.

use std::sync::Arc;

use super::*;
use crate::application::ApplicationKind;
use crate::device::{Attempt, Outcome, activate, list_in_scope, reveal};
use crate::eligibility;
use crate::jose::device::DeviceKey;
use crate::registration;
use crate::scope::FacilityScope;
use crate::secret::Keyring;
use crate::staff::role::Role;
use crate::testing::{TestDb, add_staff, approved_as, office, sql, test_db};

fn k1() -> Keyring {
    Keyring::from_master("test", &[7; 32])
}

fn k2_k1() -> Keyring {
    Keyring::from_master("k2", &[8; 32]).with_older("test", &[7; 32])
}

fn k2() -> Keyring {
    Keyring::from_master("k2", &[8; 32])
}

/// The same database, as processes with other keys open it.
fn with(db: &TestDb, keyring: Keyring) -> Db {
    db.with_keyring(Arc::new(keyring))
}

/// Under the first key: a signing key, a second factor, a device that waits.
fn filled(db: &TestDb) -> (FacilityScope, StaffId) {
    let scope = office(db, true);
    let staff = add_staff(db, Role::Reviewer).staff().clone();
    db.write_blocking(Actor::system(), |tx| {
        eligibility::signing_key(tx, &k1())?;
        let secret = k1().seal(Purpose::StaffTotp, staff.as_str().as_bytes(), b"twenty bytes of seed");
        diesel::update(staff::table.find(&staff)).set(staff::totp_sealed.eq(secret)).execute(tx.conn())?;
        let grant = approved_as(tx, &scope, ApplicationKind::UsageStart)?;
        registration::register(tx, &grant, 2)?;
        device::issue(tx, &k1(), &grant, 2, 30)?;
        Ok(())
    })
    .unwrap();
    (scope, staff)
}

fn sealed_under(db: &Db, id: &str) -> Vec<i64> {
    let status = db.read_blocking(|c| status(c, db.keyring())).unwrap();
    let key = status.keys.into_iter().find(|key| key.id == id).expect("the key is listed");
    key.sealed.into_iter().map(|(_, count)| count).collect()
}

#[tokio::test]
async fn after_resealing_everything_works_without_the_old_key() {
    let db = test_db();
    let (scope, staff) = filled(&db);
    let kid = db.read_blocking(|c| eligibility::find_signing_key(c, &k1())).unwrap().expect("a key").kid();
    let both = with(&db, k2_k1());
    assert_eq!((sealed_under(&both, "k2"), sealed_under(&both, "test")), (vec![0, 0, 0], vec![1, 1, 2]));

    let told = reseal(&both, &Actor::operator()).await.unwrap();
    let done: Vec<(Kind, usize)> = told.iter().map(|one| (one.kind, one.done)).collect();
    assert_eq!(done, [(Kind::SigningKeys, 1), (Kind::StaffTotp, 1), (Kind::Activations, 2)]);
    assert!(told.iter().all(|one| one.closed.is_empty()));
    assert_eq!((sealed_under(&both, "k2"), sealed_under(&both, "test")), (vec![1, 1, 2], vec![0, 0, 0]));
    let old = &both.read_blocking(|c| status(c, both.keyring())).unwrap().keys[1];
    assert!(!old.is_needed() && old.audit_events > 0, "{old:?}");
    let again = reseal(&both, &Actor::operator()).await.unwrap();
    assert!(again.iter().all(|one| one.done == 0), "a second time there is nothing to do");

    // Without the old key: answers are signed, factors open, settings are shown and typed.
    let alone = with(&db, k2());
    let signs = alone.read_blocking(|c| eligibility::find_signing_key(c, &k2())).unwrap().expect("a key");
    assert_eq!(signs.kid(), kid);
    let sealed: Option<String> = alone
        .read_blocking(|c| Ok(crate::schema::staff::table.find(&staff).select(staff::totp_sealed).first(c)?))
        .unwrap();
    let opened = k2().open(Purpose::StaffTotp, staff.as_str().as_bytes(), &sealed.expect("a factor"));
    assert_eq!(opened, Ok(b"twenty bytes of seed".to_vec()));
    let device = alone.read_blocking(|c| list_in_scope(c, &scope)).unwrap().remove(0);
    let (_, settings) = alone.write_blocking(scope.actor(), |tx| reveal(tx, &k2(), &scope, &device.id)).unwrap();
    let attempt = Attempt {
        facility_code: settings.facility_code,
        user_id: settings.user_id,
        password: settings.password,
        code: settings.code,
        key: DeviceKey::generate().jwk(),
        metadata: "{}".into(),
        address: "192.0.2.1".into(),
    };
    let outcome = alone.write_blocking(Actor::system(), |tx| activate(tx, &k2(), &attempt)).unwrap();
    assert!(matches!(outcome, Outcome::Activated(_)), "{outcome:?}");
    // The trail needs the old key, and is whole with it.
    let events = both.read_blocking(|c| audit::verify(c, both.keyring(), None)).unwrap();
    assert_eq!(events.damage, []);
    assert!(!alone.read_blocking(|c| audit::verify(c, alone.keyring(), None)).unwrap().damage.is_empty());
}

#[tokio::test]
async fn what_no_key_opens_is_named_and_left() {
    let db = test_db();
    let (_, staff) = filled(&db);
    let lost = "gone.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let lose = format!("update staff set totp_sealed = '{lost}'");
    db.write_blocking(Actor::system(), |tx| sql(tx.conn(), &lose)).unwrap();
    let both = with(&db, k2_k1());
    let told = reseal(&both, &Actor::operator()).await.unwrap();
    assert_eq!((told[1].done, told[1].closed.as_slice()), (0, [staff.to_string()].as_slice()));
    assert_eq!((told[0].done, told[2].done), (1, 2), "all others are done");
    assert_eq!(sealed_under(&both, ""), [0, 1, 0]);
    let kept: Option<String> =
        both.read_blocking(|c| Ok(staff::table.find(&staff).select(staff::totp_sealed).first(c)?)).unwrap();
    assert_eq!(kept.as_deref(), Some(lost));
}

#[test]
fn who_changes_a_value_meanwhile_wins() {
    let db = test_db();
    let (_, staff) = filled(&db);
    for column in COLUMNS {
        let rows = db.read_blocking(|c| (column.rows)(c, &begin("k2"), "")).unwrap();
        let (id, seen) = rows.first().expect("one is sealed").clone();
        let empty = match column.kind {
            Kind::SigningKeys => "update signing_keys set sealed = ''",
            Kind::StaffTotp => "update staff set totp_sealed = 'k2.new'",
            Kind::Activations => "update activations set sealed = null",
        };
        db.write_blocking(Actor::system(), |tx| sql(tx.conn(), empty)).unwrap();
        let put = db.write_blocking(Actor::system(), |tx| (column.anew)(tx, &k2_k1(), &id, &seen)).unwrap();
        assert_eq!(put, Some(false), "{}", column.kind);
    }
    let kept: Option<String> =
        db.read_blocking(|c| Ok(staff::table.find(&staff).select(staff::totp_sealed).first(c)?)).unwrap();
    assert_eq!(kept.as_deref(), Some("k2.new"));
}

#[tokio::test]
async fn codes_of_before_are_told_and_the_deed_is_in_the_trail() {
    let db = test_db();
    filled(&db);
    let status_of = |db: &Db| db.read_blocking(|c| status(c, db.keyring())).unwrap();
    let both = with(&db, k2_k1());
    assert_eq!(status_of(&both).since, None, "nothing was written under the new key");
    reseal(&both, &Actor::operator()).await.unwrap();
    assert!(status_of(&both).since.is_some());
    let told: Vec<String> = both
        .read_blocking(|c| {
            use crate::schema::audit_events;
            let told = audit_events::table.filter(audit_events::action.eq("keys.resealed"));
            Ok(told.order(audit_events::position).select(audit_events::detail).load(c)?)
        })
        .unwrap();
    assert_eq!(told.len(), 3);
    assert_eq!(told[2], r#"{"count":2,"kind":"activations"}"#);
}

/// By the names that such columns have everywhere.
#[test]
fn every_sealed_column_is_known() {
    #[derive(diesel::QueryableByName)]
    struct Column {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let db = test_db();
    let columns = |c: &mut Conn| {
        let sql = match c {
            Conn::Sqlite(_) => {
                "select t.name || '.' || c.name as name from sqlite_master t, pragma_table_info(t.name) c \
                 where t.type = 'table' and c.name like '%sealed%'"
            }
            Conn::Postgres(_) => {
                "select table_name || '.' || column_name as name from information_schema.columns \
                 where table_schema = current_schema() and column_name like '%sealed%'"
            }
        };
        Ok(diesel::sql_query(sql).load::<Column>(c)?)
    };
    let mut there: Vec<String> = db.read_blocking(columns).unwrap().into_iter().map(|row| row.name).collect();
    there.sort();
    assert_eq!(there, ["activations.sealed", "signing_keys.sealed", "staff.totp_sealed"]);
    assert_eq!(COLUMNS.len(), there.len());
}
