//! Attaching files as use cases, with a database and a store of their own.

use bytes::Bytes;

use super::*;
use crate::application::{ApplicationKind, draft};
use crate::error::Error;
use crate::evidence::Evidence;
use crate::evidence::repo::{MAX_FILES, list};
use crate::evidence::sniff::fixtures;
use crate::schema::applications;
use crate::storage::Area;
use crate::testing::{NewFacility, OFFICE, TestDb, add_facility, add_member, office, test_db};
use diesel::prelude::*;

struct Desk {
    db: TestDb,
    storage: Storage,
    scope: FacilityScope,
    id: ApplicationId,
    _folder: tempfile::TempDir,
}

fn desk() -> Desk {
    let (db, folder) = (test_db(), tempfile::tempdir().unwrap());
    let storage = Storage::local(folder.path()).unwrap();
    let scope = office(&db, false);
    let id = db.write_blocking(scope.actor(), |tx| draft::open(tx, &scope, ApplicationKind::UsageStart)).unwrap();
    Desk { db, storage, scope, id, _folder: folder }
}

impl Desk {
    async fn handed(&self, content: &[u8], name: &str) -> Handed {
        let mut upload = self.storage.upload().await.unwrap();
        upload.write(Bytes::copy_from_slice(content)).await.unwrap();
        Handed { content: upload.finish().await.unwrap(), file_name: name.to_owned() }
    }

    async fn send(&self, content: &[u8], name: &str) -> Result<std::result::Result<EvidenceId, EvidenceFault>> {
        self.send_as(&self.scope, content, name).await
    }

    async fn send_as(
        &self,
        scope: &FacilityScope,
        content: &[u8],
        name: &str,
    ) -> Result<std::result::Result<EvidenceId, EvidenceFault>> {
        let handed = self.handed(content, name).await;
        take_in((&self.db, &self.storage), scope.actor(), scope, &self.id, handed).await
    }

    fn files(&self) -> Vec<Evidence> {
        self.db.read_blocking(|c| list(c, &self.id)).unwrap()
    }

    /// How many objects the store has, of all areas.
    async fn objects(&self) -> usize {
        let mut count = 0;
        for area in Area::ALL {
            count += self.storage.list(area, None, 1000).await.unwrap().len();
        }
        count
    }
}

#[tokio::test]
async fn a_photo_is_attached_as_an_upright_png_with_a_picture_and_taken_off_again() {
    let desk = desk();
    let sideways = fixtures::jpeg(40, 20, 6);
    let id = desk.send(&sideways, "C:\\photos\\通知書.jpg").await.unwrap().unwrap();
    let [file] = desk.files().try_into().unwrap();
    assert_eq!(
        (file.id.clone(), file.media_type.as_str(), file.original_name.as_str()),
        (id, "image/png", "通知書.jpg")
    );
    let kept = desk.storage.fetch(file.key().unwrap()).await.unwrap();
    assert_eq!(png_size(kept.path()), (20, 40), "turned upright");
    assert!(file.preview_key.is_some());

    let remove = |tx: &mut Tx<'_>| remove(tx, &desk.scope, &desk.id, &file.id);
    desk.db.write_blocking(desk.scope.actor(), remove).unwrap();
    desk.db.write_blocking(desk.scope.actor(), remove).unwrap();
    assert!(desk.files().is_empty());
}

/// Width and height of a PNG, whatever its file is called.
fn png_size(path: &std::path::Path) -> (u32, u32) {
    let bytes = std::fs::read(path).unwrap();
    let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).unwrap();
    (picture.width(), picture.height())
}

#[tokio::test]
async fn a_file_that_cannot_be_taken_leaves_nothing() {
    let desk = desk();
    let macros = fixtures::archive(&[("xl/vbaProject.bin", b"x")]);
    for (content, name, fault) in [
        (b"<html>".to_vec(), "a.html", EvidenceFault::Kind { extension: Some("html".into()) }),
        (b"MZ...".to_vec(), "a.pdf", EvidenceFault::Broken),
        (macros, "a.xlsm", EvidenceFault::Macro),
        (fixtures::pdf(""), "1234-5678-9018.pdf", EvidenceFault::PersonalNumber),
    ] {
        assert_eq!(desk.send(&content, name).await.unwrap(), Err(fault), "{name}");
    }
    assert_eq!((desk.files().len(), desk.objects().await), (0, 0));
}

#[tokio::test]
async fn the_same_file_twice_is_there_once_and_the_eleventh_is_refused() {
    let desk = desk();
    let first = desk.send(&fixtures::pdf("0"), "a.pdf").await.unwrap();
    assert_eq!(desk.send(&fixtures::pdf("0"), "a.pdf").await.unwrap(), first);
    for n in 1..MAX_FILES {
        desk.send(&fixtures::pdf(&n.to_string()), "a.pdf").await.unwrap().unwrap();
    }
    let over = desk.send(&fixtures::pdf("more"), "a.pdf").await.unwrap();
    assert_eq!(over, Err(EvidenceFault::TooMany));
    assert_eq!((desk.files().len(), desk.objects().await), (MAX_FILES, MAX_FILES));
}

#[tokio::test]
async fn fifteen_at_once_are_ten() {
    let desk = desk();
    let mut sent = tokio::task::JoinSet::new();
    for n in 0..15 {
        let handed = desk.handed(&fixtures::pdf(&n.to_string()), "a.pdf").await;
        let kept = evidence::attach::keep(&desk.storage, handed.content, &handed.file_name).await.unwrap();
        let (db, scope, id) = (desk.db.db.clone(), desk.scope.clone(), desk.id.clone());
        sent.spawn(async move { db.write(scope.actor(), move |tx| attach(tx, &scope, &id, &kept)).await });
    }
    let outcomes = sent.join_all().await;
    let done = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Attached::Done(_)))).count();
    assert_eq!((done, desk.files().len()), (MAX_FILES, MAX_FILES), "{outcomes:?}");
}

#[tokio::test]
async fn another_facility_s_application_is_not_there_and_nothing_is_kept() {
    let desk = desk();
    let stranger = desk
        .db
        .write_blocking(Actor::system(), |tx| {
            let facility = add_facility(tx, NewFacility { code: "1398765432", ..OFFICE })?;
            add_member(tx, &facility, "other@example.jp", true)
        })
        .unwrap();
    let sent = desk.send_as(&stranger, &fixtures::pdf(""), "a.pdf").await;
    assert!(matches!(sent, Err(Error::NotFound)), "{sent:?}");
    assert_eq!((desk.files().len(), desk.objects().await), (0, 0));
}

#[tokio::test]
async fn what_was_sent_keeps_its_files() {
    let desk = desk();
    let file = desk.send(&fixtures::pdf(""), "a.pdf").await.unwrap().unwrap();
    desk.db
        .write_blocking(Actor::system(), |tx| {
            let now = tx.now();
            diesel::update(applications::table.find(&desk.id))
                .set((applications::state.eq(State::InReview), applications::submitted_at.eq(now)))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    let more = desk.send(&fixtures::pdf("2"), "b.pdf").await;
    assert!(matches!(more, Err(Error::Refused(Refusal::NotInThisState))), "{more:?}");
    let less = desk.db.write_blocking(desk.scope.actor(), |tx| remove(tx, &desk.scope, &desk.id, &file));
    assert!(matches!(less, Err(Error::Refused(Refusal::NotInThisState))), "{less:?}");
    assert_eq!((desk.files().len(), desk.objects().await), (1, 1));
}
