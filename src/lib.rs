//! The program: command line, composition and running. It alone knows every
//! crate; nothing depends on it but its tests.

pub mod cli;
pub mod compose;
pub mod demo;
pub mod health;
pub mod internal;
pub mod logging;
pub mod metrics;
pub mod serve;
pub mod settings;

#[cfg(test)]
mod structure_tests;
