//! One deed on many applications: claim, assign, approve, write out.
//!
//! 1. [`freeze`]: what was chosen is written down, and what is left out and why.
//!    Whatever comes later is not touched.
//! 2. [`start`]: whoever chose looks at the numbers and says go.
//! 3. [`work`]: a job does one application after the other, each in a transaction
//!    of its own, as the person who started it and with the rights that person
//!    has at that moment. What was done is noted in the same transaction, so a
//!    run that was cut off goes on where it stood and does nothing twice.
//!
//! Whoever may read applications sees their own runs; the deed asks its own
//! permission.

mod bar;
mod freeze;
mod model;
mod read;
mod start;
mod work;

pub use bar::Bar;
pub use freeze::{Choice, Chosen, MOST, freeze, freeze_again};
pub use model::{Action, BulkRun, ItemState, RunState};
pub use read::{Item, ItemPage, Tally, get_run, ids_of, list_items, list_runs, tally};
pub use start::{drop_plan, start, sweep_plans};
pub use work::{BulkJob, work};
