//! What happens when something outside fails, or too much comes at once. Each test
//! provokes one fault, asserts what must hold, and notes a row of the table in
//! `docs/operations/faults.md` ([`report`]).
//!
//! They take minutes: `cargo test --workspace --test it -- --ignored --test-threads 3 faults`;
//! hours' worth of them with [`LONG`].

pub mod backup;
pub mod checks;
pub mod database;
pub mod fleet;
pub mod hostile_files;
pub mod mail;
pub mod odd_requests;
pub mod people;
pub mod poison;
pub mod report;
pub mod slow_clients;
pub mod stopped;
pub mod store;
pub mod submit;
pub mod time;
pub mod uploads;

/// Set: more rounds, more facilities.
pub const LONG: &str = "UKETSUKE_FAULTS_LONG";

/// The short form's number, or the long form's.
pub fn short_or_long<T>(short: T, long: T) -> T {
    if std::env::var_os(LONG).is_some() { long } else { short }
}
