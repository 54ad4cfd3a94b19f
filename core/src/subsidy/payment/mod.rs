//! Paying what was granted: granted claims become a batch, the batch one file of
//! the bank (総合振込), and a transfer that came back is booked and paid again.
//!
//! ```text
//! prepared ─ export ─▶ exported ─ settle ─▶ settled
//!     └── dissolve ─▶ dissolved
//! ```
//!
//! A claim is in one live batch only: a unique index over the items that are not
//! released. What a file says is copied into its batch, so that the same batch
//! gives the same bytes for ever.

mod batch;
mod file;
mod mail;
mod returned;
mod standing;
#[cfg(test)]
mod tests;
mod waiting;

pub use batch::{Batch, BatchState, Item, Line, dissolve, find_live, get, items, line, lines, list, prepare, settle};
pub use file::{export, render};
pub use mail::TransferReturned;
pub use returned::{Held, correct_payee, list_held, pay_again, return_transfer};
pub use standing::{Standing, standing};
pub use waiting::{Waiting, count_waiting, list_waiting};
