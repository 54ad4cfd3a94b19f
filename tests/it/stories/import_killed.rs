//! An import of the master that is killed on the way leaves nothing, and a second
//! run completes.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use uketsuke_core::facility::import::list_imports;
use uketsuke_core::facility::sample::{Samples, write_csv};
use uketsuke_core::schema::{facilities, facility_changes, jobs};

use crate::support::app::TestApp;
use crate::support::harness::tests;

tests! {
    an_import_killed_on_the_way_leaves_nothing_and_a_second_run_completes,
}

const ROWS: usize = 6_000;
/// As much of the list of changes shows that rows are being written.
const UNDER_WAY_BYTES: u64 = 64 * 1024;
const LIMIT: Duration = Duration::from_secs(60);

fn an_import_killed_on_the_way_leaves_nothing_and_a_second_run_completes(app: &TestApp) {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, details) = (folder.path().join("master.csv"), folder.path().join("details.csv"));
    let csv = std::fs::File::create(&file).expect("the folder is writable");
    write_csv(csv, Samples::new(7, None).take(ROWS)).expect("written");

    let mut child = import(app, &file, &details);
    wait_until_under_way(&mut child, &details);
    child.kill().expect("the process is ours");
    child.wait().expect("the process is ours");
    assert_eq!(standing(app), (0, 0, 0));
    assert!(app.read(|c| list_imports(c, 1)).is_empty(), "not even a note of it");

    let done = import(app, &file, &details).wait_with_output().expect("the process is ours");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success() && told.contains("マスタに反映しました"), "{told}");
    assert_eq!(standing(app), (ROWS as i64, ROWS as i64, 0));
    let lines = std::fs::read_to_string(&details).expect("the list of changes").lines().count();
    assert_eq!(lines, ROWS + 1, "its headings and every facility");
}

fn import(app: &TestApp, file: &Path, details: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(["facilities", "import"])
        .arg(file)
        .arg("--report")
        .arg(details)
        .env("UKETSUKE_DATABASE_URL", app.database_url())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn wait_until_under_way(child: &mut Child, details: &Path) {
    let began = Instant::now();
    while std::fs::metadata(details).map_or(0, |file| file.len()) < UNDER_WAY_BYTES {
        assert!(child.try_wait().expect("the process is ours").is_none(), "it ended before it was killed");
        assert!(began.elapsed() < LIMIT, "it does not begin");
        sleep(Duration::from_millis(1));
    }
}

/// Facilities, their history, jobs.
fn standing(app: &TestApp) -> (i64, i64, i64) {
    app.read(|c| {
        Ok((
            facilities::table.count().get_result(c)?,
            facility_changes::table.count().get_result(c)?,
            jobs::table.count().get_result(c)?,
        ))
    })
}
