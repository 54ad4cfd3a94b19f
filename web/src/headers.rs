//! The headers that every answer carries, errors included (ASVS 5.0 3.4, 14.3).

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue};

/// What pages may load and where they may send to: ourselves.
pub const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for a site whose forms may lead to these addresses as well.
pub(crate) fn csp_with_forms_to(origins: &[&str]) -> String {
    CSP.replace("form-action 'self'", &format!("form-action 'self' {}", origins.join(" ")))
}

/// Set unless the handler chose another value (assets are kept).
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Set whatever the handler did.
const ALWAYS: [(&str, &str); 7] = [
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("x-frame-options", "DENY"),
];

/// Adds the headers to an answer; `policy` is what pages may do, unless the handler
/// chose another (previews are sandboxed).
pub(crate) fn apply(headers: &mut HeaderMap, policy: &HeaderValue) {
    for (name, value) in [(CONTENT_SECURITY_POLICY, policy), (CACHE_CONTROL, &NO_STORE)] {
        if !headers.contains_key(&name) {
            headers.insert(name, value.clone());
        }
    }
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}
