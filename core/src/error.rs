//! What can go wrong, by what the one who asked can do about it.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::form::FieldErrors;
use crate::refusal::Refusal;

/// The result of everything in the business.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something did not happen. `Err` means that nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or not for the one who asks.
    #[error("not found")]
    NotFound,
    /// Somebody else was faster; look again and decide anew.
    #[error("changed meanwhile")]
    Conflict,
    /// The business says no, for a reason the user is told.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// Fields are wrong; each is named.
    #[error("invalid input")]
    Invalid(FieldErrors),
    /// The one who asks may not.
    #[error("forbidden")]
    Forbidden,
    /// Too much or too late right now; the same request may succeed later.
    #[error("unavailable")]
    Unavailable {
        /// When to try again.
        retry_after_seconds: u32,
    },
    /// A fault of ours; users see only the request's id.
    #[error("internal: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps an unexpected failure.
    pub fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(error))
    }

    /// Wraps an unexpected failure that is boxed already, or a message.
    pub fn boxed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }

    /// Whether it is certain that nothing was written. Not when the database went
    /// away: it may have committed before.
    pub fn is_certain(&self) -> bool {
        !matches!(self, Self::Unavailable { .. } | Self::Internal(_))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Conflict,
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => {
                Self::Unavailable { retry_after_seconds: 5 }
            }
            // A standby that is not the primary yet.
            DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => {
                Self::Unavailable { retry_after_seconds: 5 }
            }
            DieselError::DatabaseError(_, info) if info.message().contains("database is locked") => {
                Self::Unavailable { retry_after_seconds: 2 }
            }
            DieselError::DatabaseError(_, info) if is_full(info.message()) => {
                tracing::error!(error = %error, "the database's disk is full");
                Self::Unavailable { retry_after_seconds: 30 }
            }
            _ => Self::internal(error),
        }
    }
}

/// As SQLite says it always, and PostgreSQL where its messages are in English.
fn is_full(message: &str) -> bool {
    ["database or disk is full", "disk I/O error", "No space left on device"]
        .iter()
        .any(|words| message.contains(words))
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<crate::secret::Busy> for Error {
    fn from(_: crate::secret::Busy) -> Self {
        Self::Unavailable { retry_after_seconds: 3 }
    }
}
