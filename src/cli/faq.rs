//! `uketsuke faq`: the questions a new portal begins with, and the index they are
//! found by. Operators.

use std::path::Path;

use clap::Subcommand;
use uketsuke_core::db::Actor;
use uketsuke_core::faq;

/// What to do with the questions.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Publish the questions that come with the program, if there are none yet.
    LoadFirst,
    /// Make the index of all published questions anew.
    Reindex,
}

/// Runs it.
///
/// # Errors
/// When the database does not answer.
pub fn run(command: &Command, config: Option<&Path>) -> anyhow::Result<()> {
    let db = super::parts(config)?.db;
    let (count, done) = match command {
        Command::LoadFirst => (db.write_blocking(Actor::operator(), faq::load_first)?, "published"),
        Command::Reindex => (db.write_blocking(Actor::operator(), faq::rebuild)?, "indexed"),
    };
    println!("{count} questions {done}");
    Ok(())
}
