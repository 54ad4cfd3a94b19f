//! What can go wrong with stored files.

use std::io;

use crate::error::Error;
use crate::refusal::Refusal;
use crate::scan::ScanState;

/// Why a file was not received, kept or read. Nothing is left half-done.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// More bytes came than may be kept.
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The largest size taken.
        limit_bytes: u64,
    },
    /// There is no file under this key.
    #[error("no such file")]
    NotFound,
    /// The virus scanner has not said that it is clean.
    #[error("the file is held back: {0}")]
    HeldBack(ScanState),
    /// The disk is full or broken, or the object store does not answer.
    #[error("the storage does not answer")]
    Unavailable(#[from] io::Error),
}

impl From<StorageError> for Error {
    /// For callers that told users about [`StorageError::TooLarge`] before.
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NotFound => Self::NotFound,
            StorageError::HeldBack(ScanState::Infected) => Refusal::FileInfected.into(),
            StorageError::HeldBack(ScanState::Unscannable) => Refusal::FileUnscannable.into(),
            StorageError::HeldBack(ScanState::Pending | ScanState::Clean) => Refusal::FileUnscanned.into(),
            StorageError::TooLarge { .. } => Self::internal(error),
            StorageError::Unavailable(cause) => {
                tracing::error!(error = %cause, "the storage does not answer");
                Self::Unavailable { retry_after_seconds: 30 }
            }
        }
    }
}
