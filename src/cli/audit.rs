//! `uketsuke audit`: whether the audit trail is whole. Operators.

use std::path::Path;

use anyhow::{Context, bail};
use clap::Subcommand;
use uketsuke_core::audit::{self, Head};

use crate::cli::staff::in_words;

/// What to do with the trail.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read every event and find what was altered, removed or moved.
    Verify {
        /// A head noted before: proves that it is still in the chain.
        #[arg(long, value_name = "POSITION:HASH")]
        expect: Option<String>,
    },
    /// Print the end of the chain, to be noted where nobody of the database reaches it.
    Head,
}

/// Runs it; damage is a failure.
///
/// # Errors
/// When the trail is damaged or the database does not answer.
pub fn run(command: Command, config: Option<&Path>) -> anyhow::Result<()> {
    let parts = super::parts(config)?;
    parts.db.migrate()?;
    match command {
        Command::Head => {
            println!("{}", noted(&parts.db.read_blocking(audit::head).map_err(in_words)?));
            Ok(())
        }
        Command::Verify { expect } => {
            let expect = expect.as_deref().map(parse).transpose()?;
            let found = parts.db.read_blocking(|c| audit::verify(c, &parts.keyring, expect)).map_err(in_words)?;
            for damage in &found.damage {
                println!("{}", damage.words());
            }
            println!("{}件を検証しました。末尾：{}", found.events, noted(&found.head));
            match found.damage.len() {
                0 => Ok(()),
                count => bail!("証跡に{count}か所の異常があります"),
            }
        }
    }
}

fn noted(head: &Head) -> String {
    format!("{}:{}", head.position, head.chain)
}

fn parse(text: &str) -> anyhow::Result<(i64, &str)> {
    let (position, chain) = text.split_once(':').context("--expect: write POSITION:HASH")?;
    Ok((position.parse().context("--expect: the position is a number")?, chain))
}
