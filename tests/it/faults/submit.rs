//! The program dies at every step of what a person does: before each statement, and
//! between a commit and its answer. The same form, sent once more, then comes to the
//! same end as if nothing had been.

use std::fs;
use std::time::Duration;

use diesel::prelude::*;
use tempfile::TempDir;
use uketsuke_core::application::{Application, State};
use uketsuke_core::clock::Clock;
use uketsuke_core::evidence::repo::Evidence;
use uketsuke_core::evidence::sweep::{self, Swept};
use uketsuke_core::schema::{applications, evidence};
use uketsuke_core::storage::Area;

use super::report::{self, Row};
use super::short_or_long;
use super::uploads::{STORE, in_the_store, staged};
use crate::kill::cast::{self, Facility, Way};
use crate::kill::check;
use crate::kill::dice::Dice;
use crate::kill::server::Server;
use crate::kill::walk::up_to_files;
use crate::kill::world::{World, parts};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::{Needs, tests};
use crate::support::people::{application_path, begin, fill_counts};

tests! {
    needs Needs::Patience;
    faults_killed_at_every_step_of_sending,
    faults_killed_between_the_keeping_of_a_file_and_its_row,
    faults_killed_between_the_object_store_and_the_row on Sqlite,
}

const SEND: &str = "この内容で申請する";
const ATTACH: &str = "ファイルを送る";
const NOTICE: &[u8] = include_bytes!("../../../src/demo/notice.png");

/// Where the program reads at which step to die (`core/src/db/step.rs`).
struct Steps(TempDir);

impl Steps {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn variable(&self) -> (&'static str, String) {
        ("UKETSUKE_TEST_STEPS", self.0.path().display().to_string())
    }

    /// Counts the steps of what is done now, and dies at this one; 0 for never. Answers
    /// the steps that were taken.
    fn while_dying_at(&self, step: usize, deed: impl FnOnce()) -> Vec<String> {
        let (at, seen) = (self.0.path().join("abort_at"), self.0.path().join("seen"));
        let _ = fs::remove_file(&seen);
        fs::write(&at, step.to_string()).expect("writable");
        deed();
        fs::remove_file(&at).expect("it was there");
        fs::read_to_string(&seen).unwrap_or_default().lines().map(str::to_owned).collect()
    }
}

/// Where in these steps a row of this table is written.
fn writes(steps: &[String], table: &str) -> Option<usize> {
    steps.iter().position(|step| step.starts_with("before INSERT INTO") && step.contains(table))
}

/// Which step is the answered commit of the transaction that writes this table, from 1.
fn commit_of(steps: &[String], table: &str) -> Option<usize> {
    let row = writes(steps, table)?;
    let commit = steps[row..].iter().position(|step| step.starts_with("after COMMIT"))?;
    Some(row + commit + 1)
}

const HISTORY: &str = "application_events";

