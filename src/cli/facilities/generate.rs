//! `uketsuke facilities generate`: made-up facilities as a CSV that the import
//! takes, for trying it at any size. Operators and developers; opens no database.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::sample::{Sample, Samples, write_csv};

/// How many, which, and where to.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many facilities, up to 5,000,000.
    #[arg(value_name = "N", value_parser = rows)]
    rows: usize,
    /// The same seed gives the same facilities.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Of one kind only; of all kinds without it.
    #[arg(long, value_parser = super::kind)]
    kind: Option<FacilityKind>,
    /// The file to write; standard output without it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn rows(text: &str) -> Result<usize, String> {
    let rows = text.parse().ok().filter(|rows| (1..=Samples::MOST).contains(rows));
    rows.ok_or_else(|| format!("a number from 1 to {}", Samples::MOST))
}

/// Writes them.
///
/// # Errors
/// When the file cannot be written.
pub fn run(args: Args) -> anyhow::Result<()> {
    let samples = Samples::new(args.seed, args.kind).take(args.rows);
    match &args.out {
        None => to_stdout(|out| write_csv(out, samples)),
        Some(path) => {
            write(path, samples).with_context(|| format!("{} cannot be written", path.display()))?;
            println!("架空の施設を{}件書き出しました：{}", args.rows, path.display());
            Ok(())
        }
    }
}

fn write(path: &Path, samples: impl Iterator<Item = Sample>) -> io::Result<()> {
    write_csv(File::create(path)?, samples)
}

/// Whoever reads only the beginning (`head`) is no failure.
fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    match write(&mut io::stdout().lock()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_there_are_codes_for() {
        assert_eq!((rows("1"), rows("2000000"), rows("5000000")), (Ok(1), Ok(2_000_000), Ok(5_000_000)));
        for text in ["0", "-1", "5000001", "many", ""] {
            assert_eq!(rows(text), Err("a number from 1 to 5000000".to_owned()), "{text:?}");
        }
    }

    #[test]
    fn a_reader_that_leaves_early_is_no_failure() {
        assert!(to_stdout(|_| Err(ErrorKind::BrokenPipe.into())).is_ok());
        assert!(to_stdout(|_| Err(ErrorKind::StorageFull.into())).is_err());
    }
}
