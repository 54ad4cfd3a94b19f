//! Retention: what is not kept for ever. Each rule says which rows are past their
//! term and what of them goes; the row itself stays, with the time of its erasure,
//! so that whatever refers to it still does. Why these terms, and what stays:
//! `docs/decisions/retention.md`.
//!
//! - [`Topic`] names a rule, [`Terms`] says how long each is (`terms`).
//! - `rule` is the table; `evidence`, `mails`, `inquiries`, `accounts`, `contacts` and `staff`
//!   each know one sort of row.
//! - [`run`] erases what is due, in batches. The row is marked in the transaction, its
//!   files are deleted right after; a crash in between leaves files that no row names,
//!   which the ordinary sweep takes.
//! - [`check`] counts, and finds whatever of it is still there.

mod accounts;
mod check;
mod contacts;
mod evidence;
mod inquiries;
mod mails;
mod rule;
mod run;
mod staff;
mod terms;
#[cfg(test)]
mod tests;

pub use check::{Checked, Standing, check};
pub use rule::Leftover;
pub use run::{Tally, run};
pub use terms::{LEAST_DAYS, MOST_DAYS, Terms, Topic};
