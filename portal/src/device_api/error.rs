//! What goes wrong, as RFC 6749 §5.2 writes it on the OAuth endpoints and
//! RFC 9457 elsewhere. Descriptions are for developers of client apps; where a
//! person can mend it, `message` says so in Japanese.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};
use uketsuke_core::error::Error;
use uketsuke_core::refusal::Refusal;

use super::answer;
use super::problem::Problem;

/// One kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    status: u16,
    error: &'static str,
    challenge: Option<&'static str>,
}

const fn kind(status: u16, error: &'static str, challenge: Option<&'static str>) -> Kind {
    Kind { status, error, challenge }
}

/// The request is not one of this endpoint (RFC 6749 §5.2).
pub const INVALID_REQUEST: Kind = kind(400, "invalid_request", None);
/// The body is larger than any honest one.
pub const TOO_LARGE: Kind = kind(413, "invalid_request", None);
/// The body did not come in time.
pub const TIMED_OUT: Kind = kind(408, "invalid_request", None);
/// The activation is refused (RFC 6750 §3.1).
pub const INVALID_TOKEN: Kind = kind(401, "invalid_token", Some(r#"Bearer error="invalid_token""#));
/// What the device says of itself cannot be taken (RFC 7591 §3.2.2).
pub const INVALID_CLIENT_METADATA: Kind = kind(400, "invalid_client_metadata", None);
/// The proof of possession is missing or wrong (RFC 9449 §5).
pub const INVALID_DPOP_PROOF: Kind = kind(400, "invalid_dpop_proof", None);
/// The device did not prove itself (RFC 6749 §5.2).
pub const INVALID_CLIENT: Kind = kind(401, "invalid_client", Some(r#"DPoP algs="ES256 EdDSA""#));
/// The eligibility service did not prove itself.
pub const INVALID_SERVICE: Kind = kind(401, "invalid_client", Some(r#"Basic realm="introspection", charset="UTF-8""#));
/// The device proved itself, and may not at present.
pub const UNAUTHORIZED_CLIENT: Kind = kind(400, "unauthorized_client", None);
/// Another grant than ours.
pub const UNSUPPORTED_GRANT_TYPE: Kind = kind(400, "unsupported_grant_type", None);
/// Another scope than ours.
pub const INVALID_SCOPE: Kind = kind(400, "invalid_scope", None);
/// Too many tries.
pub const TOO_MANY: Kind = kind(429, "temporarily_unavailable", None);
/// Not at this moment.
pub const UNAVAILABLE: Kind = kind(503, "temporarily_unavailable", None);
const FAULT: Kind = kind(500, "server_error", None);

/// A failure of the API.
#[derive(Debug, thiserror::Error)]
#[error("{}: {description}", kind.error)]
pub struct ApiError {
    kind: Kind,
    description: String,
    /// For the person in front of the device.
    message: Option<String>,
    retry_after_seconds: Option<u32>,
}

impl ApiError {
    /// A failure with words for developers (ASCII, RFC 6749 §5.2).
    pub fn new(kind: Kind, description: impl Into<String>) -> Self {
        Self { kind, description: description.into(), message: None, retry_after_seconds: None }
    }

    /// Adds a sentence for the person in front of the device.
    pub fn message(self, sentence: impl Into<String>) -> Self {
        Self { message: Some(sentence.into()), ..self }
    }

    /// Says when to try again.
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_seconds: Some(seconds), ..self }
    }

    /// Whether the same request may succeed later.
    pub fn is_unavailable(&self) -> bool {
        self.kind.status == UNAVAILABLE.status
    }

    /// The stable word for programs.
    pub fn code(&self) -> &'static str {
        self.kind.error
    }

    /// The words for developers.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// When to try again, if that is said.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after_seconds
    }

    fn body(&self) -> Value {
        let mut body = json!({ "error": self.kind.error, "error_description": self.description });
        if let Some(message) = &self.message {
            body["message"] = message.as_str().into();
        }
        body
    }
}

impl From<Error> for ApiError {
    /// Faults of ours are logged here, once, and told without particulars.
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal @ (Refusal::AppTooOld | Refusal::AppStopped)) => {
                let words = format!("software_version: this version is refused ({})", refusal.code());
                Self::new(INVALID_CLIENT_METADATA, words).message(refusal.sentence())
            }
            // A refusal here was good a moment ago: the next try is told what it is now.
            Error::Conflict | Error::Refused(_) => {
                Self::new(UNAVAILABLE, "changed at this moment; try again").retry_after(1)
            }
            Error::Unavailable { retry_after_seconds } => {
                Self::new(UNAVAILABLE, "try again later").retry_after(retry_after_seconds)
            }
            error => {
                tracing::error!(%error, "a request of the device API failed");
                Self::new(FAULT, "a fault of the server")
            }
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = answer::json(self.status_code(), &self.body());
        if let Some(challenge) = self.kind.challenge {
            answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after_seconds {
            answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        answer
    }
}

/// Another method than the one there is.
pub async fn only_post() -> HttpResponse {
    HttpResponse::MethodNotAllowed().insert_header((ALLOW, "POST")).finish()
}

/// Whatever is not in the table (RFC 9457).
pub async fn no_such_address() -> HttpResponse {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "no such address").error_response()
}
