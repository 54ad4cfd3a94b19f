//! `uketsuke banks`: the list of banks and branches that accounts are looked up in.
//! Operators.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use uketsuke_core::bank;
use uketsuke_core::db::Actor;

/// What to do with the list.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take in a list (docs/operations/README.md says how it is written) in the place of
    /// the one there is.
    Import {
        /// The file: CSV in UTF-8.
        #[arg(required_unless_present = "sample")]
        file: Option<PathBuf>,
        /// The sample that comes with the program, for trying it out.
        #[arg(long, conflicts_with = "file")]
        sample: bool,
    },
    /// How many banks and branches the list has.
    Count,
}

/// Bad lines that are shown.
const MOST_SHOWN: usize = 20;

/// Runs it.
///
/// # Errors
/// When the file cannot be read or has bad lines, or the database does not answer.
pub fn run(command: Command, config: Option<&Path>) -> anyhow::Result<()> {
    let db = super::parts(config)?.db;
    if let Command::Import { file, .. } = command {
        let content: Box<dyn Read> = match &file {
            Some(path) => Box::new(File::open(path).with_context(|| format!("cannot read {}", path.display()))?),
            None => Box::new(bank::SAMPLE.as_bytes()),
        };
        if let Err(bad) = db.write_blocking(Actor::operator(), |tx| bank::import(tx, content))? {
            for one in bad.iter().take(MOST_SHOWN) {
                eprintln!("line {}: {}", one.line, one.why);
            }
            bail!("{} bad lines; the list stays as it was", bad.len());
        }
    }
    let (banks, branches) = db.read_blocking(bank::counts)?;
    println!("{banks} banks, {branches} branches");
    Ok(())
}
