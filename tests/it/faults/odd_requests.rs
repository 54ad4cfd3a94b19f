//! Requests that no browser sends: huge, contradictory, not HTTP at all. Each is refused
//! (4xx), none is a fault of ours (5xx), and nothing stays in memory.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::report::{self, Row};
use super::short_or_long;
use crate::kill::server::Server;
use crate::support::app::TestApp;
use crate::support::harness::{Needs, tests};

tests! {
    needs Needs::Patience;
    faults_odd_requests_are_refused_and_leave_nothing on Sqlite,
}

const PROVOKED: &str = "A table of raw requests to each site, over and over: heads of 200 KB and of 150 lines, two lengths, a length and \
     chunks, 3 MB of JSON, 10,000 fields, brackets 100,000 deep, bytes that are no text, broken uploads, other protocols";

/// Within it an answer is there.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a program may take more after thousands of requests than after the first ones.
const MOST_GROWTH: u64 = 40 << 20;

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
const JSON: &str = "content-type: application/json\r\n";

/// What must come of it.
#[derive(Clone, Copy, PartialEq)]
enum Due {
    /// 4xx.
    Refused,
    /// Anything but a fault of ours; also no answer, where it is no request.
    NoFault,
}

struct Odd {
    what: &'static str,
    bytes: Vec<u8>,
    due: Due,
}

fn odd(what: &'static str, bytes: impl Into<Vec<u8>>, due: Due) -> Odd {
    Odd { what, bytes: bytes.into(), due }
}

fn get(path: &str, heads: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{heads}\r\n")
}

