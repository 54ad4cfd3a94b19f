//! Files while something gives way: the object store, its line, the applicant's line,
//! the disk. People are told on the page, nothing is left of what broke off, and the
//! next try goes well.

use std::fs;
use std::net::Shutdown;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use uketsuke_core::clock::Clock;
use uketsuke_core::evidence::sweep::{self, Swept};
use uketsuke_core::storage::MAX_FILE_BYTES;

use super::report::{self, Row};
use super::short_or_long;
use super::uploads::{Form, STORE, in_the_store, memory, objects, pad, staged, upload};
use crate::kill::cast::{self, Facility, Way};
use crate::kill::dice::Dice;
use crate::kill::server::Server;
use crate::kill::walk::up_to_files;
use crate::kill::world::World;
use crate::stories::object_store::{Installation, LABEL, MEGABYTE};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::{Needs, tests};
use crate::support::line::Mode;
use crate::support::people::{SAKURA, begin};

tests! {
    needs Needs::Patience;
    faults_the_object_store_is_away_too_busy_or_hangs on Sqlite,
    faults_the_object_store_breaks_off_within_an_upload on Sqlite,
    faults_the_applicant_breaks_off_within_an_upload on Sqlite,
    faults_the_disk_for_uploads_is_full,
}

const SEND: &str = "ファイルを送る";
const SENTENCE: &str = "いまはファイルを保存できません。数分おいてから、もう一度選んでください";
/// An answer comes within this time, whatever the store does: proxies wait twice as long.
const PATIENCE: Duration = Duration::from_secs(60);

fn no_store() -> bool {
    let none = std::env::var(STORE).is_err();
    if none {
        println!("left out: no object store ({STORE} is not set)");
    }
    none
}

/// Sends a file that cannot be kept now; answers how long the person waited.
fn told(person: &mut Browser, label: &str, content: &[u8]) -> Duration {
    let began = Instant::now();
    let page = person.attach(label, "通知書.pdf", content).press(SEND);
    assert_eq!((page.status, page.h1().as_str()), (503, "書類の添付"));
    page.expect(SENTENCE).expect("ほかの入力は残っています").expect("まだ添付されていません");
    let hint = person.answer.as_ref().and_then(|answer| answer.header("retry-after"));
    assert!(hint.is_some(), "a program is told when to come again");
    let waited = began.elapsed();
    assert!(waited < PATIENCE, "{waited:?}");
    waited
}

/// Sends it again; answers how long it takes until it is there.
fn taken(person: &mut Browser, label: &str, content: &[u8]) -> Duration {
    let began = Instant::now();
    person.attach(label, "通知書.pdf", content).press(SEND).expect("通知書.pdf");
    began.elapsed()
}

fn faults_the_object_store_is_away_too_busy_or_hangs(app: &TestApp) {
    if no_store() {
        return;
    }
    for (mode, provoked) in [
        (Mode::Cut, "the store refuses connections"),
        (Mode::Busy, "the store answers 503 SlowDown"),
        (Mode::Silent, "the store takes requests and never answers"),
    ] {
        let installation = Installation::beside(app);
        let mut person = installation.at_files();
        let small = installation.pdf(2_000);
        installation.line.set(mode);
        let waited = told(&mut person, LABEL, &small);
        let large = installation.pdf(short_or_long(6, 17) * MEGABYTE);
        // The second waits as long; once is enough where it does.
        let waited = if mode == Mode::Silent { waited } else { waited.max(told(&mut person, LABEL, &large)) };
        installation.line.set(Mode::Open);
        assert_eq!((installation.objects(), installation.on_its_disk(), installation.staged()), (0, (0, 0), 0));
        let normal_after = taken(&mut person, LABEL, &large);
        assert_eq!((installation.objects(), installation.on_its_disk(), installation.staged()), (1, (1, 0), 0));
        installation.end();
        report::note(
            app,
            Row {
                number: 8,
                provoked,
                seen: format!(
                    "503 on the page of the step after {:.1} s, with the sentence and Retry-After",
                    waited.as_secs_f64()
                ),
                lost: "nothing typed; no object, no part, no staged file was left".to_owned(),
                normal_after,
            },
        );
    }
}

fn faults_the_object_store_breaks_off_within_an_upload(app: &TestApp) {
    if no_store() {
        return;
    }
    let installation = Installation::beside(app);
    let mut person = installation.at_files();
    let large = installation.pdf(short_or_long(17, 99) * MEGABYTE);
    // The part is sent once more by itself; that breaks as well.
    installation.line.break_after(large.len() as u64 * 6 / 10, 2);
    told(&mut person, LABEL, &large);
    assert_eq!((installation.objects(), installation.on_its_disk(), installation.staged()), (0, (0, 0), 0));
    let normal_after = taken(&mut person, LABEL, &large);
    let parts = &installation.app.parts;
    installation.app.later(sweep::GRACE + chrono::Duration::hours(1));
    let days = Clock::System.now() - parts.db.clock().now();
    installation.app.later(days.max(chrono::Duration::zero()) + sweep::GRACE + chrono::Duration::hours(1));
    let swept = installation.app.wait(sweep::sweep(&parts.db, &parts.storage)).expect("the sweep runs");
    assert_eq!(swept, Swept::default(), "nothing was left to sweep");
    assert_eq!((installation.objects(), installation.on_its_disk()), (1, (1, 0)));
    installation.end();
    report::note(
        app,
        Row {
            number: 9,
            provoked: "the line to the store breaks at 60 % of a large file, twice",
            seen: "503 on the page of the step, with the sentence and Retry-After".to_owned(),
            lost: "nothing typed; what had been sent was aborted at once, the sweep of a day later finds nothing"
                .to_owned(),
            normal_after,
        },
    );
}

