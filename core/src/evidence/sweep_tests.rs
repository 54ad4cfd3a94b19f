//! What the sweep takes and what it leaves.

use bytes::Bytes;
use chrono::Utc;

use super::*;
use crate::application::files::{Handed, take_in};
use crate::application::{ApplicationKind, draft};
use crate::clock::Clock;
use crate::evidence::sniff::fixtures;
use crate::scope::FacilityScope;
use crate::testing::{TestDb, office, test_db};

struct Yard {
    db: TestDb,
    storage: Storage,
    scope: FacilityScope,
    folder: tempfile::TempDir,
}

fn yard() -> Yard {
    let (db, folder) = (test_db(), tempfile::tempdir().unwrap());
    let storage = Storage::local(folder.path()).unwrap();
    let scope = office(&db, false);
    Yard { db, storage, scope, folder }
}

impl Yard {
    /// The store tells ages by the machine's clock, so all files seem this old.
    fn after(&self, hours: i64) -> Db {
        let here = Utc::now() - self.db.clock.now();
        self.db.clock.advance(here + Duration::hours(hours));
        self.db.db.clone()
    }

    async fn orphan(&self, area: Area) {
        let mut upload = self.storage.upload().await.unwrap();
        upload.write(Bytes::from_static(b"left over")).await.unwrap();
        self.storage.keep(area, upload.finish().await.unwrap()).await.unwrap();
    }

    async fn left(&self) -> usize {
        let evidence = self.storage.list(Area::Evidence, None, 100).await.unwrap().len();
        evidence + self.storage.list(Area::Preview, None, 100).await.unwrap().len()
    }

    async fn attach(&self) -> crate::ids::ApplicationId {
        let scope = &self.scope;
        let id =
            self.db.write_blocking(scope.actor(), |tx| draft::open(tx, scope, ApplicationKind::UsageStart)).unwrap();
        let mut upload = self.storage.upload().await.unwrap();
        upload.write(fixtures::png(40, 20).into()).await.unwrap();
        let handed = Handed { content: upload.finish().await.unwrap(), file_name: "a.png".into() };
        take_in((&self.db, &self.storage), scope.actor(), scope, &id, handed).await.unwrap().unwrap();
        id
    }
}

#[tokio::test]
async fn objects_without_a_row_go_after_a_day_and_not_before() {
    let yard = yard();
    yard.orphan(Area::Evidence).await;
    yard.orphan(Area::Preview).await;
    yard.attach().await;
    assert!(matches!(yard.db.clock, Clock::Manual(_)));

    let young = sweep(&yard.after(23), &yard.storage).await.unwrap();
    assert_eq!((young, yard.left().await), (Swept::default(), 4));
    let old = sweep(&yard.after(25), &yard.storage).await.unwrap();
    assert_eq!((old.objects, yard.left().await), (2, 2), "file and picture of the row stay");
    assert_eq!(sweep(&yard.after(25), &yard.storage).await.unwrap(), Swept::default());
}

#[tokio::test]
async fn the_files_of_a_discarded_draft_go_after_a_day() {
    let yard = yard();
    let id = yard.attach().await;
    yard.after(0);
    yard.db.write_blocking(yard.scope.actor(), |tx| draft::discard(tx, &yard.scope, &id)).unwrap();
    assert_eq!(sweep(&yard.after(23), &yard.storage).await.unwrap(), Swept::default());
    let swept = sweep(&yard.after(25), &yard.storage).await.unwrap();
    assert_eq!(swept, Swept { rows: 1, objects: 2, halves: 0 });
    assert_eq!(yard.left().await, 0);
}

#[tokio::test]
async fn half_received_files_of_a_dead_process_go_too() {
    let yard = yard();
    std::fs::write(yard.folder.path().join("staging").join("dead"), b"x").unwrap();
    assert_eq!(sweep(&yard.after(25), &yard.storage).await.unwrap().halves, 1);
}