fn post(path: &str, heads: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{heads}content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// To any site.
fn of_http() -> Vec<Odd> {
    use Due::{NoFault, Refused};
    let raw = |heads: &str, body: &str| {
        format!("POST /login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{FORM}{heads}\r\n{body}")
    };
    let lines: String = (0..150).map(|n| format!("x-{n}: y\r\n")).collect();
    let ranges = format!("range: bytes={}\r\n", "0-1,".repeat(1_000));
    vec![
        odd("a line of 200 KB", get("/", &format!("x: {}\r\n", "y".repeat(200_000))), Refused),
        odd("150 lines", get("/", &lines), Refused),
        odd("an address of 200 KB", get(&format!("/{}", "a".repeat(200_000)), ""), Refused),
        odd("two lengths", raw("content-length: 3\r\ncontent-length: 5\r\n", "a=1&b"), Refused),
        odd("two lengths in one", raw("content-length: 3, 5\r\n", "a=1&b"), Refused),
        odd("a length below nothing", raw("content-length: -1\r\n", ""), Refused),
        odd("a length that is no number", raw("content-length: 0x10\r\n", "a"), Refused),
        odd("a length beyond numbers", raw("content-length: 99999999999999999999999\r\n", "a"), Refused),
        odd("a length and chunks", raw("content-length: 3\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"), Refused),
        odd("chunks twice", raw("transfer-encoding: chunked, chunked\r\n", "0\r\n\r\n"), Refused),
        odd("chunks in a way of their own", raw("transfer-encoding: strange\r\n", "0\r\n\r\n"), Refused),
        odd("a chunk of no size", raw("transfer-encoding: chunked\r\n", "xyz\r\n\r\n"), NoFault),
        odd("a chunk beyond numbers", raw("transfer-encoding: chunked\r\n", "FFFFFFFFFFFFFFFFFF\r\na\r\n"), Refused),
        odd("a blank before a colon", raw("content-length : 3\r\n", "a=1"), Refused),
        odd("NUL in a head", get("/", "x: a\0b\r\n"), Refused),
        odd("a head folded over lines", get("/", "x: a\r\n b\r\n"), Refused),
        odd("an address that is no address", "GET http:// HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", NoFault),
        odd("no host", "GET / HTTP/1.1\r\nconnection: close\r\n\r\n", NoFault),
        odd("two hosts", get("/", "host: evil.example\r\n"), NoFault),
        odd("another's host", get("/", "").replace("localhost", "evil.example"), NoFault),
        odd("percent NUL", get("/%00", ""), Refused),
        odd("percent of no letter", get("/%F0%28%8C%BC", ""), Refused),
        odd("half a percent", get("/%4", ""), Refused),
        odd("out of the house", get("/../../../../etc/passwd", ""), Refused),
        odd("out of the house, written otherwise", get("/%2e%2e/%2e%2e/etc/passwd", ""), Refused),
        odd("a thousand ranges", get("/nothing", &ranges), Refused),
        odd("60 KB of cookies", get("/nothing", &format!("cookie: {}\r\n", "a=b; ".repeat(12_000))), Refused),
        odd("a method of its own", get("/", "").replacen("GET", "BREW", 1), Refused),
        odd("TRACE", get("/", "").replacen("GET", "TRACE", 1), Refused),
        odd("CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n", Refused),
        odd("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NoFault),
        odd("HTTP/0.9", "GET /\r\n\r\n", NoFault),
        odd("HTTP/9.9", "GET / HTTP/9.9\r\nhost: localhost\r\n\r\n", NoFault),
        odd("TLS", *b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", NoFault),
        odd("noise", [0xff; 10_000], NoFault),
    ]
}

/// To sites with pages.
fn of_pages() -> Vec<Odd> {
    use Due::{NoFault, Refused};
    let fields: String = (0..10_000).map(|n| format!("f{n}={n}&")).collect();
    let deep = "[".repeat(100_000);
    let multipart = |boundary: &str| format!("content-type: multipart/form-data; boundary={boundary}\r\n");
    let part = "--b\r\ncontent-disposition: form-data; name=\"x\"\r\n\r\n";
    vec![
        odd("3 MB of JSON", post("/login", JSON, &vec![b'['; 3 << 20]), Refused),
        odd("JSON 100,000 deep", post("/login", JSON, deep.as_bytes()), Refused),
        odd("10,000 fields", post("/login", FORM, fields.as_bytes()), Refused),
        odd("3 MB of form", post("/login", FORM, &vec![b'a'; 3 << 20]), Refused),
        odd("a form that is no text", post("/login", FORM, b"email=\xff\xfe&password=\x80"), Refused),
        odd("a form that is no text, in percents", post("/login", FORM, b"email=%FF%FE"), Refused),
        odd("percent NUL in a form", post("/login", FORM, b"email=%00&password=%00"), Refused),
        odd(
            "an upload to where none is taken",
            post("/login", &multipart("b"), format!("{part}1\r\n--b--\r\n").as_bytes()),
            Refused,
        ),
        odd("an upload without boundary", post("/login", "content-type: multipart/form-data\r\n", b"x"), Refused),
        odd(
            "an upload with a boundary of 5,000 letters",
            post("/login", &multipart(&"b".repeat(5_000)), b"x"),
            Refused,
        ),
        odd("an upload of 10,000 parts", post("/login", &multipart("b"), part.repeat(10_000).as_bytes()), Refused),
        odd("10,000 fields in an address", get(&format!("/faq?{}", &fields[..50_000]), ""), NoFault),
        odd(
            "an answer in no language",
            get("/login", "accept: \u{1F3E5}\r\naccept-language: ,,,;q=9\r\naccept-encoding: strange;q=2\r\n"),
            NoFault,
        ),
    ]
}

/// To the device API.
fn of_api() -> Vec<Odd> {
    use Due::Refused;
    let objects = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let small = format!("{}1{}", "{\"a\":".repeat(2_000), "}".repeat(2_000));
    let fields: String = (0..10_000).map(|n| format!("f{n}={n}&")).collect();
    vec![
        odd("3 MB of JSON", post("/oauth/register", JSON, &vec![b'['; 3 << 20]), Refused),
        odd("JSON 100,000 deep", post("/oauth/register", JSON, objects.as_bytes()), Refused),
        odd("JSON 2,000 deep", post("/oauth/register", JSON, small.as_bytes()), Refused),
        odd("JSON that is no text", post("/oauth/register", JSON, b"{\"user_id\":\"\xff\xfe\"}"), Refused),
        odd(
            "JSON with NUL",
            post("/oauth/register", JSON, b"{\"user_id\":\"\\u0000\",\"password\":\"\\u0000\"}"),
            Refused,
        ),
        odd("JSON with half a pair", post("/oauth/register", JSON, b"{\"user_id\":\"\\ud800\"}"), Refused),
        odd("10,000 fields", post("/oauth/token", FORM, fields.as_bytes()), Refused),
        odd("3 MB of form", post("/oauth/introspect", FORM, &vec![b'a'; 3 << 20]), Refused),
        odd("a form that is no text", post("/oauth/introspect", FORM, b"token=\xff"), Refused),
        odd(
            "a proof of 60 KB",
            post("/oauth/token", &format!("{FORM}dpop: {}\r\n", "e".repeat(60_000)), b"a=1"),
            Refused,
        ),
        odd(
            "a name without a password",
            post("/oauth/introspect", &format!("{FORM}authorization: Basic !!!\r\n"), b"token=x"),
            Refused,
        ),
    ]
}

fn faults_odd_requests_are_refused_and_leave_nothing(app: &TestApp) {
    let server = Server::start(&app.place);
    let config = server.config();
    let host = |url: &str| url.trim_start_matches("http://").replace("localhost", "127.0.0.1");
    let sites = [
        (host(&config.portal_url), of_pages()),
        (host(&config.admin_url), of_pages()),
        (host(&config.device_api_url), of_api()),
    ];
    let mut asked = 0;
    let mut round = || {
        for (site, own) in &sites {
            for one in of_http().iter().chain(own) {
                let status = answer(site, one);
                let good = match one.due {
                    Due::Refused => status.is_some_and(|status| (400..500).contains(&status)),
                    Due::NoFault => status.is_none_or(|status| status < 500),
                };
                assert!(good, "{} → {site}: {status:?}\n{}", one.what, server.log_tail());
                asked += 1;
            }
        }
    };
    // What is made once is made now.
    round();
    round();
    let before = resident(&server);
    for _ in 0..short_or_long(5, 100) {
        round();
    }
    let growth = resident(&server).saturating_sub(before);
    assert!(growth < MOST_GROWTH, "{} MB more", growth >> 20);
    let log = server.log();
    assert!(!log.lines().any(|line| line.contains("panicked")), "{}", server.log_tail());
    let kinds = of_http().len() + of_pages().len() + of_api().len();
    report::note(
        app,
        Row {
            number: 24,
            provoked: PROVOKED,
            seen: format!(
                "{kinds} kinds, {asked} requests: each refused with 4xx or closed, none answered 5xx, no panic"
            ),
            lost: format!("Nothing: memory grew by {} MB", growth >> 20),
            normal_after: Duration::ZERO,
        },
    );
}

/// As [`ask`], again where an answer is due and none came: with bytes of the request yet
/// unread, the end of the connection is a reset, which may overtake the answer.
fn answer(site: &str, one: &Odd) -> Option<u16> {
    let tries = if one.due == Due::Refused { 5 } else { 1 };
    (0..tries).find_map(|_| ask(site, &one.bytes))
}

/// Sends it as it stands; the status of the answer, if it is one.
fn ask(site: &str, bytes: &[u8]) -> Option<u16> {
    let mut line = TcpStream::connect(site).expect("connects");
    line.set_read_timeout(Some(PATIENCE)).expect("set");
    line.set_write_timeout(Some(PATIENCE)).expect("set");
    // Who is refused is answered before the end.
    let _ = line.write_all(bytes);
    let _ = line.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let mut buffer = [0; 8192];
    while let Ok(read @ 1..) = line.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&answer).strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// Bytes.
fn resident(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("our process");
    let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("Linux tells it");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).expect("a number") << 10
}
