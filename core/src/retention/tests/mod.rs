//! Before its term everything is there; after it, it is gone from row and store, and
//! nothing else is.

mod files;
mod people;

use bytes::Bytes;
use chrono::{Duration, Utc};
use diesel::prelude::*;

use super::rule::{Key, RULES, Rule};
use super::run::erase_batch;
use super::*;
use crate::db::{Actor, Conn, Tx};
use crate::error::Result;
use crate::ids::FacilityId;
use crate::schema::audit_events;
use crate::scope::FacilityScope;
use crate::storage::{Area, Storage, Stored};
use crate::testing::{NewFacility, OFFICE, TestDb, add_facility, add_member, test_db};

/// The term of the topic that a test is about; all others are for ever.
const DAYS: u32 = 100;

/// A database, a store in a folder, and two facilities with a person each.
struct Yard {
    db: TestDb,
    storage: Storage,
    ours: FacilityScope,
    theirs: FacilityScope,
    _folder: tempfile::TempDir,
}

fn yard() -> Yard {
    let (db, folder) = (test_db(), tempfile::tempdir().unwrap());
    let storage = Storage::local(folder.path()).unwrap();
    // The store tells ages by the machine's clock.
    db.clock.advance(Utc::now() - db.clock.now());
    let people = db.write_blocking(Actor::system(), |tx| {
        let ours = add_facility(tx, OFFICE)?;
        let theirs = add_facility(tx, NewFacility { code: "1398765432", name: "つばき接骨院", ..OFFICE })?;
        Ok((add_member(tx, &ours, "taro@example.jp", true)?, add_member(tx, &theirs, "jiro@example.jp", true)?))
    });
    let (ours, theirs) = people.unwrap();
    Yard { db, storage, ours, theirs, _folder: folder }
}

impl Yard {
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.db.write_blocking(Actor::system(), work).unwrap()
    }

    fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        self.db.read_blocking(work).unwrap()
    }

    fn wait(&self, days: u32) {
        self.db.clock.advance(Duration::days(days.into()));
    }

    /// A day of the workers.
    async fn run(&self, topic: Topic) -> usize {
        run(&self.db, &self.storage, &only(topic)).await.unwrap().total()
    }

    async fn check(&self, topic: Topic) -> (i64, i64, Checked) {
        let checked = check(&self.db, &self.storage, &only(topic)).await.unwrap();
        let rule = checked.rules.iter().find(|rule| rule.topic == topic).unwrap();
        (rule.due, rule.erased, checked.clone())
    }

    /// Due and erased, and that nothing is left.
    async fn stands(&self, topic: Topic, due: i64, erased: i64) {
        let (now_due, now_erased, checked) = self.check(topic).await;
        assert_eq!((now_due, now_erased), (due, erased), "{topic}");
        assert!(checked.is_clean(), "{checked:?}");
    }

    async fn store(&self, area: Area) -> Stored {
        let mut upload = self.storage.upload().await.unwrap();
        upload.write(Bytes::from_static(b"somebody's paper")).await.unwrap();
        self.storage.keep(area, upload.finish().await.unwrap()).await.unwrap()
    }

    async fn objects(&self) -> usize {
        let mut there = 0;
        for area in Area::ALL {
            there += self.storage.list(area, None, 100).await.unwrap().len();
        }
        there
    }

    fn told(&self, action: &str) -> Vec<(String, String)> {
        self.read(|c| {
            let told = audit_events::table.filter(audit_events::action.eq(action)).order(audit_events::id);
            Ok(told.select((audit_events::subject_id, audit_events::detail)).load(c)?)
        })
    }
}

fn only(topic: Topic) -> Terms {
    Terms::read(|one| if one == topic { DAYS } else { 0 })
}

fn rule(topic: Topic) -> &'static Rule {
    RULES.iter().find(|rule| rule.topic == topic).expect("a rule")
}

#[test]
fn every_topic_has_one_rule_and_a_variable_of_its_own() {
    for topic in Topic::ALL {
        assert_eq!(RULES.iter().filter(|rule| rule.topic == *topic).count(), 1, "{topic}");
        assert_eq!(Topic::ALL.iter().filter(|other| other.variable() == topic.variable()).count(), 1, "{topic}");
        assert!(Terms::usual().days(*topic).is_some_and(|days| (LEAST_DAYS..=MOST_DAYS).contains(&days)), "{topic}");
    }
}
