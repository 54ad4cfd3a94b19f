//! Failures outside the OAuth endpoints, as RFC 9457 writes them, with a stable
//! `code`.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};
use uketsuke_core::device::diagnose::Cause;
use uketsuke_core::error::Error;

use super::answer;
use super::error::ApiError;

/// What is asked of whoever did not prove itself.
const CHALLENGE: &str = r#"DPoP algs="ES256 EdDSA""#;

/// A failure with its members.
#[derive(Debug, thiserror::Error)]
#[error("{body}")]
pub struct Problem {
    status: StatusCode,
    body: Value,
    retry_after_seconds: Option<u32>,
}

impl Problem {
    /// A failure; `title` is for people.
    pub fn new(status: StatusCode, code: &str, title: &str) -> Self {
        let body = json!({ "title": title, "status": status.as_u16(), "code": code });
        Self { status, body, retry_after_seconds: None }
    }

    /// The device did not prove itself, or nobody knows it.
    pub fn not_proved() -> Self {
        let told = Self::new(StatusCode::UNAUTHORIZED, "not_proved", "端末を確かめられませんでした。");
        told.with("detail", "端末の設定が消えているときは、ポータルで再発行し、設定し直してください。".into())
    }

    /// What blocks a device that proved itself.
    pub fn blocked(cause: &Cause) -> Self {
        Self::new(StatusCode::FORBIDDEN, cause.code, cause.title)
            .with("detail", cause.advice.into())
            .with("mended_by", cause.mender.as_str().into())
    }

    /// Adds a member.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.body[name] = value;
        self
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        if error.status_code() == StatusCode::UNAUTHORIZED {
            return Self::not_proved();
        }
        let told = Self::new(error.status_code(), error.code(), error.description());
        Self { retry_after_seconds: error.retry_after_seconds(), ..told }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        ApiError::from(error).into()
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = answer::typed(self.status, "application/problem+json", self.body.to_string());
        if self.status == StatusCode::UNAUTHORIZED {
            answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
        }
        if let Some(seconds) = self.retry_after_seconds {
            answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        answer
    }
}
