//! The test program: every test runs on SQLite, and on PostgreSQL as well when
//! `UKETSUKE_TEST_POSTGRES_URL` is set. The last lines say how many ran on
//! which database, and what was left out.

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};

use super::app::TestApp;
use super::database::{POSTGRES_VARIABLE, Place};

/// One test: a sentence, and what it does with an installation of its own.
#[derive(Clone, Copy)]
pub struct Test {
    pub module: &'static str,
    pub name: &'static str,
    pub needs: Needs,
    pub databases: Databases,
    pub run: fn(&TestApp),
}

/// What a test needs besides a database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// Minutes, and processes of its own: runs with `--ignored` only.
    Patience,
    /// The same, and the machine for itself, since it measures.
    Calm,
    /// A mail server to try: runs when this variable is set.
    Variable(&'static str),
    /// Data beside the repository: runs when this file is there.
    File(&'static str),
}

impl Needs {
    /// Nothing that it lacks here.
    fn are_there(self) -> bool {
        match self {
            Self::Nothing | Self::Patience | Self::Calm => true,
            Self::Variable(name) => std::env::var(name).is_ok(),
            Self::File(path) => Path::new(path).exists(),
        }
    }
}

/// The databases a test runs on: one, where it is about that one, or about something
/// that does not care which database stands behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Databases {
    Both,
    Sqlite,
    Postgres,
}

impl Databases {
    fn include(self, place: &Place) -> bool {
        match self {
            Self::Both => true,
            Self::Sqlite => *place == Place::Sqlite,
            Self::Postgres => *place != Place::Sqlite,
        }
    }
}

/// Makes the table of a module's tests: names, with `on Sqlite` or `on Postgres` where
/// one database is enough, and with what one needs that the others do not.
macro_rules! tests {
    ($($name:ident $(on $database:ident)? $(needs $own:ident)?),+ $(,)?) => {
        $crate::support::harness::tests!(
            @ $crate::support::harness::Needs::Nothing, $($name $(on $database)? $(needs $own)?),+
        );
    };
    (needs $needs:expr; $($name:ident $(on $database:ident)? $(needs $own:ident)?),+ $(,)?) => {
        $crate::support::harness::tests!(@ $needs, $($name $(on $database)? $(needs $own)?),+);
    };
    (@ $needs:expr, $($name:ident $(on $database:ident)? $(needs $own:ident)?),+) => {
        pub const TESTS: &[$crate::support::harness::Test] = &[$($crate::support::harness::Test {
            module: module_path!(),
            name: stringify!($name),
            needs: $crate::support::harness::tests!(@needs $needs $(, $own)?),
            databases: $crate::support::harness::tests!(@on $($database)?),
            run: $name,
        }),+];
    };
    (@needs $all:expr) => { $all };
    (@needs $all:expr, $own:ident) => { $crate::support::harness::Needs::$own };
    (@on) => { $crate::support::harness::Databases::Both };
    (@on $database:ident) => { $crate::support::harness::Databases::$database };
}
pub(crate) use tests;

/// Held by all together, or by one alone. (Poisoned by a test that failed, it holds as well.)
static MACHINE: RwLock<()> = RwLock::new(());

/// So many tests are named at the end with the time they took.
const SLOWEST: usize = 20;

#[derive(Default)]
struct Counts {
    sqlite: AtomicUsize,
    postgres: AtomicUsize,
    /// How long each took that passed.
    took: Mutex<Vec<(Duration, String)>>,
}

/// Runs all tests as the command line asks.
pub fn run(tables: &[&[Test]]) -> ExitCode {
    let arguments = Arguments::from_args();
    let counts = Arc::new(Counts::default());
    let places = [Some(Place::Sqlite), Place::postgres_from_environment()];
    let tests = tables.iter().flat_map(|table| table.iter());
    let mut of_places: Vec<(&Test, &Place)> = tests
        .flat_map(|test| places.iter().flatten().map(move |place| (test, place)))
        .filter(|(test, place)| test.databases.include(place) && test.needs.are_there())
        .collect();
    // Who wants the machine alone comes last: the others would wait with them.
    of_places.sort_by_key(|(test, _)| test.needs == Needs::Calm);
    let trials = of_places.into_iter().map(|(test, place)| trial(*test, place.clone(), counts.clone()));
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if !arguments.list {
        tell(&counts, &arguments, places[1].is_some(), tables);
    }
    conclusion.exit_code()
}

fn trial(test: Test, place: Place, counts: Arc<Counts>) -> Trial {
    let module = test.module.split_once("::").map_or("", |(_, rest)| rest);
    let name = format!("{}::{module}::{}", place.name(), test.name);
    let takes_minutes = matches!(test.needs, Needs::Patience | Needs::Calm);
    let told = name.clone();
    Trial::test(name, move || {
        let (_alone, _beside);
        match test.needs {
            Needs::Calm => _alone = MACHINE.write(),
            _ => _beside = MACHINE.read(),
        }
        let began = Instant::now();
        let app = TestApp::start(&place);
        (test.run)(&app);
        app.finish();
        let count = if place == Place::Sqlite { &counts.sqlite } else { &counts.postgres };
        count.fetch_add(1, Ordering::SeqCst);
        counts.took.lock().expect("no test panics here").push((began.elapsed(), told));
        Ok(())
    })
    .with_ignored_flag(takes_minutes)
}

fn tell(counts: &Counts, arguments: &Arguments, has_postgres: bool, tables: &[&[Test]]) {
    let (sqlite, postgres) = (counts.sqlite.load(Ordering::SeqCst), counts.postgres.load(Ordering::SeqCst));
    println!("passed on SQLite: {sqlite}; passed on PostgreSQL: {postgres}");
    let mut took = std::mem::take(&mut *counts.took.lock().expect("no test panics here"));
    took.sort_unstable_by(|one, other| other.cmp(one));
    for (time, name) in took.iter().take(SLOWEST) {
        println!("{:6.1} s {name}", time.as_secs_f64());
    }
    if !has_postgres {
        println!("left out: PostgreSQL ({POSTGRES_VARIABLE} is not set; tests/run sets it)");
    }
    for test in tables.iter().flat_map(|table| table.iter()) {
        match test.needs {
            Needs::Variable(name) if !test.needs.are_there() => {
                println!("left out: {} ({name} is not set; tests/run sets it)", test.name);
            }
            Needs::File(path) if !test.needs.are_there() => println!("left out: {} ({path} is not there)", test.name),
            Needs::Patience | Needs::Calm if !arguments.ignored => {
                println!("left out unless asked for with --ignored: {}", test.name)
            }
            _ => {}
        }
    }
}