fn faults_killed_at_every_step_of_sending(app: &TestApp) {
    let steps = Steps::new();
    let server = Server::start_with(&app.place, &[steps.variable()]);
    let world = World::open(&server, one_facility());
    let mut person = up_to_files(&world, &world.cast[0], Dice::new(1, "sender"));
    server.kill();
    server.start_portal_alone();

    fill_in_the_rest(&world, &mut person);
    let all = steps.while_dying_at(0, || {
        person.press(SEND).expect("受付番号");
    });
    let commit = commit_of(&all, HISTORY).unwrap_or_else(|| panic!("no commit: {all:#?}"));
    withdraw(&mut person);
    // The count begins with a process.
    server.kill();
    server.start_portal_alone();
    let some = [1, commit / 4, commit / 2, 3 * commit / 4, commit - 1, commit, commit + 1, all.len()];
    let chosen = short_or_long(some.to_vec(), (1..=all.len()).collect());
    let (mut slowest, mut kills, mut kept) = (Duration::ZERO, 0, 0);
    for at in chosen.into_iter().filter(|at| (1..=all.len()).contains(at)) {
        begin(&mut person, "書類を添付");
        fill_in_the_rest(&world, &mut person);
        let mut answered = false;
        let mut form = person.clone();
        let taken = steps.while_dying_at(at, || answered = form.try_press(SEND).is_ok());
        kills += usize::from(!answered);
        server.kill();
        slowest = slowest.max(server.start_portal_alone());
        let before = sent(&world);
        let is_kept = commit_of(&taken, HISTORY).is_some();
        assert_eq!(before.len(), usize::from(is_kept), "killed at step {at} of {}: {taken:#?}", all.len());
        kept += usize::from(is_kept && !answered);
        // The same form once more.
        person.press(SEND);
        let after = sent(&world);
        let [number] = after.as_slice() else { panic!("killed at step {at}: {after:?}") };
        assert!(before.first().is_none_or(|first| first == number), "another number than {before:?}: {number}");
        person.page().expect(number);
        withdraw(&mut person);
    }
    server.kill();
    server.start_again();
    server.wait_until_ready();
    server.wait_until_drained(&world.parts.db);
    server.kill();
    check::what_was_sent(&world);
    assert!(kills >= 5 && kept >= 1, "{kills} kills, {kept} after the commit");
    report::note(
        app,
        Row {
            number: 1,
            provoked: "the process aborts itself at a counted step of sending: before statements, before and after the commit",
            seen: format!(
                "no answer, {kills} times at {} steps, {kept} times after the commit; the same form once more: the same \
                 number, or a first one",
                all.len()
            ),
            lost: "nothing: one application, one history, one letter for each number; the audit agrees".to_owned(),
            normal_after: slowest,
        },
    );
}

fn one_facility() -> Vec<Facility> {
    cast::facilities(1).into_iter().map(|one| Facility { way: Way::Withdrawn, ..one }).collect()
}

/// From the step of files to the last page before sending.
fn fill_in_the_rest(world: &World<'_>, person: &mut Browser) {
    attach(world, person, "通知書.png", NOTICE);
    person.press(ATTACH).expect("通知書.png");
    person.press("次へ進む");
    fill_counts(person, "3", "2");
    person.page().expect(SEND);
}

fn attach(world: &World<'_>, person: &mut Browser, name: &str, content: &[u8]) {
    person.attach(world.cast[0].kind.entry().evidence_label, name, content);
}

/// Takes back what the open page is about.
fn withdraw(person: &mut Browser) {
    let page = application_path(person);
    person.open(&page);
    person.follow("申請を取り下げる");
    assert_eq!(person.press("申請を取り下げる").status, 200);
}

/// The numbers of what is sent and not taken back.
fn sent(world: &World<'_>) -> Vec<String> {
    let all = world.parts.db.read_blocking(|c| Ok(applications::table.select(Application::as_select()).load(c)?));
    let all: Vec<Application> = all.expect("the database can be read");
    let open = all.iter().filter(|one| one.state == State::Submitted);
    open.map(|one| one.number_text().to_owned()).collect()
}

fn faults_killed_between_the_keeping_of_a_file_and_its_row(app: &TestApp) {
    killed_between_file_and_row(app, &[], "killed before and within the row's transaction: a folder");
}

fn faults_killed_between_the_object_store_and_the_row(app: &TestApp) {
    let staging = tempfile::tempdir().expect("a folder");
    match in_the_store(staging.path()) {
        Some(more) => {
            killed_between_file_and_row(app, &more, "killed before and within the row's transaction: an object store");
        }
        None => println!("left out: no object store ({STORE} is not set)"),
    }
}

