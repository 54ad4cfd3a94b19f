//! Twenty uploads of 100 MB at once: how much memory the program takes, on a folder
//! and on an object store; and what uploads leave that break off.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use uketsuke_core::storage::place::StoragePlace;
use uketsuke_core::storage::{Area, MAX_FILE_BYTES};

use crate::kill::cast::{self, Facility, Way};
use crate::kill::dice::Dice;
use crate::kill::server::Server;
use crate::kill::walk::up_to_files;
use crate::kill::world::World;
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::{Needs, tests};

tests! {
    needs Needs::Calm;
    faults_twenty_large_uploads_at_once_take_little_memory on Sqlite,
    faults_twenty_large_uploads_to_an_object_store_take_little_memory on Sqlite,
}

/// Two for each of ten people: as many as one person may have at once.
const UPLOADS: usize = 20;
const PEOPLE: usize = 10;
/// Above what the program takes when nothing happens, bytes.
const MOST: u64 = 200 << 20;
pub(super) const STORE: &str = "UKETSUKE_TEST_S3_URL";

fn faults_twenty_large_uploads_at_once_take_little_memory(app: &TestApp) {
    measure(app, "a folder", &[]);
}

fn faults_twenty_large_uploads_to_an_object_store_take_little_memory(app: &TestApp) {
    let staging = tempfile::tempdir().expect("a folder");
    match in_the_store(staging.path()) {
        Some(more) => measure(app, "an object store", &more),
        None => println!("left out: no object store ({STORE} is not set)"),
    }
}

