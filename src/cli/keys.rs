//! `uketsuke keys`: the keys that sign answers to the eligibility service. Operators.

use std::path::Path;

use chrono::Duration;
use clap::Subcommand;
use serde_json::Value;
use uketsuke_core::db::Actor;
use uketsuke_core::eligibility;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the published keys, the one that signs first.
    List,
    /// Make another key; running processes sign with it within a minute.
    Rotate {
        /// For how many hours the earlier key stays published.
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8_760))]
        overlap: u32,
    },
}

/// Runs it.
///
/// # Errors
/// When the database does not answer.
pub fn run(command: Command, config: Option<&Path>) -> anyhow::Result<()> {
    let parts = super::parts(config)?;
    if let Command::Rotate { overlap } = command {
        let overlap = Duration::hours(overlap.into());
        let work = |tx: &mut uketsuke_core::db::Tx<'_>| eligibility::rotate_signing_key(tx, &parts.keyring, overlap);
        println!("the new key is {}", parts.db.write_blocking(Actor::operator(), work)?);
    }
    for key in parts.db.read_blocking(eligibility::list_signing_keys)? {
        let public: Value = serde_json::from_str(&key.public_jwk)?;
        let until = key.published_until.map(|at| at.utc().to_rfc3339());
        let standing = until.map_or_else(|| "signs".to_owned(), |at| format!("published until {at}"));
        let kid = public["kid"].as_str().unwrap_or_default();
        println!("{kid}  made {}  {standing}", key.created_at.utc().to_rfc3339());
    }
    Ok(())
}