fn killed_between_file_and_row(app: &TestApp, more: &[(&'static str, String)], provoked: &'static str) {
    let steps = Steps::new();
    let more = [more, &[steps.variable()]].concat();
    let server = Server::start_with(&app.place, &more);
    let world = World::open(&server, one_facility());
    let mut person = up_to_files(&world, &world.cast[0], Dice::new(1, "attacher"));
    server.kill();
    server.start_portal_alone();

    // The first request of a session asks a little more.
    attach(&world, &mut person, "x.pdf", &pdf(100));
    person.press(ATTACH).expect("x.pdf");
    attach(&world, &mut person, "0.pdf", &pdf(0));
    let all = steps.while_dying_at(0, || {
        person.press(ATTACH).expect("0.pdf");
    });
    let row = writes(&all, "evidence").unwrap_or_else(|| panic!("no row: {all:#?}"));
    let begins = all[..row].iter().rposition(|step| step.starts_with("before BEGIN")).expect("a transaction");
    let commit = commit_of(&all, "evidence").expect("a commit");
    let moments = [begins + 1, row + 1, commit - 1];
    // The count begins with a process; its first page asks a little more.
    server.kill();
    server.start_portal_alone();
    let here = person.page().path.clone();
    person.open(&here);
    let mut slowest = Duration::ZERO;
    for (n, at) in moments.into_iter().enumerate() {
        let name = format!("{}.pdf", n + 1);
        attach(&world, &mut person, &name, &pdf(n + 1));
        let mut form = person.clone();
        let taken = steps.while_dying_at(at, || assert!(form.try_press(ATTACH).is_err(), "it lives after step {at}"));
        assert_eq!(taken.len(), at);
        server.kill();
        assert_eq!(objects(&world).len(), 2 + 2 * n + 1, "{name} is kept");
        assert_eq!(rows(&world).len(), 2 + n, "{name} has no row, killed at {at}: {:?}", taken.last());
        slowest = slowest.max(server.start_portal_alone());
        person.open(&here).expect_not(&name);
        attach(&world, &mut person, &name, &pdf(n + 1));
        person.press(ATTACH).expect(&name);
    }
    assert_eq!(staged(&world), 0);
    assert_eq!(swept(&world, Clock::System), Swept::default(), "what is young may still get its row");
    let later = Clock::manual(Clock::System.now() + sweep::GRACE + chrono::Duration::hours(1));
    assert_eq!(swept(&world, later), Swept { objects: moments.len(), ..Swept::default() });
    let (kept, named) = (objects(&world), rows(&world));
    let key = |row: &Evidence| row.storage_key.clone().expect("none was erased");
    let mut keys: Vec<_> = named.iter().map(|row| key(row).as_str().to_owned()).collect();
    keys.sort();
    assert_eq!(kept, keys, "every row has its file, every file its row");
    for row in &named {
        let file = wait(world.parts.storage.fetch(&key(row))).expect("the file is there");
        assert_eq!(file.sha256(), row.sha256);
    }
    report::note(
        app,
        Row {
            number: 11,
            provoked,
            seen: "no answer; the page does not show the file, and takes it again".to_owned(),
            lost: format!(
                "nothing: no row without its file; {} files without a row stay a day and are then swept, the {} with one stay",
                moments.len(),
                named.len()
            ),
            normal_after: slowest,
        },
    );
}

/// Small, and no two the same.
fn pdf(n: usize) -> Vec<u8> {
    let text = format!(
        "%PDF-1.7\n% {n:05}\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\n\
         endobj\ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
    );
    text.into_bytes()
}

/// The keys of the files kept.
fn objects(world: &World<'_>) -> Vec<String> {
    let listed = wait(world.parts.storage.list(Area::Evidence, None, 1000)).expect("the store can be listed");
    listed.iter().map(|one| one.key.as_str().to_owned()).collect()
}

fn rows(world: &World<'_>) -> Vec<Evidence> {
    let rows = world.parts.db.read_blocking(|c| Ok(evidence::table.select(Evidence::as_select()).load(c)?));
    rows.expect("the database can be read")
}

fn swept(world: &World<'_>, clock: Clock) -> Swept {
    let parts = parts(world.server, clock);
    wait(sweep::sweep(&parts.db, &parts.storage)).expect("the sweep runs")
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}
