//! What the server knows about a request besides its content: its id in the
//! logs, the address it came from, and the visitor who sent it.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use uketsuke_core::db::Actor;
use uketsuke_core::secret::{PlainToken, TokenHash};

use crate::errors::PageError;

/// The id under which the logs know this request; safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    pub(crate) fn mint() -> Self {
        // The first 96 bits of a token made for something stronger.
        Self(PlainToken::mint().hash().as_str()[..24].to_owned())
    }
}

/// The network address a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl std::fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The random value of a visitor's cookie, there before any session.
#[derive(Clone)]
pub struct Visitor(pub(crate) String);

impl Visitor {
    /// What a table knows the visitor by.
    pub fn hash(&self) -> TokenHash {
        PlainToken::received(&self.0).hash()
    }
}

impl std::fmt::Debug for Visitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Visitor(secret)")
    }
}

/// The client's address: the peer, or what the nearest trusted proxy says of it.
/// `X-Forwarded-For` is read from the right, past trusted proxies only.
pub(crate) fn client_address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpAddr]) -> ClientAddress {
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let mut forwarded: Vec<IpAddr> = Vec::new();
    for value in headers.get_all("x-forwarded-for") {
        let hops = value.to_str().unwrap_or_default().split(',');
        forwarded.extend(hops.filter_map(|hop| hop.trim().parse::<IpAddr>().ok()));
    }
    let mut address = peer;
    while trusted.contains(&address) {
        match forwarded.pop() {
            Some(hop) => address = hop,
            None => break,
        }
    }
    ClientAddress(address)
}

/// The client's address of a request that no middleware prepared.
pub fn address_of(request: &HttpRequest, trusted: &[IpAddr]) -> IpAddr {
    client_address(request.peer_addr().map(|peer| peer.ip()), request.headers(), trusted).0
}

/// Names the request as the way by which an actor came.
pub fn traced(request: &HttpRequest, actor: Actor) -> Actor {
    let extensions = request.extensions();
    Actor {
        address: extensions.get::<ClientAddress>().map(ToString::to_string),
        request_id: extensions.get::<RequestId>().map(|id| id.0.clone()),
        ..actor
    }
}

/// What the browser calls itself, cut to 200 characters.
pub fn user_agent(request: &HttpRequest) -> String {
    let header = request.headers().get(actix_web::http::header::USER_AGENT);
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

macro_rules! from_extensions {
    ($($name:ident),+) => {$(
        impl FromRequest for $name {
            type Error = PageError;
            type Future = Ready<Result<Self, PageError>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let found = request.extensions().get::<$name>().cloned();
                ready(found.ok_or_else(|| PageError::fault("the request was not prepared")))
            }
        }
    )+};
}

from_extensions!(RequestId, ClientAddress, Visitor);

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn only_trusted_proxies_are_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        for (peer, forwarded, expected) in [
            ("192.0.2.7", "203.0.113.9", "192.0.2.7"),
            ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "garbage", "10.0.0.1"),
            ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
        ] {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(forwarded).expect("ascii");
            headers.insert(HeaderName::from_static("x-forwarded-for"), value);
            let address = client_address(Some(ip(peer)), &headers, &trusted);
            assert_eq!(address.to_string(), expected, "{peer} {forwarded}");
        }
    }
}
