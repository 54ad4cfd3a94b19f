//! Backups made, brought back, and found damaged.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use diesel::prelude::*;

use super::*;
use crate::application::files::{Handed, take_in};
use crate::application::{ApplicationKind, draft};
use crate::audit;
use crate::clock::Clock;
use crate::db::{Actor, DatabaseUrl, Db};
use crate::evidence::sniff::fixtures;
use crate::schema::{accounts, evidence};
use crate::storage::{Area, Storage};
use crate::testing::{TestDb, keyring, office, test_db};

struct Place {
    db: TestDb,
    storage: Storage,
    folder: tempfile::TempDir,
}

/// An office with a draft and a file. `None` on PostgreSQL, which has other tools.
async fn place() -> Option<Place> {
    let (db, folder) = (test_db(), tempfile::tempdir().unwrap());
    let storage = Storage::local(&folder.path().join("evidence")).unwrap();
    let scope = office(&db, false);
    if db.read_blocking(|c| Ok(matches!(c, crate::db::Conn::Postgres(_)))).unwrap() {
        let told = save(&db, &storage, &folder.path().join("b")).await;
        assert!(matches!(told, Err(BackupError::NotSqlite)), "{told:?}");
        assert_eq!(names(folder.path()), ["evidence"]);
        return None;
    }
    let id = db.write_blocking(scope.actor(), |tx| draft::open(tx, &scope, ApplicationKind::UsageStart)).unwrap();
    let mut upload = storage.upload().await.unwrap();
    upload.write(fixtures::png(40, 20).into()).await.unwrap();
    let handed = Handed { content: upload.finish().await.unwrap(), file_name: "a.png".into() };
    take_in((&db, &storage), scope.actor(), &scope, &id, handed).await.unwrap().unwrap();
    Some(Place { db, storage, folder })
}

impl Place {
    async fn save(&self) -> (std::path::PathBuf, Inventory) {
        let to = self.folder.path().join("backup");
        let saved = save(&self.db, &self.storage, &to).await.unwrap();
        (to, saved)
    }
}

/// Another machine, with nothing on it.
struct Elsewhere {
    storage: Storage,
    url: DatabaseUrl,
    _folder: tempfile::TempDir,
}

impl Elsewhere {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("new/uketsuke.db").display().to_string());
        Self { storage: Storage::local(&folder.path().join("files")).unwrap(), url, _folder: folder }
    }

    async fn restore(&self, from: &Path) -> Result<Inventory, BackupError> {
        restore(from, &self.url, &self.storage, keyring()).await
    }

    fn db(&self) -> Db {
        Db::open(&self.url, 1, Clock::System, keyring()).unwrap()
    }

    fn has_database(&self) -> bool {
        let DatabaseUrl::Sqlite(path) = &self.url else { unreachable!("SQLite") };
        Path::new(path).exists() || Path::new(path).with_extension("half").exists()
    }
}

#[tokio::test]
async fn what_is_saved_comes_back_elsewhere_and_is_the_same() {
    let Some(place) = place().await else { return };
    let (backup, saved) = place.save().await;
    assert_eq!((saved.files, saved.rows["evidence"], saved.rows["accounts"]), (2, 1, 1));
    // What happens afterwards is not in it.
    place.db.write_blocking(Actor::system(), |tx| Ok(diesel::delete(evidence::table).execute(tx.conn())?)).unwrap();

    let elsewhere = Elsewhere::new();
    assert_eq!(elsewhere.restore(&backup).await.unwrap(), saved);
    let db = elsewhere.db();
    let people = |c: &mut crate::db::Conn| Ok(accounts::table.count().get_result::<i64>(c)?);
    assert_eq!(db.read_blocking(people).unwrap(), 1);
    let trail = db.read_blocking(|c| audit::verify(c, &keyring(), None)).unwrap();
    assert!(trail.damage.is_empty() && trail.head.position == saved.audit_position);
    for area in [Area::Evidence, Area::Preview] {
        let (there, here) = (place.storage.list(area, None, 9).await, elsewhere.storage.list(area, None, 9).await);
        let (there, here) = (there.unwrap().remove(0), here.unwrap().remove(0));
        assert_eq!((there.key, there.size_bytes), (here.key, here.size_bytes));
    }
    let again = elsewhere.restore(&backup).await;
    assert!(matches!(again, Err(BackupError::NotEmpty)), "{again:?}");
}

