//! Entity tags (RFC 9110 §8.8.3): the same content is not sent twice.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header, HeaderMap, HeaderValue, IfNoneMatch, TryIntoHeaderValue,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use uketsuke_core::secret::sha256_hex;

/// What the asker has already; nothing when its header cannot be read.
pub struct Known(Option<IfNoneMatch>);

impl FromRequest for Known {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let there = request.headers().contains_key(IfNoneMatch::name());
        std::future::ready(Ok(Self(if there { IfNoneMatch::parse(request).ok() } else { None })))
    }
}

impl Known {
    /// Whether this is what the asker has.
    pub fn has(&self, tag: &EntityTag) -> bool {
        match &self.0 {
            None => false,
            Some(IfNoneMatch::Any) => true,
            Some(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        }
    }
}

impl Known {
    /// A JSON text under the tag of its own bytes; 304 for whoever has it.
    pub fn answer_json(&self, body: String) -> HttpResponse {
        self.answer(body.into_bytes(), HeaderValue::from_static("application/json"))
    }

    /// Bytes under their own tag; 304 for whoever has them.
    pub fn answer(&self, body: Vec<u8>, media_type: HeaderValue) -> HttpResponse {
        let tag = EntityTag::new_strong(sha256_hex(&body));
        if self.has(&tag) {
            return not_modified(&tag, super::NO_CACHE);
        }
        let mut answer = HttpResponse::Ok().insert_header((CONTENT_TYPE, media_type)).body(body);
        put(answer.headers_mut(), &tag, super::NO_CACHE);
        answer
    }
}

/// The tag of what this text describes.
pub(crate) fn of(text: &str) -> EntityTag {
    EntityTag::new_strong(sha256_hex(text.as_bytes()))
}

/// Puts the tag on an answer.
pub(crate) fn put(headers: &mut HeaderMap, tag: &EntityTag, cache: HeaderValue) {
    headers.insert(CACHE_CONTROL, cache);
    headers.insert(ETAG, tag.clone().try_into_value().expect("hex"));
}

/// The answer to whoever has it already.
pub(crate) fn not_modified(tag: &EntityTag, cache: HeaderValue) -> HttpResponse {
    let mut answer = HttpResponse::new(StatusCode::NOT_MODIFIED);
    put(answer.headers_mut(), tag, cache);
    answer
}
