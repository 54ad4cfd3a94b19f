//! Dying on purpose, for tests of what a crash leaves. Compiled with debug assertions
//! only: what is delivered has nothing of it.
//!
//! [`VARIABLE`] names a folder. While there is a file [`AT`] in it with a number n, the
//! steps of all connections are counted and written down in [`SEEN`], and the process
//! dies at the n-th; the count goes on as long as the process. A step is a statement about to be sent, or a commit that was answered.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use diesel::connection::InstrumentationEvent;

/// Names the folder.
const VARIABLE: &str = "UKETSUKE_TEST_STEPS";
/// At which step to die.
const AT: &str = "abort_at";
/// The steps so far, a line each.
const SEEN: &str = "seen";

static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::var_os(VARIABLE).map(PathBuf::from));
static COUNT: Mutex<usize> = Mutex::new(0);

/// Told of everything that happens on a connection.
pub(super) fn tell(event: &InstrumentationEvent<'_>) {
    let Some(folder) = FOLDER.as_ref() else { return };
    let step = match event {
        InstrumentationEvent::StartQuery { query, .. } => format!("before {query}"),
        InstrumentationEvent::FinishQuery { query, error: None, .. } => format!("after {query}"),
        _ => return,
    };
    if step.starts_with("after ") && !step.starts_with("after COMMIT") {
        return;
    }
    let Ok(at) = fs::read_to_string(folder.join(AT)) else { return };
    let mut count = COUNT.lock().unwrap_or_else(PoisonError::into_inner);
    *count += 1;
    let seen = fs::OpenOptions::new().create(true).append(true).open(folder.join(SEEN));
    // One line each, whatever a parameter holds.
    let written = seen.and_then(|mut file| writeln!(file, "{}", step.replace('\n', " ")));
    if written.is_err() || at.trim().parse() == Ok(*count) {
        std::process::abort();
    }
}
