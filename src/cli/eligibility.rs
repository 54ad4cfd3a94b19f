//! `uketsuke eligibility`: credentials with which the eligibility service asks.
//! Operators; the secret is printed once and stored hashed.

use std::path::Path;

use clap::Subcommand;
use uketsuke_core::db::Actor;
use uketsuke_core::{eligibility, error::Error};

/// What to do with credentials.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a credential and print it, this once.
    Add {
        /// What to call it.
        name: String,
    },
    /// List the credentials there are, without secrets.
    List,
}

/// Runs it.
///
/// # Errors
/// When the name is unusable or the database does not answer.
pub fn run(command: Command, config: Option<&Path>) -> anyhow::Result<()> {
    let db = super::parts(config)?.db;
    match command {
        Command::Add { name } => {
            let made = db.write_blocking(Actor::operator(), |tx| eligibility::add(tx, &name)).map_err(in_words)?;
            println!("client id:     {}", made.id);
            println!("client secret: {}", made.secret.reveal());
            println!("The secret is shown only now.");
        }
        Command::List => {
            for client in db.read_blocking(eligibility::list)? {
                println!("{}  {}  {}  {}", client.id, client.state, client.created_at.utc().to_rfc3339(), client.name);
            }
        }
    }
    Ok(())
}

/// A refused name says what is wrong with it.
fn in_words(error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(errors) => {
            let sentences: Vec<String> = errors.iter().map(|e| e.sentence()).collect();
            anyhow::anyhow!(sentences.join(" "))
        }
        other => other.into(),
    }
}
