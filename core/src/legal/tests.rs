//! Versions of the texts people agree to.

use chrono::{Duration, NaiveDate};

use super::*;
use crate::account::consent;
use crate::staff::role::Role;
use crate::testing::{TestDb, add_staff, office, test_db};

fn day(day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2026, 12, day)
}

fn input(db: &TestDb, from: Option<NaiveDate>) -> Result<Input> {
    Input::read(
        from,
        "# 第1条\n\n新しい本文です。",
        "第1条を改めました。",
        db.clock.now().into(),
        FieldErrors::default(),
    )
}

#[test]
fn a_new_version_holds_from_its_day_and_asks_for_consent_again() {
    let db = test_db();
    let (editor, auditor) = (add_staff(&db, Role::Editor), add_staff(&db, Role::Auditor));
    let account = office(&db, true).account().clone();
    let missing = |db: &TestDb| {
        let now = db.clock.now().into();
        db.read_blocking(|c| consent::missing(c, &account, now)).unwrap()
    };
    let shown = missing(&db);
    db.write_blocking(editor.actor(), |tx| consent::record_shown(tx, &account, &shown)).unwrap();
    assert_eq!(missing(&db), []);
    let new = input(&db, day(1)).unwrap();
    let refused = db.write_blocking(auditor.actor(), |tx| add(tx, &auditor, Document::Terms, &new));
    assert!(matches!(refused, Err(Error::Forbidden)));
    db.write_blocking(editor.actor(), |tx| add(tx, &editor, Document::Terms, &new)).unwrap();
    let twice = db.write_blocking(editor.actor(), |tx| add(tx, &editor, Document::Terms, &new));
    assert!(matches!(twice, Err(Error::Conflict)));
    assert_eq!(missing(&db), [], "its day has not come");
    let today = |db: &TestDb| tokyo_date(db.clock.now());
    let now = today(&db);
    assert_eq!(db.read_blocking(|c| in_force(c, Document::Terms, now)).unwrap(), None);
    db.clock.advance(Duration::days(12));
    assert_eq!(missing(&db), [(Document::Terms, "2026-12-01".to_owned())]);
    let now = today(&db);
    assert_eq!(db.read_blocking(|c| in_force(c, Document::Terms, now)).unwrap().unwrap().body, new.body);
    let shown = missing(&db);
    db.write_blocking(editor.actor(), |tx| consent::record_shown(tx, &account, &shown)).unwrap();
    assert_eq!(missing(&db), []);
    let gone = db.write_blocking(editor.actor(), |tx| call_off(tx, &editor, Document::Terms, "2026-12-01"));
    assert!(matches!(gone, Err(Error::NotFound)), "what holds stays");
}

#[test]
fn a_version_to_come_can_be_called_off() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    let new = input(&db, day(24)).unwrap();
    db.write_blocking(editor.actor(), |tx| add(tx, &editor, Document::Privacy, &new)).unwrap();
    assert_eq!(db.read_blocking(|c| list_all(c, &editor, Document::Privacy)).unwrap().len(), 1);
    let now = tokyo_date(db.clock.now());
    assert!(db.read_blocking(|c| list(c, Document::Privacy, Some(now))).unwrap().is_empty());
    assert!(matches!(db.read_blocking(|c| get_past(c, Document::Privacy, "2026-12-24", now)), Err(Error::NotFound)));
    db.write_blocking(editor.actor(), |tx| call_off(tx, &editor, Document::Privacy, "2026-12-24")).unwrap();
    assert!(db.read_blocking(|c| list_all(c, &editor, Document::Privacy)).unwrap().is_empty());
    for from in [NaiveDate::from_ymd_opt(2026, 11, 20), NaiveDate::from_ymd_opt(2029, 1, 1)] {
        assert!(matches!(input(&db, from), Err(Error::Invalid(errors)) if errors.has("from")));
    }
}
