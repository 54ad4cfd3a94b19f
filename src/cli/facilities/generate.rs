//! `uketsuke facilities generate`: made-up facilities as a file to import.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use anyhow::Context;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::sample;

/// How many, and which.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many facilities.
    #[arg(value_parser = clap::value_parser!(u64).range(1..=sample::MAX))]
    count: u64,
    /// The same seed gives the same facilities.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// All of one kind.
    #[arg(long, value_parser = super::kind)]
    kind: Option<FacilityKind>,
    /// The file; the standard output without it.
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
}

/// Writes them.
///
/// # Errors
/// When the file cannot be written.
pub fn run(args: Args) -> anyhow::Result<()> {
    let Args { count, seed, kind, out } = args;
    let written = match &out {
        Some(path) => {
            let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
            write(file, count, seed, kind)
        }
        None => write(std::io::stdout().lock(), count, seed, kind),
    };
    match written {
        // Whoever reads has seen enough (`| head`).
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn write(out: impl Write, count: u64, seed: u64, kind: Option<FacilityKind>) -> std::io::Result<()> {
    let mut out = BufWriter::new(out);
    sample::write_csv(&mut out, count, seed, kind)?;
    out.flush()
}
