//! Figures for the reports (B-12) and the home page (B-01).
//!
//! Counting 250,000 facilities and 100,000 applications takes longer than a page
//! may: `gather` counts in the background into small tables, the pages read those
//! and say as of when. What happened is kept by day, how things stood by week.

mod count;
mod gather;
mod read;
mod spread;
#[cfg(test)]
mod tests;

pub use gather::gather;
pub use read::{Coverage, Filter, Flow, as_of, by_place, coverage, coverage_over_time, flow, hours, reasons, waiting};
pub use spread::Spread;

use crate::db::text_enum;

text_enum! {
    /// What is counted by day.
    pub enum Measure {
        /// Applications sent for the first time.
        Received = "received",
        /// Approved at once, because the match succeeded.
        ApprovedAtOnce = "approved_at_once",
        /// Approved by a person.
        Approved = "approved",
        /// Rejected.
        Rejected = "rejected",
        /// Decisions by a person; the detail is how many hours of business days
        /// they took, six digits, the clock stopped while it waited for the applicant.
        Hours = "hours",
        /// Faults named in returns; the detail is `kind/reason`.
        Fault = "fault",
    }
}
