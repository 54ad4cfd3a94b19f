//! 「手順書・マニュアル」: handbooks, each under an address that stays, in versions with
//! a table of revisions. A version is text, a file, or both; the text is shown first.

mod model;
#[cfg(test)]
mod tests;
mod write;

pub use model::{Manual, State, Version, Whole, find, get, list, shelf};
pub use write::{Input, Typed, VersionInput, add, add_version, amend, lay_ready, set_state};
