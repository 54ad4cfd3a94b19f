//! What is attached, under which name, and what the sweep leaves of it.

use chrono::{Duration, Utc};

use super::*;
use crate::db::{Actor, Db};
use crate::evidence::sniff::fixtures;
use crate::evidence::sweep::sweep;
use crate::testing::{TestDb, test_db};

const ONE: (Subject, &str) = (Subject::Notice, "one");

struct Yard {
    db: TestDb,
    storage: Storage,
    _folder: tempfile::TempDir,
}

fn yard() -> Yard {
    let (db, folder) = (test_db(), tempfile::tempdir().unwrap());
    let storage = Storage::local(folder.path()).unwrap();
    Yard { db, storage, _folder: folder }
}

impl Yard {
    /// A picture of this width.
    async fn kept(&self, name: &str, width: u32) -> NewAttachment {
        let mut upload = self.storage.upload().await.unwrap();
        upload.write(fixtures::png(width, 20).into()).await.unwrap();
        keep(&self.storage, upload.finish().await.unwrap(), name).await.unwrap()
    }

    fn attach(&self, to: (Subject, &str), new: &NewAttachment, most: usize) -> bool {
        self.db.write_blocking(Actor::system(), |tx| attach(tx, to.0, to.1, new, most)).unwrap()
    }

    fn there(&self, of: (Subject, &str)) -> Vec<Attachment> {
        self.db.read_blocking(|c| list(c, of.0, &[of.1])).unwrap()
    }

    fn names(&self, of: (Subject, &str)) -> Vec<String> {
        self.there(of).into_iter().map(|file| file.original_name).collect()
    }

    async fn stored(&self) -> usize {
        self.storage.list(Area::Attachment, None, 100).await.unwrap().len()
    }

    /// The store tells ages by the machine's clock, so all files seem this old.
    fn after(&self, hours: i64) -> Db {
        let here = Utc::now() - self.db.clock.now();
        self.db.clock.advance(here + Duration::hours(hours));
        self.db.db.clone()
    }
}

#[tokio::test]
async fn a_file_sent_twice_is_there_once_and_another_of_its_name_gets_a_number() {
    let yard = yard();
    for width in [40, 40, 41, 42] {
        assert!(yard.attach(ONE, &yard.kept("画面.png", width).await, 10));
    }
    assert_eq!(yard.names(ONE), ["画面.png", "画面_2.png", "画面_3.png"]);
    assert!(yard.there(ONE).iter().all(|file| file.is_picture() && file.size() > 0));
}

#[tokio::test]
async fn no_more_than_may_be_but_the_same_again_is_no_fault() {
    let yard = yard();
    let (first, second) = (yard.kept("a.png", 40).await, yard.kept("b.png", 41).await);
    assert!(yard.attach(ONE, &first, 1));
    assert!(!yard.attach(ONE, &second, 1));
    assert!(yard.attach(ONE, &first, 1));
    assert_eq!(yard.names(ONE), ["a.png"]);
    assert!(yard.attach((Subject::Notice, "two"), &second, 1), "each thing counts its own");
}

#[tokio::test]
async fn a_file_is_found_and_taken_off_under_its_own_thing_only() {
    let yard = yard();
    yard.attach(ONE, &yard.kept("a.png", 40).await, 10);
    let id = yard.there(ONE)[0].id.clone();
    for (subject, other) in [(Subject::Notice, "two"), (Subject::Manual, "one")] {
        let found = yard.db.read_blocking(|c| get(c, subject, other, &id));
        assert!(matches!(found, Err(Error::NotFound)), "{found:?}");
        let taken = yard.db.write_blocking(Actor::system(), |tx| remove(tx, subject, other, &id));
        assert!(matches!(taken, Err(Error::NotFound)), "{taken:?}");
    }
    assert_eq!(yard.names(ONE), ["a.png"]);
    yard.db.write_blocking(Actor::system(), |tx| remove(tx, ONE.0, ONE.1, &id)).unwrap();
    assert_eq!(yard.names(ONE), [""; 0]);
}

#[tokio::test]
async fn handed_over_files_leave_nothing_behind() {
    let yard = yard();
    let (draft, sent) = ((Subject::InquiryDraft, "draft"), (Subject::Inquiry, "sent"));
    yard.attach(draft, &yard.kept("a.png", 40).await, 10);
    yard.attach((Subject::InquiryDraft, "another"), &yard.kept("b.png", 40).await, 10);
    yard.db.write_blocking(Actor::system(), |tx| hand_over(tx, draft, sent)).unwrap();
    assert_eq!((yard.names(draft), yard.names(sent)), (vec![], vec!["a.png".to_owned()]));
    assert_eq!(yard.names((Subject::InquiryDraft, "another")), ["b.png"]);
}

#[tokio::test]
async fn the_sweep_leaves_what_a_row_names_and_takes_the_rest_after_a_day() {
    let yard = yard();
    yard.attach(ONE, &yard.kept("stays.png", 40).await, 10);
    let dropped = (Subject::InquiryDraft, "draft");
    yard.attach(dropped, &yard.kept("dropped.png", 41).await, 10);
    yard.db.write_blocking(Actor::system(), |tx| drop_all(tx, dropped.0, &[dropped.1])).unwrap();
    yard.kept("never_attached.png", 42).await;

    sweep(&yard.after(23), &yard.storage).await.unwrap();
    assert_eq!(yard.stored().await, 3);
    sweep(&yard.after(25), &yard.storage).await.unwrap();
    assert_eq!((yard.stored().await, yard.names(ONE)), (1, vec!["stays.png".to_owned()]));
}
