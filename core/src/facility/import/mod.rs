//! The import of the facility master (SPEC 2.3).
//!
//! 1. `text` tells UTF-8 from CP932 by content and reads the file piece by piece.
//! 2. `columns` finds the columns by their headings (any order, Japanese or
//!    English), or takes the bureaus' list, which has none.
//! 3. `row` reads one record into values, or names column, value and reason.
//! 4. `compare` sets it against the master; `apply` writes what differs.
//! 5. `run` drives 1–4 twice: a dry run, then the real one in a single
//!    transaction. Both fill the same [`Report`].
//!
//! All or nothing: one unreadable row and nothing is applied. The same file
//! twice changes nothing. Match secrets become keyed hashes while a row is
//! read; the report never holds one.

mod apply;
pub mod closings;
mod columns;
mod compare;
pub mod pending;
mod repo;
mod report;
mod row;
mod run;
mod staged;
#[cfg(test)]
mod tests;
mod text;

pub use compare::FieldChange;
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
