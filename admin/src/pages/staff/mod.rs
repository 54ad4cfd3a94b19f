//! The people of the back office.

pub mod export;
pub mod index;
pub mod new;
pub mod roles;
pub mod show;
