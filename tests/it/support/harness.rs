//! The test program: every test runs on SQLite, and on PostgreSQL as well when
//! `UKETSUKE_TEST_POSTGRES_URL` is set. The last lines say how many ran on
//! which database, and what was left out.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Arguments, Trial};

use super::app::TestApp;
use super::database::{POSTGRES_VARIABLE, Place};

/// One test: a sentence, and what it does with an installation of its own.
#[derive(Clone, Copy)]
pub struct Test {
    pub module: &'static str,
    pub name: &'static str,
    pub needs: Needs,
    pub run: fn(&TestApp),
}

/// What a test needs besides a database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// Minutes, and processes of its own: runs with `--ignored` only.
    Patience,
    /// A mail server to try: runs when this variable is set.
    Variable(&'static str),
    /// Data beside the repository: runs when this file is there.
    File(&'static str),
}

/// Makes the table of a module's tests.
macro_rules! tests {
    ($($name:ident),+ $(,)?) => { $crate::support::harness::tests!(@ $crate::support::harness::Needs::Nothing, $($name),+); };
    (needs $needs:expr; $($name:ident),+ $(,)?) => { $crate::support::harness::tests!(@ $needs, $($name),+); };
    (@ $needs:expr, $($name:ident),+) => {
        pub const TESTS: &[$crate::support::harness::Test] = &[$($crate::support::harness::Test {
            module: module_path!(),
            name: stringify!($name),
            needs: $needs,
            run: $name,
        }),+];
    };
}
pub(crate) use tests;

#[derive(Default)]
struct Counts {
    sqlite: AtomicUsize,
    postgres: AtomicUsize,
}

/// Runs all tests as the command line asks.
pub fn run(tables: &[&[Test]]) -> ExitCode {
    let arguments = Arguments::from_args();
    let counts = Arc::new(Counts::default());
    let places = [Some(Place::Sqlite), Place::postgres_from_environment()];
    let trials = places.iter().flatten().flat_map(|place| {
        let counts = counts.clone();
        tables.iter().flat_map(|table| table.iter()).map(move |test| trial(*test, place.clone(), counts.clone()))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if !arguments.list {
        tell(&counts, places[1].is_some(), tables);
    }
    conclusion.exit_code()
}

fn trial(test: Test, place: Place, counts: Arc<Counts>) -> Trial {
    let module = test.module.split_once("::").map_or("", |(_, rest)| rest);
    let name = format!("{}::{module}::{}", place.name(), test.name);
    let left_out = match test.needs {
        Needs::Nothing => false,
        Needs::Patience => true,
        Needs::Variable(name) => std::env::var(name).is_err(),
        Needs::File(path) => !Path::new(path).exists(),
    };
    Trial::test(name, move || {
        let app = TestApp::start(&place);
        (test.run)(&app);
        app.finish();
        let count = if place == Place::Sqlite { &counts.sqlite } else { &counts.postgres };
        count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    })
    .with_ignored_flag(left_out)
}

fn tell(counts: &Counts, has_postgres: bool, tables: &[&[Test]]) {
    let (sqlite, postgres) = (counts.sqlite.load(Ordering::SeqCst), counts.postgres.load(Ordering::SeqCst));
    println!("passed on SQLite: {sqlite}; passed on PostgreSQL: {postgres}");
    if !has_postgres {
        println!("left out: PostgreSQL ({POSTGRES_VARIABLE} is not set; tests/run sets it)");
    }
    for test in tables.iter().flat_map(|table| table.iter()) {
        match test.needs {
            Needs::Variable(name) if std::env::var(name).is_err() => {
                println!("left out: {} ({name} is not set; tests/run sets it)", test.name);
            }
            Needs::File(path) if !Path::new(path).exists() => println!("left out: {} ({path} is not there)", test.name),
            Needs::Patience => println!("left out unless asked for with --ignored: {}", test.name),
            _ => {}
        }
    }
}
