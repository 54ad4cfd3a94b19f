//! One application under review: what it says, its evidence, and each decision
//! on a page of its own.

pub mod approve;
pub mod checklist;
pub mod claim;
pub mod evidence;
pub mod faults;
pub(crate) mod letter;
mod marked;
pub mod money;
pub mod notes;
mod panel;
pub mod pass_on;
mod reasons;
pub mod reject;
mod review;
pub mod second;
pub mod show;
mod stale;
pub mod undo;
mod viewer;
