//! One application under review: what it says, its evidence, and each decision
//! on a page of its own.

pub mod approve;
pub mod claim;
pub mod evidence;
pub mod faults;
mod letter;
mod marked;
pub mod reject;
mod review;
pub mod show;
mod stale;
