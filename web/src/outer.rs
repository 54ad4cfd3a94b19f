//! What surrounds every request: an id and a log span, one line in the access
//! log, the security headers, and a Japanese page for every failure.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use tracing::Instrument;

use crate::error_page::ErrorPage;
use crate::errors::PageError;
use crate::headers;
use crate::request::{RequestId, client_address};
use crate::site::{Face, Site};

/// The outermost middleware of every application.
pub(crate) async fn outer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, Error> {
    let id = RequestId::mint();
    let site = request.app_data::<web::Data<Site>>().cloned();
    let trusted = site.as_ref().map(|site| site.trusted_proxies.clone()).unwrap_or_default();
    let peer = request.peer_addr().map(|address| address.ip());
    let address = client_address(peer, request.headers(), &trusted);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(address);

    let span = tracing::info_span!("request", id = %id.0);
    let began = std::time::Instant::now();
    async move {
        let answer = next.call(request).await?;
        let mut answer = match site.filter(|site| site.face == Face::Pages) {
            Some(site) if wants_page(&answer) => draw(&site, &id, answer).map_into_right_body(),
            _ => answer.map_into_left_body(),
        };
        headers::apply(answer.headers_mut());
        if let Ok(value) = HeaderValue::from_str(&id.0) {
            answer.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
        }
        log(&answer, &address.to_string(), began.elapsed());
        Ok(answer)
    }
    .instrument(span)
    .await
}

/// One line per request. The pattern stands for the path, because paths of
/// mailed links hold their tokens; query strings are left out altogether.
fn log<B>(answer: &ServiceResponse<B>, address: &str, took: std::time::Duration) {
    let request = answer.request();
    tracing::info!(
        target: "access",
        method = %request.method(),
        route = request.match_pattern().as_deref().unwrap_or("-"),
        status = answer.status().as_u16(),
        address,
        milliseconds = took.as_millis() as u64,
    );
}

/// A failure that no handler has drawn a page for.
fn wants_page<B>(answer: &ServiceResponse<B>) -> bool {
    let status = answer.status();
    let drawn = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    (status.is_client_error() || status.is_server_error()) && !drawn
}

fn draw<B>(site: &Site, id: &RequestId, answer: ServiceResponse<B>) -> ServiceResponse {
    let failure = answer.response().error();
    let ours = failure.and_then(|error| error.as_error::<PageError>());
    note(answer.status(), failure);
    let frame = site.frame(answer.request(), "");
    let page = match ours {
        Some(error) => error.page(frame, &id.0),
        None => ErrorPage::new(answer.status().as_u16(), frame, &id.0),
    };
    let mut drawn = HttpResponse::build(answer.status());
    for name in [ALLOW, RETRY_AFTER] {
        if let Some(value) = answer.headers().get(&name) {
            drawn.insert_header((name, value.clone()));
        }
    }
    let drawn = match page.render() {
        Ok(html) => drawn.content_type("text/html; charset=utf-8").body(html),
        Err(_) => drawn.content_type("text/plain; charset=utf-8").body(page.happened),
    };
    answer.into_response(drawn)
}

/// Failures of ours are logged here, once; the request's id is in the span.
fn note(status: StatusCode, failure: Option<&Error>) {
    if status.is_server_error() {
        match failure {
            Some(error) => tracing::error!(%error, status = status.as_u16(), "a request failed"),
            None => tracing::error!(status = status.as_u16(), "a request failed"),
        }
    }
}
