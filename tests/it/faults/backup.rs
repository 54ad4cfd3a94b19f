//! The machine is lost, and with it everything but the last backup, which was made
//! while people worked. In an empty place it comes back as it was: as many rows, a whole
//! audit trail, every file, and whatever was answered before the backup began.
//!
//! SQLite by `uketsuke backup` and `restore`; PostgreSQL by its own tools, as
//! `docs/operations/README.md` says in section 6.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tempfile::TempDir;
use uketsuke::compose::Parts;
use uketsuke_core::clock::Clock;
use uketsuke_core::evidence::named;
use uketsuke_core::schema::evidence;

use super::short_or_long;
use crate::kill::cast;
use crate::kill::dice;
use crate::kill::server::Server;
use crate::kill::world::{World, parts};
use crate::kill::{check, walk_while};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::cluster::{Cluster, bin};
use crate::support::database::Place;
use crate::support::device::Service;
use crate::support::harness::{Needs, tests};
use crate::support::people;

tests! {
    needs Needs::Patience;
    faults_the_machine_is_lost_and_a_backup_made_under_load_brings_all_back,
}

fn faults_the_machine_is_lost_and_a_backup_made_under_load_brings_all_back(app: &TestApp) {
    match &app.place {
        Place::Sqlite => lose_and_bring_back(&Server::start(&app.place), &Embedded),
        Place::Postgres(_) => {
            let cluster = Cluster::start().expect("tests/run installs PostgreSQL");
            lose_and_bring_back(&Server::start_at(&cluster.url(), &[]), &Tools { cluster: &cluster });
        }
    }
}

/// Rows by table.
type Rows = BTreeMap<String, i64>;

/// How a database is saved and brought back with its files.
trait Way: Sync {
    fn name(&self) -> &'static str;
    fn save(&self, server: &Server, to: &Path);
    /// What the backup says it holds.
    fn rows(&self, backup: &Path) -> Rows;
    /// Another machine.
    fn elsewhere(&self, server: &Server) -> Server;
    fn bring_back(&self, backup: &Path, elsewhere: &Server);
}

/// What was true when the backup began.
struct Before {
    tokens: Vec<String>,
    took: Duration,
}

fn lose_and_bring_back(server: &Server, way: &impl Way) {
    let (seed, folder) = (dice::seed(), tempfile::tempdir().expect("a temporary folder can be made"));
    let backup = folder.path().join("backup");
    let world = World::open(server, cast::facilities(short_or_long(30, 300)));
    let (stories, before) = walk_while(&world, seed, |world| save_in_the_middle(world, server, way, &backup));
    // Those who worked meanwhile lost nothing by it.
    server.wait_until_drained(&world.parts.db);
    let last = stories.iter().find(|story| story.device.as_ref().is_some_and(|d| before.tokens.contains(&d.token)));
    let person = world.cast[last.expect("somebody came to an end").index].email.clone();
    check::everything(&world, &stories);
    server.kill();

    let (began, elsewhere) = (Instant::now(), way.elsewhere(server));
    way.bring_back(&backup, &elsewhere);
    elsewhere.operate(&["migrate"]);
    let told = elsewhere.operate(&["audit", "verify"]);
    let back = began.elapsed();
    let there = parts(&elsewhere, Clock::System);
    let counted = way.rows(&backup);
    for (table, rows) in &counted {
        assert_eq!(count(&there, table), *rows, "rows of {table}");
    }
    assert!(told.starts_with(&format!("{}件を検証しました", counted["audit_events"])), "{told}");
    let files = whole_files(&there);
    assert!(files > 0, "no file was saved");
    elsewhere.start_again();
    elsewhere.wait_until_ready();
    let serving = began.elapsed();
    all_that_was_answered_is_there(&world, &before, &elsewhere, &person);
    println!(
        "{}: {} rows and {files} files saved under load in {:.1} s, back and verified in {:.1} s, serving after {:.1} s",
        way.name(),
        counted.values().sum::<i64>(),
        before.took.as_secs_f64(),
        back.as_secs_f64(),
        serving.as_secs_f64()
    );
}

/// When half of them have begun, and some have come to the end.
fn save_in_the_middle(world: &World<'_>, server: &Server, way: &impl Way, backup: &Path) -> Before {
    while world.begun_share() < 0.5 || world.tokens().len() < 3 {
        sleep(Duration::from_millis(20));
    }
    let (tokens, began) = (world.tokens(), Instant::now());
    way.save(server, backup);
    Before { tokens, took: began.elapsed() }
}

fn all_that_was_answered_is_there(world: &World<'_>, before: &Before, elsewhere: &Server, person: &str) {
    let config = elsewhere.config();
    let service: Service = world.service.moved_to(&config.device_api_url);
    for token in &before.tokens {
        assert_eq!(service.check(token)["active"], true, "a device that was set up before");
    }
    let mut browser = Browser::coming_from(&config.portal_url, "10.7.0.1");
    people::log_in(&mut browser, person);
    assert_eq!(browser.page().path, "/home");
}

