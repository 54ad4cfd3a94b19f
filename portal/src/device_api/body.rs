//! Bodies of the API: at most 16 KiB are kept, and what is too much is still
//! read (up to a limit), because a connection with an unread body is lost.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use uketsuke_web::body::paced;
use uketsuke_web::fields::Fields;
use uketsuke_web::patience::Patience;

use super::error::{ApiError, INVALID_REQUEST, TIMED_OUT, TOO_LARGE};

/// The most that is kept, bytes.
const KEPT: usize = 16 * 1024;
/// The most that is read before the connection is given up, bytes.
const DRAINED: usize = 1024 * 1024;

/// A whole body with its content type, read before the handler runs.
#[derive(Debug)]
pub struct Body {
    content_type: String,
    bytes: Result<Bytes, TooLarge>,
}

#[derive(Debug, Clone, Copy)]
struct TooLarge;

impl FromRequest for Body {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content_type = request.content_type().to_ascii_lowercase();
        let (payload, patience) = (payload.take(), Patience::of(request));
        Box::pin(async move {
            let read = tokio::time::timeout(patience.question, collect(payload, patience.piece)).await;
            let bytes = read.map_err(|_| ApiError::new(TIMED_OUT, "the body did not come in time"))??;
            Ok(Self { content_type, bytes })
        })
    }
}

async fn collect(payload: Payload, piece: Duration) -> Result<Result<Bytes, TooLarge>, ApiError> {
    let (mut kept, mut read) = (BytesMut::new(), 0);
    let mut pieces = std::pin::pin!(paced(payload, piece));
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| ApiError::new(INVALID_REQUEST, "the body broke off"))?;
        read += piece.len();
        if read <= KEPT {
            kept.extend_from_slice(&piece);
        } else if read > DRAINED {
            break;
        }
    }
    Ok(if read <= KEPT { Ok(kept.freeze()) } else { Err(TooLarge) })
}

impl Body {
    /// The body as a form in which no parameter stands twice (RFC 6749 §3.2).
    ///
    /// # Errors
    /// 400 or 413.
    pub fn form(&self) -> Result<Fields, ApiError> {
        let bytes = self.of_type("application/x-www-form-urlencoded")?;
        let fields = Fields::parse(bytes).ok_or_else(|| ApiError::new(INVALID_REQUEST, "the form is not UTF-8"))?;
        let once = |name: &str| fields.all(name).count() == 1;
        if fields.iter().all(|(name, _)| once(name)) {
            Ok(fields)
        } else {
            Err(ApiError::new(INVALID_REQUEST, "a parameter stands twice"))
        }
    }

    /// The body as a JSON object.
    ///
    /// # Errors
    /// 400 or 413.
    pub fn json(&self) -> Result<Value, ApiError> {
        let bytes = self.of_type("application/json")?;
        let value: Option<Value> = serde_json::from_slice(bytes).ok();
        value.filter(Value::is_object).ok_or_else(|| ApiError::new(INVALID_REQUEST, "the body is no JSON object"))
    }

    fn of_type(&self, wanted: &'static str) -> Result<&Bytes, ApiError> {
        if self.content_type != wanted {
            return Err(ApiError::new(INVALID_REQUEST, format!("the body must be {wanted}")));
        }
        self.bytes.as_ref().map_err(|_| ApiError::new(TOO_LARGE, "the body is larger than 16 KiB"))
    }
}
