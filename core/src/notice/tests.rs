//! Notices, on whichever database the tests run.

use chrono::{Duration, NaiveDate};

use super::*;
use crate::db::Actor;
use crate::error::Error;
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::form::FieldErrors;
use crate::staff::role::Role;
use crate::testing::{TestDb, add_staff, test_db};

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

fn typed() -> Typed {
    Typed {
        severity: "outage".into(),
        title: "資格確認ができません".into(),
        body: "復旧を急いでいます。".into(),
        until: day(2026, 12, 31),
        ..Typed::default()
    }
}

fn read(db: &TestDb, typed: &Typed) -> crate::error::Result<Input> {
    Input::read(typed, db.clock.now().into(), FieldErrors::default())
}

fn titles(db: &TestDb, audience: Audience) -> Vec<String> {
    let now = db.clock.now().into();
    let shown = db.read_blocking(|c| current(c, audience, now)).unwrap();
    shown.into_iter().map(|notice| notice.title).collect()
}

#[test]
fn a_notice_is_shown_for_its_time_to_its_audience() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    let all = typed();
    let tokyo = Typed {
        title: "東京の接骨院へ".into(),
        kinds: vec!["judo_therapy".into()],
        prefecture: "13".into(),
        ..typed()
    };
    let planned = Typed { title: "予定".into(), from: day(2026, 12, 10), until: day(2026, 12, 10), ..typed() };
    for typed in [&all, &tokyo, &planned] {
        let input = read(&db, typed).unwrap();
        db.write_blocking(Actor::system(), |tx| publish(tx, &editor, &input)).unwrap();
    }
    let of = |kind: &str, prefecture: &str| Audience {
        kind: FacilityKind::parse(kind),
        prefecture: Prefecture::parse(prefecture),
    };
    let both = ["東京の接骨院へ", "資格確認ができません"];
    assert_eq!(titles(&db, of("judo_therapy", "13")), both);
    assert_eq!(titles(&db, Audience::default()), both, "whoever says nothing hears all");
    assert_eq!(titles(&db, of("judo_therapy", "27")), both[1..]);
    assert_eq!(titles(&db, of("midwifery", "13")), both[1..]);
    // The planned one has its day, midnight to midnight in Tokyo.
    let midnight = crate::clock::tokyo_midnight(day(2026, 12, 10).unwrap());
    db.clock.advance(midnight - db.clock.now() - Duration::seconds(1));
    assert_eq!(titles(&db, of("midwifery", "13")), both[1..]);
    db.clock.advance(Duration::seconds(1));
    assert_eq!(titles(&db, of("midwifery", "13")), ["予定", "資格確認ができません"]);
    db.clock.advance(Duration::days(1));
    assert_eq!(titles(&db, of("midwifery", "13")), both[1..]);
    db.clock.advance(Duration::days(40));
    assert!(titles(&db, Audience::default()).is_empty());
}

#[test]
fn a_notice_is_ended_once_by_those_who_may() {
    let db = test_db();
    let (editor, reviewer) = (add_staff(&db, Role::Editor), add_staff(&db, Role::Reviewer));
    let input = read(&db, &typed()).unwrap();
    let refused = db.write_blocking(Actor::system(), |tx| publish(tx, &reviewer, &input));
    assert!(matches!(refused, Err(Error::Forbidden)));
    let id = db.write_blocking(Actor::system(), |tx| publish(tx, &editor, &input)).unwrap();
    assert!(matches!(db.write_blocking(Actor::system(), |tx| end(tx, &reviewer, &id)), Err(Error::Forbidden)));
    db.write_blocking(Actor::system(), |tx| end(tx, &editor, &id)).unwrap();
    assert!(titles(&db, Audience::default()).is_empty());
    let ended = db.read_blocking(|c| get(c, &editor, &id)).unwrap().ends_at;
    db.clock.advance(Duration::hours(1));
    db.write_blocking(Actor::system(), |tx| end(tx, &editor, &id)).unwrap();
    assert_eq!(db.read_blocking(|c| get(c, &editor, &id)).unwrap().ends_at, ended);
}

#[test]
fn what_cannot_be_published_is_named() {
    let db = test_db();
    for (field, typed) in [
        ("severity", Typed { severity: "loud".into(), ..typed() }),
        ("title", Typed { title: "　".into(), ..typed() }),
        ("title", Typed { title: "あ".repeat(41), ..typed() }),
        ("body", Typed { body: String::new(), ..typed() }),
        ("kinds", Typed { kinds: vec!["shop".into()], ..typed() }),
        ("prefecture", Typed { prefecture: "48".into(), ..typed() }),
        ("from", Typed { from: day(2020, 1, 1), ..typed() }),
        ("until", Typed { until: day(2020, 1, 1), ..typed() }),
        ("until", Typed { until: day(2030, 1, 1), ..typed() }),
        ("until", Typed { from: day(2026, 12, 20), until: day(2026, 12, 19), ..typed() }),
    ] {
        let read = read(&db, &typed);
        assert!(matches!(&read, Err(Error::Invalid(errors)) if errors.has(field)), "{field}: {read:?}");
    }
}
