//! The table of `docs/operations/faults.md`. Each test notes what it saw when it has
//! seen all that must hold; a run that is told where ([`TABLE`]) writes them down.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use crate::support::app::TestApp;

/// Names the file to write.
const TABLE: &str = "UKETSUKE_FAULTS_TABLE";

/// What can fail, by the numbers used everywhere.
const FAULTS: [&str; 28] = [
    "The process is killed anywhere between a form and its answer",
    "Killed after the commit, before the letter goes out",
    "Killed after the mail server took the letter, before that is noted",
    "The mail server is away",
    "The mail server hangs in the middle of the dialogue",
    "The mail server refuses: for now, for good, one of many",
    "STARTTLS is missing, or the certificate is wrong",
    "The object store is away, too busy, or hangs",
    "The object store's connection breaks within an upload",
    "The applicant's connection breaks within an upload",
    "Killed between the file's keeping and its row",
    "PostgreSQL restarts at once",
    "PostgreSQL fails over to its standby",
    "The way to PostgreSQL swallows everything",
    "All database connections are busy",
    "Disk full",
    "A device is stopped while checks run",
    "Notifications of PostgreSQL are lost",
    "Changes are committed in another order than they were made",
    "The clock jumps",
    "A form is sent twice",
    "Two people decide at once",
    "Clients that send or read slowly",
    "Huge and odd requests",
    "The session ends in the middle of a form",
    "Two devices with one code; more devices than allowed",
    "A job, a row or a file that brings its reader down",
    "Old and new version on one database; a migration killed half-way",
];

/// One fault, provoked and survived.
#[derive(Debug, Clone)]
pub struct Row {
    /// 1 to 28, as in [`FAULTS`].
    pub number: usize,
    /// How it was provoked.
    pub provoked: &'static str,
    /// What people and programs see meanwhile.
    pub seen: String,
    /// What is lost: nothing, and what was compared to know it.
    pub lost: String,
    /// From the end of the fault until all is as before.
    pub normal_after: Duration,
}

/// By number and provocation: what was seen on each database.
type Rows = BTreeMap<(usize, &'static str), Vec<(&'static str, Row)>>;

static ROWS: Mutex<Rows> = Mutex::new(BTreeMap::new());

/// Notes a row: at the end of a test, when all that must hold was asserted.
pub fn note(app: &TestApp, row: Row) {
    println!("{}: F{} {row:?}", app.place.name(), row.number);
    let mut rows = ROWS.lock().expect("nobody panics holding it");
    rows.entry((row.number, row.provoked)).or_default().push((app.place.name(), row));
}

/// Writes the table, where one is asked for.
pub fn write() {
    if let Ok(path) = std::env::var(TABLE) {
        std::fs::write(path, table()).expect("the table can be written");
    }
}

fn table() -> String {
    let rows = ROWS.lock().expect("nobody panics holding it");
    let mut text = String::from(HEAD);
    for (at, name) in FAULTS.iter().enumerate() {
        let number = at + 1;
        let of_this: Vec<_> = rows.range((number, "")..(number + 1, "")).collect();
        if of_this.is_empty() {
            let _ = writeln!(text, "| F{number} | {name} | not provoked in this run | | | |");
        }
        for ((_, provoked), seen) in of_this {
            let (lost, times) = (told(seen, |row| row.lost.clone()), told(seen, |row| spoken(row.normal_after)));
            let seen = told(seen, |row| row.seen.clone());
            let _ = writeln!(text, "| F{number} | {name} | {provoked} | {seen} | {lost} | {times} |");
        }
    }
    text
}

/// What was seen on each database, once if it is the same.
fn told(seen: &[(&str, Row)], what: impl Fn(&Row) -> String) -> String {
    let first = what(&seen[0].1);
    if seen.iter().all(|(_, row)| what(row) == first) {
        return first;
    }
    let lines: Vec<_> = seen.iter().map(|(place, row)| format!("{place}: {}", what(row))).collect();
    lines.join("; ")
}

fn spoken(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 0.05 => "at once".to_owned(),
        seconds => format!("{seconds:.1} s"),
    }
}

const HEAD: &str = "\
# What can fail, and what happens then

Written by the fault suite's own run (`UKETSUKE_FAULTS_TABLE=docs/operations/faults.md tests/run faults`): a row
stands here only when everything that must hold was asserted. \"Lost\" says what was compared to know that nothing is.
Times are from the end of the fault until everything is as before, measured in that run on its machine.

| | fault | how it is provoked | what people and programs see | what is lost | until normal |
|---|---|---|---|---|---|
";
