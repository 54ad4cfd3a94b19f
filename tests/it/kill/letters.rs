//! The mail folder, read as people read it.

use std::collections::BTreeMap;
use std::fs::read_dir;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use mailparse::{MailHeaderMap, parse_mail};

use crate::support::app::path_in;

/// A letter's job that was hit by a kill waits a minute for its lease to end;
/// it may be hit twice.
const LIMIT: Duration = Duration::from_secs(180);

/// One file.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The file's name without `.eml`.
    pub id: String,
    pub message_id: String,
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// The folder; files once read are remembered.
pub struct Letters {
    folder: PathBuf,
    read: Mutex<BTreeMap<PathBuf, Letter>>,
}

impl Letters {
    pub fn of(folder: PathBuf) -> Self {
        Self { folder, read: Mutex::default() }
    }

    /// Waits for a letter to `address` with a link to `starts_with`.
    pub fn wait_for_link(&self, address: &str, starts_with: &str) -> String {
        let began = Instant::now();
        let is_it = |letter: &&Letter| letter.to == address && letter.body.contains(starts_with);
        loop {
            if let Some(letter) = self.all().iter().find(is_it) {
                return path_in(&letter.body, starts_with);
            }
            assert!(began.elapsed() < LIMIT, "no letter with a link to {starts_with} came to {address}");
            sleep(Duration::from_millis(200));
        }
    }

    /// Every letter there is.
    fn all(&self) -> Vec<Letter> {
        let mut read = self.read.lock().expect("nobody panics holding it");
        for path in files(&self.folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "eml")) {
            read.entry(path.clone()).or_insert_with(|| letter(&path));
        }
        read.values().cloned().collect()
    }

    /// Every letter as it lies there now, and what else lies there.
    pub fn read_anew(&self) -> (Vec<Letter>, Vec<PathBuf>) {
        let (letters, others): (Vec<_>, Vec<_>) =
            files(&self.folder).into_iter().partition(|path| path.extension().is_some_and(|e| e == "eml"));
        (letters.iter().map(|path| letter(path)).collect(), others)
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("the folder can be read").path()).collect()
}

fn letter(path: &Path) -> Letter {
    let bytes = std::fs::read(path).expect("letters stay");
    let mail = parse_mail(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let header = |name| mail.headers.get_first_value(name).unwrap_or_default();
    Letter {
        id: path.file_stem().and_then(|stem| stem.to_str()).expect("named by us").to_owned(),
        message_id: header("Message-ID"),
        to: header("To"),
        subject: header("Subject"),
        body: mail.get_body().expect("a text"),
    }
}
