//! What administrators set for everybody: who decides, and canned reasons.

pub mod index;
pub mod reason;
pub mod reasons;
