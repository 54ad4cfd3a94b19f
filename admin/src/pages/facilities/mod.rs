//! Facilities: list, one facility, its devices, and the master import.

pub mod export;
pub mod import;
pub mod import_show;
pub mod index;
pub mod show;
mod standing;
pub mod stop;
pub mod watch;