/// What a server is told to keep its files in the object store, where there is one.
pub(super) fn in_the_store(staging: &Path) -> Option<[(&'static str, String); 4]> {
    let store = std::env::var(STORE).ok()?;
    let moment = uketsuke_core::clock::Clock::System.now().timestamp_micros();
    Some([
        ("UKETSUKE_EVIDENCE", store.replacen('?', &format!("/uploads-{moment}?"), 1)),
        ("UKETSUKE_S3_ACCESS_KEY", "uketsuke-tests".to_owned()),
        ("UKETSUKE_S3_SECRET_KEY", "uketsuke-tests".to_owned()),
        ("UKETSUKE_STAGING_DIR", staging.display().to_string()),
    ])
}

fn measure(app: &TestApp, place: &str, more: &[(&'static str, String)]) {
    let server = Server::start_with(&app.place, more);
    let cast = cast::facilities(PEOPLE).into_iter().map(|one| Facility { way: Way::Approved, ..one }).collect();
    let world = World::open(&server, cast);
    let people: Vec<Browser> = world.cast.iter().map(|one| up_to_files(&world, one, Dice::new(1, &one.code))).collect();
    let idle = memory(&server, "VmRSS");
    // From here on the peak is counted anew.
    fs::write(format!("/proc/{}/clear_refs", server.pid()), "5").expect("our process");

    let together = Barrier::new(UPLOADS);
    let statuses: Vec<u16> = thread::scope(|threads| {
        let send = |n: usize| (&people[n / 2], n, &together);
        let sending: Vec<_> = (0..UPLOADS)
            .map(send)
            .map(|(person, n, together)| threads.spawn(move || upload(person, n, MAX_FILE_BYTES, together)))
            .collect();
        sending.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    let peak = memory(&server, "VmHWM");
    println!("{place}: {UPLOADS} uploads of 100 MB at once: {} MB when idle, {} MB at most", idle >> 20, peak >> 20);
    assert!(statuses.iter().all(|status| *status == 303), "{statuses:?}");
    assert_eq!(objects(&world), UPLOADS);
    assert!(peak < idle + MOST, "{} MB above idle", (peak - idle) >> 20);

    let together = Barrier::new(UPLOADS);
    thread::scope(|threads| {
        for n in 0..UPLOADS {
            let (person, together) = (&people[n / 2], &together);
            threads.spawn(move || break_off(person, n, together));
        }
    });
    // The next one is let in only when those are given up.
    let alone = Barrier::new(1);
    while upload(&people[0], UPLOADS, 2_000, &alone) == 503 {
        thread::yield_now();
    }
    assert_eq!(objects(&world), UPLOADS + 1);
    // A request that was given up ends a moment later than its connection.
    while staged(&world) > 0 {
        thread::yield_now();
    }
}

/// How many files lie half-received.
pub(super) fn staged(world: &World<'_>) -> usize {
    let staging: PathBuf = match &world.parts.config.evidence {
        StoragePlace::Folder(folder) => folder.join("staging"),
        StoragePlace::Bucket(_) => world.parts.config.staging_dir.clone(),
    };
    fs::read_dir(&staging).expect("readable").count()
}

/// Bytes, by a name of `/proc/PID/status`.
pub(super) fn memory(server: &Server, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("our process");
    let line = status.lines().find(|line| line.starts_with(name)).expect("Linux tells it");
    let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number");
    kilobytes << 10
}

pub(super) fn objects(world: &World<'_>) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(world.parts.storage.list(Area::Evidence, None, 1000)).expect("listed").len()
}

const BOUNDARY: &str = "----twenty";
const HEAD: &str = "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n";
const TAIL: &str =
    "2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n0\n%%EOF\n";

/// A form with a PDF of so many bytes, of which no two are the same.
pub(super) struct Form {
    before: String,
    pub padding: usize,
    after: String,
}

impl Form {
    pub fn of(person: &Browser, n: usize, bytes: u64) -> Self {
        let field = |name: &str, value: &str| {
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let file = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"evidence\"; filename=\"{n}.pdf\"\r\n\
             content-type: application/pdf\r\n\r\n{HEAD}% {n:05}\n"
        );
        let before = field("csrf_token", &person.token()) + &field("go", "add") + &file;
        let padding = usize::try_from(bytes).expect("fits") - HEAD.len() - "% 00000\n".len() - TAIL.len();
        Self { before, padding, after: format!("{TAIL}\r\n--{BOUNDARY}--\r\n") }
    }

    /// Opens a connection and sends the head and the form up to the file's padding.
    pub fn begin(&self, person: &Browser) -> TcpStream {
        let host = person.base().trim_start_matches("http://").to_owned();
        let mut line = TcpStream::connect(&host).expect("connects");
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {host}\r\ncookie: {}\r\nx-forwarded-for: 10.7.0.1\r\nconnection: close\r\n\
             content-type: multipart/form-data; boundary={BOUNDARY}\r\ncontent-length: {}\r\n\r\n{}",
            person.page().path,
            person.cookie_header(),
            self.before.len() + self.padding + self.after.len(),
            self.before
        );
        line.write_all(head.as_bytes()).expect("sent");
        line
    }
}

/// Sends a file, half of it only when all others are there as well. Answers the status.
pub(super) fn upload(person: &Browser, n: usize, bytes: u64, together: &Barrier) -> u16 {
    let form = Form::of(person, n, bytes);
    let mut line = form.begin(person);
    let half = form.padding / 2;
    pad(&mut line, half);
    together.wait();
    pad(&mut line, form.padding - half);
    // Who is turned away is answered before the end.
    let _ = line.write_all(form.after.as_bytes());
    let mut answer = Vec::new();
    let _ = line.read_to_end(&mut answer);
    let status = String::from_utf8_lossy(&answer).split(' ').nth(1).and_then(|status| status.parse().ok());
    status.unwrap_or(503)
}

/// Sends half of a file and hangs up.
fn break_off(person: &Browser, n: usize, together: &Barrier) {
    let form = Form::of(person, n, MAX_FILE_BYTES);
    let mut line = form.begin(person);
    pad(&mut line, form.padding / 2);
    together.wait();
    let _ = line.shutdown(Shutdown::Both);
}

pub(super) fn pad(line: &mut TcpStream, mut bytes: usize) {
    let block = [b' '; 64 * 1024];
    while bytes > 0 {
        let now = bytes.min(block.len());
        if line.write_all(&block[..now]).is_err() {
            return;
        }
        bytes -= now;
    }
}
