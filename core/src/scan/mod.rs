//! Whether files carry a virus: asked of clamd, where one is configured.
//!
//! - A file on its way in is scanned before anything else opens it; one with a virus
//!   is refused.
//! - While the scanner is away, files are taken and wait. [`catch_up`] has them scanned
//!   later; until then nobody opens them.
//! - What the scanner cannot scan stays closed, and is tried again each day.
//! - Without a scanner nothing is scanned, and what was not condemned before opens.

mod catch_up;
mod repo;
mod scanner;

pub use catch_up::catch_up;
pub use scanner::{Scanner, ScannerPlace};

use crate::db::text_enum;

text_enum! {
    /// What the scanner says of a file.
    pub enum ScanState {
        /// Nothing yet.
        Pending = "pending",
        /// No virus is known in it.
        Clean = "clean",
        /// A virus was found in it.
        Infected = "infected",
        /// It cannot be scanned.
        Unscannable = "unscannable",
    }
}

impl ScanState {
    /// Why a file that is held back does not open, in the words users read.
    pub const fn held_back(self) -> &'static str {
        match self {
            Self::Pending | Self::Clean => {
                "ウイルスの確認が終わるまで、このファイルは開けません。数分おいてから、もう一度お試しください。"
            }
            Self::Infected => "ウイルスの疑いがあるため、このファイルは開けません。",
            Self::Unscannable => "ウイルスの確認ができないため、このファイルは開けません。",
        }
    }
}

/// What a scan came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The verdict.
    pub state: ScanState,
    /// The virus, or why there is no verdict; for staff.
    pub note: Option<String>,
}

impl Scan {
    /// Not scanned yet.
    pub const PENDING: Self = Self { state: ScanState::Pending, note: None };
}

#[cfg(test)]
mod tests;
