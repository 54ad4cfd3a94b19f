//! The published list 「オンライン資格確認導入済み施設」 (SPEC 4.4): which facilities check
//! the card, since when.
//!
//! - `entry` is a line of it, `live` the list of this moment;
//! - `edition` is the list of a week, frozen: `make` writes it once, whatever
//!   instance runs, `difference` holds it against the week before.

mod difference;
mod edition;
mod entry;
mod live;
mod make;
#[cfg(test)]
mod tests;

pub use edition::{Edition, EditionFile, Part, find, find_file, list, newest};
pub use entry::{COLUMNS, Entry};
pub use live::{Place, Sought, count, page, state};
pub use make::{due_week, make_due};
