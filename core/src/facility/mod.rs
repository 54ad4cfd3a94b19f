//! Facilities: what kinds there are, what their codes mean, and where they stand.
//!
//! Everybody who deals with facilities reads from here: both sites, the procedures,
//! the import and the device check.

pub mod amend;
pub mod code;
mod columns;
pub mod feature;
pub mod import;
pub mod kind;
pub mod prefecture;
pub mod repo;
pub mod sample;
pub mod search;
pub mod secret_match;
pub mod succession;
#[cfg(test)]
mod typed_tests;

pub use repo::Facility;
