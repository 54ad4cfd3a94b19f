//! Outgoing mail: what went out, what failed, and sending it once more.

pub mod export;
pub mod index;
pub mod show;
pub mod words;

pub(crate) use words::{erased_words, letter_words, state_words};
