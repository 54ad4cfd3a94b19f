//! The mail folder, read as people read it.

use std::collections::{BTreeMap, BTreeSet};
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
    /// What its row is called.
    pub id: String,
    pub message_id: String,
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// How often the folder is looked into, whoever waits.
const PAUSE: Duration = Duration::from_millis(200);

/// The folder; files once read are remembered.
pub struct Letters {
    folder: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    looked: Option<Instant>,
    files: BTreeSet<PathBuf>,
    by_address: BTreeMap<String, Vec<Letter>>,
}

impl Letters {
    /// Of a folder that the program writes into itself, or a mail server.
    pub fn of(folder: PathBuf) -> Self {
        Self { folder, seen: Mutex::default() }
    }

    /// Waits for a letter to `address` with a link to `starts_with`.
    pub fn wait_for_link(&self, address: &str, starts_with: &str) -> String {
        let began = Instant::now();
        loop {
            if let Some(path) = self.link(address, starts_with) {
                return path;
            }
            assert!(began.elapsed() < LIMIT, "no letter with a link to {starts_with} came to {address}");
            sleep(PAUSE);
        }
    }

    fn link(&self, address: &str, starts_with: &str) -> Option<String> {
        let mut seen = self.seen.lock().expect("nobody panics holding it");
        if seen.looked.is_none_or(|looked| looked.elapsed() > PAUSE) {
            seen.looked = Some(Instant::now());
            for path in files(&self.folder).into_iter().filter(|path| is_whole(path)) {
                if seen.files.insert(path.clone()) {
                    let letter = letter(&path);
                    seen.by_address.entry(letter.to.clone()).or_default().push(letter);
                }
            }
        }
        let letters = seen.by_address.get(address)?;
        let letter = letters.iter().find(|letter| letter.body.contains(starts_with))?;
        Some(path_in(&letter.body, starts_with))
    }

    /// Every letter as it lies there now, and what else lies there.
    pub fn read_anew(&self) -> (Vec<Letter>, Vec<PathBuf>) {
        let (letters, others): (Vec<_>, Vec<_>) = files(&self.folder).into_iter().partition(|path| is_whole(path));
        (letters.iter().map(|path| letter(path)).collect(), others)
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("the folder can be read").path()).collect()
}

fn is_whole(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "eml")
}

fn letter(path: &Path) -> Letter {
    let bytes = std::fs::read(path).expect("letters stay");
    let mail = parse_mail(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let header = |name| mail.headers.get_first_value(name).unwrap_or_default();
    let named = path.file_stem().and_then(|stem| stem.to_str()).expect("named by us");
    // A mail server's files are named by their order and recipient.
    let of_server = named.contains('@');
    let message_id = header("Message-ID");
    let in_it = message_id.trim_start_matches('<').split('@').next().unwrap_or_default();
    Letter {
        id: if of_server { in_it } else { named }.to_owned(),
        message_id: message_id.clone(),
        to: header("To"),
        subject: header("Subject"),
        body: mail.get_body().expect("a text"),
    }
}
