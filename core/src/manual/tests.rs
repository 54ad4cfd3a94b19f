//! Handbooks and their versions.

use chrono::NaiveDate;

use super::*;
use crate::error::{Error, Result};
use crate::facility::kind::Site;
use crate::form::FieldErrors;
use crate::ids::ManualId;
use crate::scope::StaffScope;
use crate::staff::role::Role;
use crate::testing::{TestDb, add_staff, test_db};

fn typed(slug: &str) -> Typed {
    Typed { slug: slug.into(), site: "omf".into(), title: "利用開始の手引き".into(), ..Typed::default() }
}

fn version(label: &str) -> VersionInput {
    let day = NaiveDate::from_ymd_opt(2026, 11, 1);
    VersionInput::read((label, "はじめての版", "# はじめに\n本文"), day, false, FieldErrors::default()).unwrap()
}

fn add_one(db: &TestDb, scope: &StaffScope, slug: &str) -> Result<ManualId> {
    let input = Input::read(&typed(slug))?;
    db.write_blocking(scope.actor(), |tx| add(tx, scope, &input))
}

#[test]
fn a_handbook_is_read_at_its_address_once_it_has_a_version() {
    let db = test_db();
    let (editor, auditor) = (add_staff(&db, Role::Editor), add_staff(&db, Role::Auditor));
    let id = add_one(&db, &editor, "usage-start").unwrap();
    assert!(matches!(add_one(&db, &auditor, "other"), Err(Error::Forbidden)));
    let taken = add_one(&db, &editor, "usage-start");
    assert!(matches!(taken, Err(Error::Invalid(errors)) if errors.has("slug")));
    let find = |site| db.read_blocking(|c| find(c, site, "usage-start"));
    assert!(matches!(find(Site::Omf), Err(Error::NotFound)));
    assert!(db.read_blocking(|c| shelf(c, Site::Omf)).unwrap().is_empty());
    let put = |seen, label: &str| {
        db.write_blocking(editor.actor(), |tx| add_version(tx, &editor, (&id, seen), &version(label)))
    };
    put(0, "1.0").unwrap();
    assert!(matches!(put(0, "1.1"), Err(Error::Conflict)), "somebody was faster");
    put(1, "1.1").unwrap();
    let whole = find(Site::Omf).unwrap();
    assert_eq!(whole.versions.iter().map(|v| v.label.as_str()).collect::<Vec<_>>(), ["1.1", "1.0"]);
    assert!(matches!(find(Site::Csm), Err(Error::NotFound)));
    let shelf = |db: &TestDb| db.read_blocking(|c| shelf(c, Site::Omf)).unwrap();
    assert_eq!(shelf(&db)[0].1.label, "1.1");
    db.write_blocking(editor.actor(), |tx| set_state(tx, &editor, &id, State::Retired)).unwrap();
    assert!(shelf(&db).is_empty());
    assert_eq!(find(Site::Omf).unwrap().manual.state, State::Retired, "its address still answers");
}

#[test]
fn what_cannot_be_kept_is_named() {
    for slug in ["", "手引き", "a b", "-a", "a-", "a/b", "../a", &"a".repeat(61)] {
        assert!(matches!(Input::read(&typed(slug)), Err(Error::Invalid(errors)) if errors.has("slug")), "{slug}");
    }
    assert!(Input::read(&typed("ＵＳＡＧＥ-start")).is_ok());
    let read = |label: &str, changes: &str, body: &str, has_file| {
        let day = NaiveDate::from_ymd_opt(2026, 11, 1);
        VersionInput::read((label, changes, body), day, has_file, FieldErrors::default())
    };
    assert!(matches!(read("", "x", "y", false), Err(Error::Invalid(errors)) if errors.has("label")));
    assert!(matches!(read("1", "", "y", false), Err(Error::Invalid(errors)) if errors.has("changes")));
    assert!(matches!(read("1", "x", "", false), Err(Error::Invalid(errors)) if errors.has("body")));
    assert!(read("1", "x", "", true).is_ok());
}
