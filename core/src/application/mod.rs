//! The filing engine: one life for all kinds of application (SPEC 4).
//!
//! What was filed is frozen at submission; approval posts to registers through
//! the procedure's `effect`. Nouns are layers (`kind`, `model`, `state`, `repo`,
//! `mail`), verbs are use cases (`draft`, `files`, `submit`, `claim`, `pass_on`,
//! `decide`, `second`, `undo`, `withdraw`). Beside them stand what reviewers keep
//! (`notes`, `checklist`) and what administrators set (`reasons`, `rules`).

pub mod checklist;
pub mod claim;
pub mod decide;
pub mod draft;
pub mod due;
pub mod files;
pub mod kind;
pub mod mail;
pub mod model;
pub mod notes;
pub mod pass_on;
pub mod procedure;
pub mod reasons;
pub mod repo;
pub mod rules;
pub mod second;
pub mod send;
pub mod state;
pub mod submit;
pub mod undo;
pub mod versions;
pub mod withdraw;
pub mod worklist;

#[cfg(test)]
mod tests;

pub use kind::ApplicationKind;
pub use model::{Answers, Application, Document};
pub use procedure::{Case, Method, Procedure, Procedures};
pub use state::{State, Verb};
