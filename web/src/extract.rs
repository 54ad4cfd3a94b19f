//! Forms as handlers take them: a struct of strings, or all fields. Both exist
//! only after the guard has read the body and checked its token.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;

use crate::errors::PageError;
use crate::fields::Fields;

/// A form read into a struct of strings. Give every field `#[serde(default)]`:
/// a missing field is then an empty one, and the page says what is missing.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = |fields: Rc<Fields>| fields.read().map(Form).map_err(|_| PageError::Unreadable);
        ready(sent(request).and_then(read))
    }
}

/// All fields of a form, for pages that do not know them beforehand.
#[derive(Debug, Clone)]
pub struct AllFields(pub Rc<Fields>);

impl FromRequest for AllFields {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(sent(request).map(AllFields))
    }
}

/// The form that came with this request, if one did and its token held.
pub fn sent(request: &HttpRequest) -> Result<Rc<Fields>, PageError> {
    request.extensions().get::<Rc<Fields>>().cloned().ok_or(PageError::Unreadable)
}