/// Every file that a row names, with the hash that its row tells; answers how many.
fn whole_files(there: &Parts) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let named = there.db.read_blocking(named::all).expect("the database can be read");
    for key in &named {
        runtime.block_on(there.storage.fetch(key)).unwrap_or_else(|e| panic!("{key}: {e}"));
    }
    let rows = |c: &mut uketsuke_core::db::Conn| {
        Ok(evidence::table
            .select((evidence::storage_key.assume_not_null(), evidence::sha256))
            .load::<(String, String)>(c)?)
    };
    for (key, sha256) in there.db.read_blocking(rows).expect("the database can be read") {
        let key = named.iter().find(|named| named.as_str() == key).expect("the row names it");
        let file = runtime.block_on(there.storage.fetch(key)).expect("it is there");
        assert_eq!(file.sha256(), sha256, "{key}");
    }
    named.len()
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(there: &Parts, table: &str) -> i64 {
    let sql = format!("select count(*) as count from \"{table}\"");
    let counted = there.db.read_blocking(|c| Ok(diesel::sql_query(sql).get_result::<Count>(c)?));
    counted.expect("the table is there").count
}

/// `uketsuke backup` and `restore`.
struct Embedded;

impl Way for Embedded {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn save(&self, server: &Server, to: &Path) {
        server.operate(&["backup", &to.display().to_string()]);
    }

    fn rows(&self, backup: &Path) -> Rows {
        let text = fs::read(backup.join("inventory.json")).expect("it is in the backup");
        let inventory: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        serde_json::from_value(inventory["rows"].clone()).expect("a number for each table")
    }

    fn elsewhere(&self, server: &Server) -> Server {
        server.elsewhere(|folder| format!("sqlite:{}", folder.join("uketsuke.db").display()))
    }

    fn bring_back(&self, backup: &Path, elsewhere: &Server) {
        elsewhere.operate(&["restore", &backup.display().to_string()]);
    }
}

/// PostgreSQL's own tools, and a copy of the folder after that of the database.
struct Tools<'c> {
    cluster: &'c Cluster,
}

/// The database to come back into.
const AGAIN: &str = "uketsuke_again";

impl Way for Tools<'_> {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn save(&self, server: &Server, to: &Path) {
        fs::create_dir(to).expect("a folder");
        let dump = to.join("uketsuke.dump").display().to_string();
        tool("pg_dump", &["-Fc", "-f", &dump, &self.cluster.url()]);
        pack(&server.evidence_folder(), &to.join("files.tar"));
    }

    /// Counted in the dump itself.
    fn rows(&self, backup: &Path) -> Rows {
        let folder = TempDir::new().expect("a folder");
        let (dump, text) = (backup.join("uketsuke.dump"), folder.path().join("rows.sql"));
        let path = |path: &Path| path.display().to_string();
        tool("pg_restore", &["--data-only", "-f", &path(&text), &path(&dump)]);
        let text = fs::read_to_string(text).expect("it was written");
        let (mut rows, mut table) = (Rows::new(), None);
        for line in text.lines() {
            match (&table, line) {
                (None, line) if line.starts_with("COPY public.") => {
                    let name = line["COPY public.".len()..].split([' ', '(']).next().expect("a name").to_owned();
                    rows.insert(name.clone(), 0);
                    table = Some(name);
                }
                (Some(_), "\\.") => table = None,
                (Some(name), _) => *rows.get_mut(name).expect("just put in") += 1,
                (None, _) => {}
            }
        }
        rows
    }

    fn elsewhere(&self, server: &Server) -> Server {
        server.elsewhere(|_| self.cluster.url_of(AGAIN))
    }

    fn bring_back(&self, backup: &Path, elsewhere: &Server) {
        tool("createdb", &["--maintenance-db", &self.cluster.url(), AGAIN]);
        let dump = backup.join("uketsuke.dump").display().to_string();
        tool("pg_restore", &["-d", &self.cluster.url_of(AGAIN), "--no-owner", &dump]);
        unpack(&backup.join("files.tar"), &elsewhere.evidence_folder());
    }
}

fn tool(name: &str, arguments: &[&str]) {
    let done = Command::new(bin().expect("tests/run installs PostgreSQL").join(name))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("it can be run");
    assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The files without what is just being received. 1 tells that something came or went
/// meanwhile: what the database names was there before.
fn pack(folder: &Path, into: &Path) {
    let mut tar = Command::new("tar");
    tar.args(["--exclude=./staging", "-C"]).arg(folder).arg("-cf").arg(into).arg(".").stderr(Stdio::null());
    assert!(matches!(tar.status().expect("it can be run").code(), Some(0 | 1)));
}

fn unpack(from: &Path, folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let unpacked = Command::new("tar").arg("-C").arg(folder).arg("-xf").arg(from).status();
    assert!(unpacked.expect("it can be run").success());
}
