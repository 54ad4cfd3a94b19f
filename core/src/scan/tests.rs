//! Scans by a clamd of a few lines here; a real one is asked by the whole-program tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use diesel::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::attachment::{self, Subject};
use crate::db::Actor;
use crate::evidence::sniff::fixtures;
use crate::evidence::{EvidenceError, EvidenceFault};
use crate::schema::{attachments, audit_events};
use crate::storage::{Received, Storage, StorageError};
use crate::testing::{TestDb, test_db};

/// A clamd that finds a virus in files with the word EVIL, cannot scan those with
/// ODD, and hangs up on those with BOMB. Counts whom it talked to.
async fn clamd() -> (Scanner, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = ScannerPlace::Tcp(listener.local_addr().unwrap().to_string());
    let talks: Arc<AtomicUsize> = Arc::default();
    let counted = Arc::clone(&talks);
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let (mut got, mut buffer) = (Vec::new(), vec![0; 8192]);
            while !got.ends_with(b"PING\0") && !got.ends_with(&[0; 4]) {
                let Ok(read) = line.read(&mut buffer).await else { break };
                got.extend_from_slice(&buffer[..read]);
            }
            let has = |word: &[u8]| got.windows(word.len()).any(|window| window == word);
            let answer: &[u8] = match () {
                () if has(b"PING") => b"PONG\0",
                () if has(b"EVIL") => b"stream: Evil.Test FOUND\0",
                () if has(b"ODD") => b"stream: Cannot read it ERROR\0",
                () if has(b"BOMB") => b"",
                () => b"stream: OK\0",
            };
            let _ = line.write_all(answer).await;
        }
    });
    (Scanner::at(place), talks)
}

/// Nobody listens there.
fn nobody() -> Scanner {
    Scanner::at("127.0.0.1:1".parse().unwrap())
}

struct Desk {
    db: TestDb,
    storage: Storage,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { db: test_db(), storage: Storage::local(folder.path()).unwrap(), _folder: folder }
    }

    fn with(&self, scanner: Scanner) -> Storage {
        self.storage.clone().scanned_by(Some(scanner))
    }

    /// A PDF with this word in it, attached to an inquiry's draft.
    async fn attach(&self, storage: &Storage, word: &str) -> std::result::Result<(), EvidenceError> {
        let received = receive(storage, &fixtures::pdf(word)).await;
        let new = attachment::keep(storage, received, "a.pdf").await?;
        let attach = |tx: &mut crate::db::Tx<'_>| attachment::attach(tx, Subject::InquiryDraft, word, &new, 9);
        assert!(self.db.write_blocking(Actor::system(), attach).unwrap());
        Ok(())
    }

    fn states(&self) -> Vec<(String, ScanState, Option<String>)> {
        let rows = |c: &mut crate::db::Conn| {
            Ok(attachments::table
                .order(attachments::subject_id)
                .select((attachments::subject_id, attachments::scan, attachments::scan_note))
                .load(c)?)
        };
        self.db.read_blocking(rows).unwrap()
    }

    fn state_of(&self, word: &str) -> ScanState {
        self.states().into_iter().find(|(id, ..)| id == word).unwrap().1
    }
}

async fn receive(storage: &Storage, content: &[u8]) -> Received {
    let mut upload = storage.upload().await.unwrap();
    upload.write(Bytes::copy_from_slice(content)).await.unwrap();
    upload.finish().await.unwrap()
}

#[tokio::test]
async fn a_virus_is_refused_at_the_door_and_leaves_nothing() {
    let (desk, (scanner, _)) = (Desk::new(), clamd().await);
    let storage = desk.with(scanner);
    let told = desk.attach(&storage, "EVIL").await;
    assert!(matches!(told, Err(EvidenceError::Fault(EvidenceFault::Infected))), "{told:?}");
    desk.attach(&storage, "fine").await.unwrap();
    assert_eq!(desk.states(), [("fine".to_owned(), ScanState::Clean, None)]);
}

#[tokio::test]
async fn what_cannot_be_scanned_is_kept_and_stays_closed() {
    let (desk, (scanner, _)) = (Desk::new(), clamd().await);
    let storage = desk.with(scanner);
    for word in ["ODD", "BOMB"] {
        desk.attach(&storage, word).await.unwrap();
        assert_eq!(desk.state_of(word), ScanState::Unscannable, "{word}");
    }
    assert!(!storage.may_open(ScanState::Unscannable));
    let note = desk.states().remove(1).2;
    assert_eq!(note.as_deref(), Some("Cannot read it"));
}

#[tokio::test]
async fn while_the_scanner_is_away_files_wait_closed_and_are_judged_when_it_is_back() {
    let desk = Desk::new();
    let away = desk.with(nobody());
    for word in ["fine", "EVIL", "ODD"] {
        desk.attach(&away, word).await.unwrap();
        assert_eq!(desk.state_of(word), ScanState::Pending);
    }
    let key = crate::storage::StoredKey::mint(crate::storage::Area::Evidence);
    let held = away.open(&key, ScanState::Pending).await;
    assert!(matches!(held, Err(StorageError::HeldBack(ScanState::Pending))), "{held:?}");
    assert_eq!(catch_up(&desk.db, &away).await.unwrap(), 0);

    let (scanner, talks) = clamd().await;
    let back = desk.with(scanner);
    // The one that was tried comes again after a while, the others at once.
    assert_eq!(catch_up(&desk.db, &back).await.unwrap(), 2);
    desk.db.clock.advance(chrono::Duration::minutes(6));
    assert_eq!(catch_up(&desk.db, &back).await.unwrap(), 1);
    let states: Vec<_> = desk.states().into_iter().map(|(word, state, _)| (word, state)).collect();
    let expected = [
        ("EVIL".to_owned(), ScanState::Infected),
        ("ODD".to_owned(), ScanState::Unscannable),
        ("fine".to_owned(), ScanState::Clean),
    ];
    assert_eq!(states, expected);
    let noted = |c: &mut crate::db::Conn| {
        let infected = audit_events::table.filter(audit_events::action.eq("file.infected"));
        Ok(infected.count().get_result::<i64>(c)?)
    };
    assert_eq!(desk.db.read_blocking(noted).unwrap(), 1);

    // Nothing is left to ask, until the unscannable one is tried the next day.
    let asked = talks.load(Ordering::SeqCst);
    assert_eq!((catch_up(&desk.db, &back).await.unwrap(), talks.load(Ordering::SeqCst)), (0, asked));
    desk.db.clock.advance(chrono::Duration::hours(25));
    assert_eq!(catch_up(&desk.db, &back).await.unwrap(), 1);
}

#[tokio::test]
async fn without_a_scanner_files_open_and_a_later_one_judges_them() {
    let desk = Desk::new();
    desk.attach(&desk.storage, "fine").await.unwrap();
    assert!(desk.state_of("fine") == ScanState::Pending && desk.storage.may_open(ScanState::Pending));
    assert!(!desk.storage.may_open(ScanState::Infected), "what was condemned stays so");
    assert_eq!(catch_up(&desk.db, &desk.storage).await.unwrap(), 0);
    let (scanner, _) = clamd().await;
    assert_eq!(catch_up(&desk.db, &desk.with(scanner)).await.unwrap(), 1);
    assert_eq!(desk.state_of("fine"), ScanState::Clean);
}

#[test]
fn a_place_is_told_as_it_is_configured() {
    for place in ["127.0.0.1:3310", "unix:/run/clamav/clamd.ctl"] {
        assert_eq!(place.parse::<ScannerPlace>().unwrap().to_string(), place);
    }
}
