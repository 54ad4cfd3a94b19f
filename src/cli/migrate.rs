//! `uketsuke migrate`: brings the tables up to date; safe at any time.

use std::path::Path;

/// Runs the command.
///
/// # Errors
/// When a migration fails; it is then undone.
pub fn run(config: Option<&Path>) -> anyhow::Result<()> {
    super::parts(config)?.db.migrate()?;
    println!("the database is up to date");
    Ok(())
}
