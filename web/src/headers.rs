//! The headers that every answer carries, errors included (ASVS 5.0 3.4, 14.3).

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// What pages may load and where they may send to: ourselves.
pub const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Set unless the handler chose another value (assets are kept, previews are sandboxed).
const DEFAULTS: [(&str, &str); 2] = [("content-security-policy", CSP), ("cache-control", "no-store")];

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

/// Adds the headers to an answer.
pub(crate) fn apply(headers: &mut HeaderMap) {
    for (name, value) in DEFAULTS {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}
