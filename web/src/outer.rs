//! What surrounds every request: an id and a log span, one line in the access
//! log, the security headers, and a Japanese page for every failure.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use metrics::{counter, histogram};
use tracing::Instrument;

use crate::announced;
use crate::error_page::ErrorPage;
use crate::errors::PageError;
use crate::headers;
use crate::patience::Patience;
use crate::request::{RequestId, client_address};
use crate::site::{Face, Site, Sites};

/// The outermost middleware of every application.
pub(crate) async fn outer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = RequestId::mint();
    let peer = request.peer_addr().map(|address| address.ip());
    let trusted = &Sites::of(request.request()).first().trusted_proxies;
    let address = client_address(peer, request.headers(), trusted);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(address);

    let span = tracing::info_span!("request", id = %id.0);
    let began = std::time::Instant::now();
    async move {
        let mut answer = match sent_on(request.request()) {
            Some(redirect) => request.into_response(redirect).map_into_right_body(),
            None => answered(next.call(request).await?, &id).await,
        };
        let policy = Sites::of(answer.request()).policy().clone();
        headers::apply(answer.headers_mut(), &policy);
        if let Ok(value) = HeaderValue::from_str(&id.0) {
            answer.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
        }
        log(&answer, &address.to_string(), began.elapsed());
        let patience = Patience::of(answer.request());
        Ok(answer.map_body(|_, body| patience.floor(body.boxed())))
    }
    .instrument(span)
    .await
}

/// The way on from a host that is none of ours any more (308: forms go on as well).
fn sent_on(request: &HttpRequest) -> Option<HttpResponse> {
    let to = Sites::of(request).sent_on(request)?;
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    Some(HttpResponse::PermanentRedirect().insert_header((LOCATION, format!("{to}{path}"))).finish())
}

/// The answer, or a page of ours in the place of a bare failure.
async fn answered<B: MessageBody>(
    answer: ServiceResponse<B>,
    id: &RequestId,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    if Site::of(answer.request()).face != Face::Pages || !wants_page(&answer) {
        return answer.map_into_left_body();
    }
    announced::learn(answer.request()).await;
    draw(id, answer).map_into_right_body()
}

/// One line per request, and its figures. The pattern stands for the path, because
/// paths of mailed links hold their tokens; query strings are left out altogether.
fn log<B>(answer: &ServiceResponse<B>, address: &str, took: std::time::Duration) {
    let request = answer.request();
    let (route, status) = (request.match_pattern(), answer.status().as_u16());
    let route = route.unwrap_or_else(|| "-".to_owned());
    tracing::info!(
        target: "access",
        method = %request.method(),
        route,
        status,
        address,
        milliseconds = took.as_millis() as u64,
    );
    let site = Site::of(request);
    let site = if site.face == Face::Api { "api" } else { site.name.key };
    histogram!("uketsuke_http_request_seconds", "site" => site).record(took);
    let labels =
        [("site", site.to_owned()), ("method", method(request)), ("route", route), ("status", status.to_string())];
    counter!("uketsuke_http_requests_total", &labels).increment(1);
}

/// The method, if it is one that routes have: a stranger could make up any number.
fn method(request: &HttpRequest) -> String {
    let known = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS];
    let method = request.method();
    if known.contains(method) { method.to_string() } else { "other".to_owned() }
}

/// A failure that no handler has drawn a page for.
fn wants_page<B>(answer: &ServiceResponse<B>) -> bool {
    let status = answer.status();
    let drawn = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    (status.is_client_error() || status.is_server_error()) && !drawn
}

fn draw<B>(id: &RequestId, answer: ServiceResponse<B>) -> ServiceResponse {
    let failure = answer.response().error();
    let ours = failure.and_then(|error| error.as_error::<PageError>());
    note(answer.status(), failure);
    let frame = Site::of(answer.request()).frame(answer.request(), "");
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
