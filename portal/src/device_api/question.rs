//! The question of a check: a form of a few hundred bytes. At most 4 KiB are kept,
//! and what is too much is still read (up to a limit), because a connection with
//! an unread body is lost.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::StreamExt;
use uketsuke_web::fields::Fields;
use uketsuke_web::patience::Patience;

use super::error::{ApiError, INVALID_REQUEST, TIMED_OUT, TOO_LARGE};

/// The most that is kept, bytes.
const KEPT: usize = 4 * 1024;
/// The most that is read before the connection is given up, bytes.
const DRAINED: usize = 1024 * 1024;
/// The form every library sends, beside the token.
const HINT: &[u8] = b"&token_type_hint=access_token";

/// The whole body; `Ok(None)` when it is too large.
///
/// # Errors
/// 400 or 408 when it does not come.
pub async fn read(request: &HttpRequest, payload: Payload) -> Result<Option<Bytes>, ApiError> {
    let mut collected = pin!(collect(payload));
    // Nearly always it has come with the head: then no timer is set.
    if let Poll::Ready(read) = poll_fn(|context| Poll::Ready(collected.as_mut().poll(context))).await {
        return read;
    }
    let read = tokio::time::timeout(Patience::of(request).question, collected).await;
    read.map_err(|_| ApiError::new(TIMED_OUT, "the body did not come in time"))?
}

async fn collect(mut payload: Payload) -> Result<Option<Bytes>, ApiError> {
    let mut whole = Bytes::new();
    let mut read = 0;
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| ApiError::new(INVALID_REQUEST, "the body broke off"))?;
        read += piece.len();
        if read > DRAINED {
            break;
        } else if read > KEPT {
            whole = Bytes::new();
        } else if whole.is_empty() {
            // Nearly always all of it, as it came: nothing is copied.
            whole = piece;
        } else {
            let mut both = BytesMut::from(&whole[..]);
            both.extend_from_slice(&piece);
            whole = both.freeze();
        }
    }
    Ok((read <= KEPT).then_some(whole))
}

/// The token asked about: of a form in which no parameter stands twice (RFC 6749
/// §3.2), given to `answer` without a copy where it stands plain.
///
/// # Errors
/// 400 or 413.
pub fn with_token<T>(
    request: &HttpRequest,
    body: Option<&Bytes>,
    answer: impl FnOnce(&[u8]) -> T,
) -> Result<T, ApiError> {
    let wrong = |text: &str| Err(ApiError::new(INVALID_REQUEST, text));
    if !request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return wrong("the body must be application/x-www-form-urlencoded");
    }
    let Some(body) = body else { return Err(ApiError::new(TOO_LARGE, "the body is larger than 4 KiB")) };
    if let Some(token) = plain(body) {
        return Ok(answer(token));
    }
    let Some(fields) = Fields::parse(body) else { return wrong("the form is not UTF-8") };
    if fields.iter().any(|(name, _)| fields.all(name).nth(1).is_some()) {
        return wrong("a parameter stands twice");
    }
    match fields.get("token") {
        "" => wrong("token is missing"),
        token => Ok(answer(token.as_bytes())),
    }
}

/// The token of `token=…`, alone or before the usual hint, if nothing in it is encoded.
fn plain(body: &[u8]) -> Option<&[u8]> {
    let token = body.strip_prefix(b"token=")?;
    let token = token.strip_suffix(HINT).unwrap_or(token);
    (!token.is_empty() && is_plain(token)).then_some(token)
}

/// Whether nothing in it stands for something else in a form.
pub fn is_plain(bytes: &[u8]) -> bool {
    // All of them, so that the compiler takes many at a time: this is most of what
    // a check looks at.
    !bytes.iter().fold(false, |found, byte| found | matches!(byte, b'%' | b'+' | b'&'))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::CONTENT_TYPE;
    use actix_web::test::TestRequest;

    use super::*;

    fn token(kind: &str, body: &str) -> Option<String> {
        let request = TestRequest::default().insert_header((CONTENT_TYPE, kind)).to_http_request();
        let read = |token: &[u8]| String::from_utf8(token.to_vec()).expect("text");
        with_token(&request, Some(&Bytes::copy_from_slice(body.as_bytes())), read).ok()
    }

    #[test]
    fn a_token_is_found_however_the_form_is_written() {
        let form = "application/x-www-form-urlencoded";
        for body in [
            "token=a.b",
            "token=a.b&token_type_hint=access_token",
            "token=a%2Eb",
            "token_type_hint=access_token&token=a.b",
            "&token=a.b&&x=1",
        ] {
            assert_eq!(token(form, body).as_deref(), Some("a.b"), "{body}");
        }
        assert_eq!(token("Application/X-WWW-Form-Urlencoded; charset=utf-8", "token=a").as_deref(), Some("a"));
        assert_eq!(token(form, "token=a+b").as_deref(), Some("a b"));
        for body in ["", "token=", "x=1", "token=a&token=b", "token=a&x=1&x=2", "token=%FF", "token"] {
            assert_eq!(token(form, body), None, "{body}");
        }
        assert_eq!(token("application/json", "token=a"), None);
    }
}
