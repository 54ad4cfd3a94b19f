//! A process, how long it ran and the most memory it held.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Context;

/// Between two looks at a process. The kernel keeps the peak; only what it grows
/// by after the last look is missed.
const LOOK: Duration = Duration::from_millis(5);

/// A process that ended well.
#[derive(Debug)]
pub struct Run {
    pub seconds: f64,
    /// The most memory resident at once, bytes; unknown where there is no `/proc`.
    pub peak: Option<u64>,
    /// What it printed.
    pub said: String,
}

/// Runs the program on a database, with everything else below `folder`.
pub fn uketsuke(folder: &Path, database: &str, arguments: &[&str]) -> anyhow::Result<Run> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uketsuke"));
    command.args(arguments).current_dir(folder).env_clear().env("UKETSUKE_LOG", "warn");
    if !database.is_empty() {
        command.env("UKETSUKE_DATABASE_URL", database);
    }
    run(command, folder)
}

/// Runs a command to its end.
pub fn run(mut command: Command, folder: &Path) -> anyhow::Result<Run> {
    let output = folder.join("output.txt");
    command.stdin(Stdio::null()).stdout(File::create(&output)?);
    let began = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{} does not start", program(&command)))?;
    let mut peak = None;
    let status = loop {
        peak = resident_peak(&child).or(peak);
        match child.try_wait()? {
            Some(status) => break status,
            None => sleep(LOOK),
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    let said = std::fs::read_to_string(&output)?;
    anyhow::ensure!(status.success(), "{} failed ({status}):\n{said}", program(&command));
    Ok(Run { seconds, peak, said })
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn resident_peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
