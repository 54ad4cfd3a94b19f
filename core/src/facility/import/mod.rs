//! The import of the facility master (SPEC 2.3).
//!
//! 1. `records` tells what the file is by its content and reads it record by
//!    record: CSV through `text` (UTF-8 or CP932), an Excel book through `sheet`.
//! 2. `columns` finds the columns by their headings (any order, Japanese or
//!    English), or takes the bureaus' list, which has none.
//! 3. `row` reads one record into values, or names column, value and reason.
//! 4. `compare` sets it against the master; `apply` writes what differs.
//! 5. `run` drives 1–4: dry, or really, in a single transaction that is undone
//!    when something speaks against what it did. Both fill the same [`Report`]
//!    through `tally`, which also writes the `details`, every single change as a
//!    CSV.
//! 6. [`pending`]: two people in the browser; [`undo`]: back to the state before.
//!
//! All or nothing: one unreadable row and nothing is applied. The same file
//! twice changes nothing. Match secrets become keyed hashes while a row is
//! read; the report never holds one.

mod apply;
pub mod closings;
mod columns;
mod compare;
mod details;
pub mod pending;
mod records;
mod repo;
mod report;
mod row;
mod run;
mod sheet;
mod staged;
mod tally;
#[cfg(test)]
mod tests;
mod text;
pub mod undo;

pub use compare::FieldChange;
pub use details::DetailWriter;
pub use repo::{ChangeVerb, FacilityChange, ImportRow, ImportState, get_import, list_changes, list_imports};
pub use report::{ChangedFacility, Duplicate, KindCount, NamedFacility, RefusedCell, Report};
pub use run::{Import, Outcome, dry_run, run};

use chrono::NaiveDate;

use super::kind::FacilityKind;

/// How a file is to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The kind of every row that names none; the bureaus' lists need it.
    pub kind: Option<FacilityKind>,
    /// The day the file speaks of: what it no longer names closed on that day.
    pub as_of: NaiveDate,
    /// The file is only a part: facilities it does not name stay open.
    pub partial: bool,
    /// Closing more than a twentieth of a kind is meant.
    pub confirmed: bool,
}
