//! What handlers answer: JSON, never kept by anyone on the way.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, PRAGMA};
use serde_json::Value;

use super::error::ApiError;

/// What a handler of the API answers.
pub type ApiResult = Result<HttpResponse, ApiError>;

/// JSON with a status.
pub fn json(status: StatusCode, body: &Value) -> HttpResponse {
    typed(status, "application/json", body.to_string())
}

/// Any text with a status. (`Pragma`: RFC 6749 §5.1 asks for it.)
pub fn typed(status: StatusCode, content_type: &'static str, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(content_type)
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((PRAGMA, HeaderValue::from_static("no-cache")))
        .body(body)
}
