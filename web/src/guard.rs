//! What stands before every handler: panics end as a 500 page, and what changes
//! something is refused unless it came from a form of ours.
//!
//! The guard reads forms itself and checks their token, so that no handler can
//! forget it. Uploads (`multipart/form-data`) are left to their reader, which
//! must ask [`crate::csrf::holds_for`] before it keeps a file.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::time::Duration;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use futures_util::FutureExt;
use uketsuke_core::secret::PlainToken;

use crate::announced;
use crate::body;
use crate::csrf;
use crate::errors::PageError;
use crate::fields::Fields;
use crate::patience::Patience;
use crate::request::Visitor;
use crate::site::Site;

/// How long a browser keeps a visitor's cookie: a registration may wait a week.
const VISITOR_LIFE: Duration = Duration::days(7);

/// Around the handlers of pages.
pub(crate) async fn pages(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    announced::learn(request.request()).await;
    let new_visitor = greet(request.request());
    if let Err(refused) = admit(&mut request).await {
        return Ok(ServiceResponse::from_err(refused, request.into_parts().0));
    }
    let mut answer = survive(request, next).await;
    let cookies = after(answer.request(), answer.status(), new_visitor);
    for cookie in cookies {
        // Cookies of ours always fit a header.
        let _ = answer.response_mut().add_cookie(&cookie);
    }
    Ok(answer)
}

/// Around the handlers of an API: panics end as a plain 500.
pub(crate) async fn api(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    Ok(survive(request, next).await)
}

/// Runs the handler; its panic is caught and told by the process's panic hook.
async fn survive(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> ServiceResponse<BoxBody> {
    let kept: HttpRequest = request.request().clone();
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(answer)) => answer.map_into_boxed_body(),
        Ok(Err(error)) => ServiceResponse::from_err(error, kept),
        Err(_) => {
            tracing::error!(route = kept.match_pattern().as_deref().unwrap_or("-"), "a handler panicked");
            ServiceResponse::new(kept, HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR))
        }
    }
}

/// Notes who visits; a new visitor is given a random name.
fn greet(request: &HttpRequest) -> Option<Visitor> {
    let site = Site::of(request);
    let known = site.cookie_value(request, site.cookies.visitor).filter(|value| value.len() == 43);
    let is_new = known.is_none();
    let visitor = Visitor(known.unwrap_or_else(|| PlainToken::mint().reveal().to_owned()));
    request.extensions_mut().insert(visitor.clone());
    is_new.then_some(visitor)
}

/// Lets a request pass that changes nothing, or that a form of ours sent.
async fn admit(request: &mut ServiceRequest) -> Result<(), PageError> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    if csrf::is_cross_site(Site::of(request.request()), request.request()) {
        return Err(PageError::Forged);
    }
    match request.content_type() {
        "multipart/form-data" => Ok(()),
        "application/x-www-form-urlencoded" | "" => read_form(request).await,
        _ => Err(PageError::Unreadable),
    }
}

async fn read_form(request: &mut ServiceRequest) -> Result<(), PageError> {
    let patience = Patience::of(request.request());
    let bytes = body::whole(request.take_payload(), body::FORM_BYTES, patience).await?;
    let fields = Fields::parse(&bytes).ok_or(PageError::Unreadable)?;
    if !csrf::holds_for(request.request(), fields.get(csrf::FIELD)) {
        return Err(PageError::Forged);
    }
    request.extensions_mut().insert(Rc::new(fields));
    Ok(())
}

/// Cookies to set once the page is done: the new visitor's name, and the end of
/// a flash that was shown.
fn after(
    request: &HttpRequest,
    status: StatusCode,
    new_visitor: Option<Visitor>,
) -> Vec<actix_web::cookie::Cookie<'static>> {
    let site = Site::of(request);
    let shown = status.is_success() && site.cookie_value(request, site.cookies.flash).is_some();
    let visitor = new_visitor.map(|Visitor(value)| site.cookie(site.cookies.visitor, value, Some(VISITOR_LIFE)));
    let flash = shown.then(|| site.removal(site.cookies.flash));
    visitor.into_iter().chain(flash).collect()
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
