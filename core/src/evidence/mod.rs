//! Evidence: the files applicants attach. Judged by content, kept in the store
//! under random keys, and shown only through a handler that knows who asks.

pub mod attach;
pub mod bookmark;
pub mod convert;
mod fault;
pub mod named;
mod prepare;
pub mod remove;
pub mod repo;
pub mod sniff;
pub mod sweep;
pub mod viewer;

pub use attach::{Attached, NewEvidence};
pub use fault::{EvidenceError, EvidenceFault};
pub use prepare::{Prepared, prepare};
pub use repo::{ERASED_NAME, Evidence};
pub use sniff::EvidenceKind;
pub use viewer::Viewer;
