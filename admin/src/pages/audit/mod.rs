//! The audit trail: searching it, one event, writing it out, and whether it is
//! whole. Administrators and auditors.

mod asked;
pub mod export;
pub mod index;
pub mod show;
pub mod verify;