#[tokio::test]
async fn a_backup_is_whole_or_not_there_and_overwrites_nothing() {
    let Some(place) = place().await else { return };
    let (backup, _) = place.save().await;
    let again = save(&place.db, &place.storage, &backup).await;
    assert!(matches!(again, Err(BackupError::Taken(_))), "{again:?}");
    for file in place.storage.list(Area::Evidence, None, 9).await.unwrap() {
        place.storage.delete(&file.key).await.unwrap();
    }
    let other = place.folder.path().join("other");
    let told = save(&place.db, &place.storage, &other).await;
    assert!(matches!(told, Err(BackupError::FilesMissing(1, _))), "{told:?}");
    assert_eq!(names(place.folder.path()), ["backup", "evidence"], "nothing of the one that failed is left");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_damaged_backup_is_told_and_nothing_is_restored() {
    let Some(place) = place().await else { return };
    let (backup, _) = place.save().await;
    let sums = fs::read_to_string(backup.join(SUMS)).unwrap();
    let file = backup.join(sums.lines().next().unwrap().split_once("  ").unwrap().1);
    let content = fs::read(&file).unwrap();
    fs::write(&file, b"other").unwrap();
    let elsewhere = Elsewhere::new();
    let told = elsewhere.restore(&backup).await;
    assert!(matches!(told, Err(BackupError::Damaged(_))) && !elsewhere.has_database(), "{told:?}");
    fs::write(&file, content).unwrap();

    let copy = DatabaseUrl::Sqlite(backup.join(DATABASE).display().to_string());
    let copy = Db::open(&copy, 1, Clock::System, keyring()).unwrap();
    let alter = |c: &mut crate::db::Conn| {
        use crate::schema::audit_events::dsl::{action, audit_events};
        Ok(diesel::update(audit_events).set(action.eq("nothing.happened")).execute(c)?)
    };
    copy.read_blocking(alter).unwrap();
    drop(copy);
    let told = elsewhere.restore(&backup).await;
    assert!(matches!(told, Err(BackupError::Damaged(_))) && !elsewhere.has_database(), "{told:?}");
}

#[tokio::test]
async fn files_of_somebody_else_stay_and_an_attempt_that_broke_off_goes_on() {
    let Some(place) = place().await else { return };
    let (backup, saved) = place.save().await;
    let elsewhere = Elsewhere::new();
    let mut upload = elsewhere.storage.upload().await.unwrap();
    upload.write(Bytes::from_static(b"mine")).await.unwrap();
    let mine = elsewhere.storage.keep(Area::Evidence, upload.finish().await.unwrap()).await.unwrap();
    let told = elsewhere.restore(&backup).await;
    assert!(matches!(told, Err(BackupError::NotEmpty)) && !elsewhere.has_database(), "{told:?}");
    elsewhere.storage.delete(&mine.key).await.unwrap();

    // A file of this backup that came before is no hindrance.
    let key = place.storage.list(Area::Evidence, None, 1).await.unwrap().remove(0).key;
    let mut upload = elsewhere.storage.upload().await.unwrap();
    upload.write(Bytes::from_static(b"half")).await.unwrap();
    elsewhere.storage.bring_back(key, upload.finish().await.unwrap()).await.unwrap();
    assert_eq!(elsewhere.restore(&backup).await.unwrap(), saved);
}

#[tokio::test]
async fn a_backup_of_a_later_version_is_not_restored() {
    let Some(place) = place().await else { return };
    let (backup, saved) = place.save().await;
    let later = Inventory { schema: "99991231000000".to_owned(), ..saved };
    fs::write(backup.join(INVENTORY), serde_json::to_vec(&later).unwrap()).unwrap();
    let told = Elsewhere::new().restore(&backup).await;
    assert!(matches!(told, Err(BackupError::Newer)), "{told:?}");
}
