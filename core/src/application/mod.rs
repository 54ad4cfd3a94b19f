//! The filing engine: one life for all kinds of application (SPEC 4).
//!
//! What was filed is frozen at submission; approval posts to registers through
//! the procedure's `effect`. Nouns are layers (`model`, `state`, `repo`,
//! `mail`), verbs are use cases (`draft`, `files`, `submit`, `claim`, `decide`,
//! `withdraw`).

pub mod claim;
pub mod decide;
pub mod draft;
pub mod due;
pub mod files;
pub mod mail;
pub mod model;
pub mod procedure;
pub mod repo;
pub mod send;
pub mod state;
pub mod submit;
pub mod withdraw;
pub mod worklist;

#[cfg(test)]
mod engine_tests;

pub use model::{Answers, Application, Document};
pub use procedure::{Case, Procedure, Procedures};
pub use state::{ApplicationKind, State, Verb};
