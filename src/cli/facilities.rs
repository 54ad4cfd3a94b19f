//! `uketsuke facilities`: the facility master. Operators.

mod generate;
mod import;
mod imports;
mod keys;
mod report;

use std::path::Path;

use clap::Subcommand;
use uketsuke_core::facility::kind::{FacilityKind, KINDS};

/// What to do with the master.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Import a file (CSV or Excel): all or nothing.
    Import(import::Args),
    /// Make facilities up, as a CSV to import.
    Generate(generate::Args),
    /// List the newest imports.
    Imports,
    /// Take the newest import back: the master is as it was before.
    Undo {
        /// The import, as `imports` names it.
        import: String,
    },
    /// Count the match secrets under each master key.
    Keys,
}

fn kind(text: &str) -> Result<FacilityKind, String> {
    let known = || KINDS.iter().map(|entry| entry.id).collect::<Vec<_>>().join(", ");
    FacilityKind::parse(text).ok_or_else(|| format!("one of: {}", known()))
}

/// Runs it.
///
/// # Errors
/// As the command says.
pub async fn run(command: Command, config: Option<&Path>) -> anyhow::Result<()> {
    let parts = || {
        let parts = super::parts(config)?;
        parts.db.migrate()?;
        anyhow::Ok(parts)
    };
    match command {
        Command::Import(args) => import::run(args, parts()?).await,
        Command::Generate(args) => generate::run(args),
        Command::Imports => imports::list(&parts()?),
        Command::Undo { import } => imports::take_back(parts()?, &import).await,
        Command::Keys => keys::run(&parts()?),
    }
}