/// What broke off is gone within this time.
const RELEASED: Duration = Duration::from_secs(10);
/// Resident memory that may stay after it, bytes.
const STAYS: u64 = 64 << 20;

fn faults_the_applicant_breaks_off_within_an_upload(app: &TestApp) {
    breaks_off(app, &[], "four uploads end at 60 %: a folder");
    let staging = tempfile::tempdir().expect("a folder");
    if let Some(more) = in_the_store(staging.path()) {
        breaks_off(app, &more, "four uploads end at 60 %: an object store");
    }
}

fn breaks_off(app: &TestApp, more: &[(&'static str, String)], provoked: &'static str) {
    let server = Server::start_with(&app.place, more);
    let cast = cast::facilities(2).into_iter().map(|one| Facility { way: Way::Approved, ..one }).collect();
    let world = World::open(&server, cast);
    let people: Vec<Browser> = world.cast.iter().map(|one| up_to_files(&world, one, Dice::new(1, &one.code))).collect();
    let idle = memory(&server, "VmRSS");
    let alone = std::sync::Barrier::new(1);
    let mut lines = Vec::new();
    for (n, person) in people.iter().chain(&people).enumerate() {
        let form = Form::of(person, n, short_or_long(MAX_FILE_BYTES / 4, MAX_FILE_BYTES));
        let mut line = form.begin(person);
        pad(&mut line, form.padding * 6 / 10);
        lines.push(line);
    }
    until(|| staged(&world) == 4, "all have begun");
    assert_eq!(upload(&people[0], 9, 2_000, &alone), 503, "two at once are the most for one person");
    lines.iter().for_each(|line| drop(line.shutdown(Shutdown::Both)));
    let began = Instant::now();
    until(|| staged(&world) == 0, "staged files are gone");
    until(|| people.iter().all(|person| upload(person, 10, 2_000, &alone) == 303), "the next are let in");
    let normal_after = began.elapsed();
    assert!(normal_after < RELEASED, "{normal_after:?}");
    // One, or more where a person was let in before the other was.
    assert!(objects(&world) >= 2);
    until(|| memory(&server, "VmRSS") < idle + STAYS, "the memory is given back");
    let more = memory(&server, "VmRSS").saturating_sub(idle) >> 20;
    report::note(
        app,
        Row {
            number: 10,
            provoked,
            seen: "nothing: they are gone; meanwhile a third upload of the same person is told to wait (503)"
                .to_owned(),
            lost: format!(
                "nothing: no file is left, the person's turn is free again; {more} MB of memory more than before"
            ),
            normal_after,
        },
    );
}

/// Looks again and again, for as long as nobody would mind.
fn until(mut is_so: impl FnMut() -> bool, what: &str) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not come to this: {what}");
        std::thread::yield_now();
    }
}

/// A small disk of memory, unmounted in the end.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount(megabytes: usize) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let size = format!("size={megabytes}m");
        let mut mount = Command::new("mount");
        let done = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        done.is_ok_and(|done| done.status.success()).then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

fn faults_the_disk_for_uploads_is_full(app: &TestApp) {
    let Some(disk) = SmallDisk::mount(16) else {
        println!("left out: no small disk can be mounted here (that needs root)");
        return;
    };
    let evidence = format!("file:{}", disk.path().join("evidence").display());
    let inner = TestApp::start_with(&app.place, &[("UKETSUKE_EVIDENCE", &evidence)]);
    inner.with_master();
    let mut person = inner.signed_in(SAKURA, "hanako@example.jp");
    begin(&mut person, "書類を添付");
    let left = || fs::read_dir(disk.path().join("evidence/staging")).expect("readable").count();
    let (large, small) = (padded(20 * MEGABYTE), padded(MEGABYTE));
    told(&mut person, LABEL, &large);
    assert_eq!(left(), 0, "what had come of it is gone");
    let filler = disk.path().join("filler");
    // As much as fits.
    let _ = fs::write(&filler, vec![0; 17 * MEGABYTE]);
    told(&mut person, LABEL, &small);
    assert_eq!(left(), 0);
    fs::remove_file(&filler).expect("it was there");
    let normal_after = taken(&mut person, LABEL, &small);
    assert_eq!(left(), 0);
    inner.run_jobs();
    inner.finish();
    report::note(
        app,
        Row {
            number: 16,
            provoked: "the folder for uploads is on a full disk",
            seen: "503 on the page of the step, with the sentence and Retry-After".to_owned(),
            lost: "nothing typed; no half file is left; no restart is needed".to_owned(),
            normal_after,
        },
    );
}

fn padded(bytes: usize) -> Vec<u8> {
    let head = "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n";
    let tail =
        "2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
    [head.as_bytes(), &vec![b' '; bytes], tail.as_bytes()].concat()
}
