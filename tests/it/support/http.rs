//! One request over HTTP, as plain as it gets: no cookies, no redirects, and a
//! 4xx is an answer like another. No answer is a panic, unless it is asked for.

use std::io::ErrorKind;
use std::time::Duration;

use actix_web::http::Method;
use ureq::Agent;
use ureq::http::{Method as UreqMethod, Request};

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e} in {}", self.text()))
    }
}

/// An agent for tests.
pub fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

/// No answer came, or only a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// Nobody listens: it was not even sent.
    Refused,
    /// The connection broke: whether the request was carried out is not known.
    Cut(String),
}

/// Sends one request, which must be answered.
pub fn send(agent: &Agent, method: Method, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    try_send(agent, method, url, headers, body).unwrap_or_else(|lost| panic!("{url}: {lost:?}"))
}

/// Sends one request to a server that may die meanwhile. One that lives and is
/// silent is a panic still.
pub fn try_send(
    agent: &Agent,
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, Lost> {
    let method = UreqMethod::from_bytes(method.as_str().as_bytes()).expect("a method is a method");
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body).expect("a well-formed request");
    let request = agent.configure_request(request).allow_non_standard_methods(true).build();
    let mut answer = agent.run(request).map_err(|e| lost(url, &e))?;
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(200 << 20).read_to_vec().map_err(|e| lost(url, &e))?;
    Ok(Answer { status, headers, body })
}

fn lost(url: &str, error: &ureq::Error) -> Lost {
    match error {
        ureq::Error::Timeout(_) => panic!("{url}: {error}"),
        ureq::Error::ConnectionFailed => Lost::Refused,
        ureq::Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => Lost::Refused,
        _ => Lost::Cut(error.to_string()),
    }
}
