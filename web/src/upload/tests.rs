//! Uploads that go well and badly: through a stream, and over a real connection
//! where it matters what the sender claims.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use actix_web::web::Data;
use actix_web::{HttpResponse, HttpServer, web};
use futures_util::stream;
use uketsuke_core::secret::Keyring;

use super::*;
use crate::site::{Face, PORTAL_COOKIES, Site, Sites};
use crate::{page, server};

const SESSION: &str = "0123456789012345678901234567890123456789abc";
const BOUNDARY: &str = "----uketsuke";

fn site() -> Site {
    Site {
        name: page::SITE_OMF,
        origin: "http://localhost".into(),
        keyring: Arc::new(Keyring::from_master("a", &[1; 32])),
        trusted_proxies: vec![],
        phone: String::new(),
        cookies: PORTAL_COOKIES,
        face: Face::Pages,
    }
}

fn token(site: &Site) -> String {
    csrf::token(&site.keyring, SESSION)
}

fn text_part(name: &str, value: &str) -> Vec<u8> {
    format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
}

fn file_head(name: &str) -> Vec<u8> {
    let name = format!("name=\"evidence\"; filename=\"{name}\"");
    format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {name}\r\nContent-Type: application/pdf\r\n\r\n")
        .into_bytes()
}

/// What ends a form after a file.
fn end() -> Vec<u8> {
    [b"\r\n".to_vec(), last()].concat()
}

/// What ends a form after a text.
fn last() -> Vec<u8> {
    format!("--{BOUNDARY}--\r\n").into_bytes()
}

/// A whole form: token, one more field, the file.
fn form(token: &str, name: &str, content: &[u8]) -> Vec<u8> {
    [text_part(csrf::FIELD, token), text_part("step", "3"), file_head(name), content.to_vec(), end()].concat()
}

struct Desk {
    site: Site,
    storage: Storage,
    folder: tempfile::TempDir,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = Storage::local(folder.path()).expect("a store");
    Desk { site: site(), storage, folder }
}

impl Desk {
    /// Sends a body in pieces; an `Err` among them is the connection breaking.
    async fn send(&self, pieces: Vec<Result<Vec<u8>, PayloadError>>) -> Result<Uploaded, UploadFault> {
        self.send_stream(stream::iter(pieces.into_iter().map(|piece| piece.map(Bytes::from)))).await
    }

    async fn send_stream(
        &self,
        body: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
    ) -> Result<Uploaded, UploadFault> {
        let request = TestRequest::post()
            .app_data(Data::new(Sites::from(self.site.clone())))
            .cookie(actix_web::cookie::Cookie::new("portal", SESSION))
            .insert_header(("content-type", format!("multipart/form-data; boundary={BOUNDARY}")))
            .to_http_request();
        let body: std::pin::Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(body);
        receive_body(&request, Payload::from(body), &self.storage, "evidence").await
    }

    fn staged(&self) -> usize {
        count(&self.folder.path().join("staging"))
    }
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("there").count()
}

#[actix_web::test]
async fn a_form_with_a_file_is_read_whatever_the_pieces() {
    let desk = desk();
    let content: Vec<u8> = (0..100_000_u32).map(|n| n as u8).collect();
    let body = form(&token(&desk.site), "通知書.pdf", &content);
    for size in [1_000, 65_536, usize::MAX] {
        let pieces = body.chunks(size.min(body.len())).map(|piece| Ok(piece.to_vec())).collect();
        let uploaded = desk.send(pieces).await.expect("read");
        assert_eq!((uploaded.file_name.as_str(), uploaded.fields.get("step")), ("通知書.pdf", "3"));
        assert_eq!(std::fs::read(uploaded.content.path()).expect("readable"), content);
    }
    assert_eq!(desk.staged(), 0, "dropped is gone");
}

#[actix_web::test]
async fn what_is_wrong_is_told_apart_and_leaves_nothing() {
    let desk = desk();
    let good = token(&desk.site);
    let other = csrf::token(&desk.site.keyring, "somebody else");
    let untold = [file_head("a.pdf"), b"%PDF".to_vec(), end()].concat();
    let late = [file_head("a.pdf"), b"%PDF\r\n".to_vec(), text_part(csrf::FIELD, &good), last()].concat();
    let twice =
        [text_part(csrf::FIELD, &good), file_head("a"), b"1\r\n".to_vec(), file_head("b"), b"2".to_vec(), end()];
    let long = [text_part(csrf::FIELD, &good), text_part("x", &"x".repeat(TEXT_BYTES + 1)), last()].concat();
    let many = [vec![text_part(csrf::FIELD, &good)], vec![text_part("x", "x"); MOST_TEXTS + 1], vec![last()]].concat();
    type Expected = fn(&UploadFault) -> bool;
    let cases: Vec<(&str, Vec<u8>, Expected)> = vec![
        ("no file", form(&good, "", b""), |f| matches!(f, UploadFault::Missing(_))),
        ("no file part", [text_part(csrf::FIELD, &good), last()].concat(), |f| matches!(f, UploadFault::Missing(_))),
        ("empty", form(&good, "a.pdf", b""), |f| matches!(f, UploadFault::Empty)),
        ("no token", untold, |f| matches!(f, UploadFault::Forged)),
        ("another's token", form(&other, "a.pdf", b"%PDF"), |f| matches!(f, UploadFault::Forged)),
        ("token too late", late, |f| matches!(f, UploadFault::Forged)),
        ("two files", twice.concat(), |f| matches!(f, UploadFault::Unreadable)),
        ("endless field", long, |f| matches!(f, UploadFault::Unreadable)),
        ("endless fields", many.concat(), |f| matches!(f, UploadFault::Unreadable)),
        ("no form at all", b"hello".to_vec(), |f| matches!(f, UploadFault::Unreadable | UploadFault::CutOff)),
        ("nothing", Vec::new(), |f| matches!(f, UploadFault::CutOff | UploadFault::Forged)),
    ];
    for (what, body, expected) in cases {
        let fault = desk.send(vec![Ok(body)]).await.expect_err(what);
        assert!(expected(&fault), "{what}: {fault:?}");
        assert_eq!(desk.staged(), 0, "{what}");
    }
}

#[actix_web::test]
async fn a_body_cut_off_anywhere_leaves_nothing() {
    let desk = desk();
    let body = form(&token(&desk.site), "a.pdf", &[7; 300_000]);
    for at in [10, 200, 400, 1_000, 200_000, 300_000] {
        let whole_piece = desk.send(vec![Ok(body[..at].to_vec())]).await;
        assert!(whole_piece.is_err(), "{at}");
        let broken = vec![Ok(body[..at].to_vec()), Err(PayloadError::Incomplete(None))];
        assert!(matches!(desk.send(broken).await, Err(UploadFault::CutOff)), "{at}");
        assert_eq!(desk.staged(), 0, "{at}");
    }
}

/// The body of a file of `bytes`, made as it is read.
fn endless(head: Vec<u8>, bytes: u64) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
    let piece = Bytes::from(vec![b'x'; 64 * 1024]);
    let last = stream::iter([Ok(Bytes::from(vec![b'x'; (bytes % (64 * 1024)) as usize])), Ok(Bytes::from(end()))]);
    let pieces = stream::iter((0..bytes / (64 * 1024)).map(move |_| Ok(piece.clone())));
    Box::pin(stream::iter([Ok(Bytes::from(head))]).chain(pieces).chain(last))
}

#[actix_web::test]
async fn a_hundred_megabytes_fit_and_one_byte_more_does_not() {
    let desk = desk();
    let head = || [text_part(csrf::FIELD, &token(&desk.site)), file_head("a.pdf")].concat();
    let uploaded = desk.send_stream(endless(head(), MAX_FILE_BYTES)).await.expect("fits");
    assert_eq!(uploaded.content.size_bytes(), MAX_FILE_BYTES);
    drop(uploaded);
    let over = desk.send_stream(endless(head(), MAX_FILE_BYTES + 1)).await;
    assert!(
        matches!(over, Err(UploadFault::TooLarge { size_bytes: Some(bytes), read_to_end: true }) if bytes > MAX_FILE_BYTES),
        "{over:?}"
    );
    assert_eq!(desk.staged(), 0);
}

#[actix_web::test]
async fn what_never_ends_is_not_read_for_ever() {
    let desk = desk();
    let head = [text_part(csrf::FIELD, &token(&desk.site)), file_head("a.pdf")].concat();
    let fault = desk.send_stream(endless(head, MAX_FILE_BYTES * 50)).await.expect_err("too large");
    assert!(matches!(fault, UploadFault::TooLarge { size_bytes: None, read_to_end: false }), "{fault:?}");
    assert_eq!(desk.staged(), 0);
}

#[actix_web::test]
async fn who_stops_sending_or_sends_too_slowly_is_given_up() {
    tokio::time::pause();
    let desk = desk();
    let head = [text_part(csrf::FIELD, &token(&desk.site)), file_head("a.pdf")].concat();
    let silent = stream::iter([Ok(Bytes::from(head.clone()))]).chain(stream::pending());
    assert!(matches!(desk.send_stream(Box::pin(silent)).await, Err(UploadFault::CutOff)));
    let drops = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(9)).await;
        Some((Ok(Bytes::from_static(b"x")), ()))
    });
    let dripping = stream::iter([Ok(Bytes::from(head))]).chain(drops);
    let began = Instant::now();
    assert!(matches!(desk.send_stream(Box::pin(dripping)).await, Err(UploadFault::CutOff)));
    assert!(began.elapsed() < Duration::from_secs(90));
    assert_eq!(desk.staged(), 0);
}

/// Serves one upload address, and gives what came of each over a real connection.
fn serve(folder: &Path) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    let storage = Storage::local(folder).expect("a store");
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let make = move || {
                let storage = storage.clone();
                let take = move |request: HttpRequest, payload: web::Payload| {
                    let storage = storage.clone();
                    async move {
                        match receive(&request, payload, &storage, "evidence").await {
                            Ok(file) => HttpResponse::Ok().body(format!("{} bytes", file.content.size_bytes())),
                            Err(fault) => HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY)
                                .content_type("text/html")
                                .body(format!("{fault:?}")),
                        }
                    }
                };
                server::app(Data::new(site().into()), move |config| {
                    config.service(web::resource("/up").route(web::post().to(take)));
                })
            };
            HttpServer::new(make).workers(1).disable_signals().listen(listener).expect("listens").run().await
        })
    });
    address
}

/// Sends a request as it stands and reads the answer until the server closes.
fn talk(address: std::net::SocketAddr, length: &str, body: &[u8], close: bool) -> String {
    let mut stream = TcpStream::connect(address).expect("connects");
    let head = format!(
        "POST /up HTTP/1.1\r\nHost: localhost\r\nCookie: portal={SESSION}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let _ = stream.write_all(body);
    if close {
        // A server that refused what it saw has closed before.
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[::core::prelude::v1::test]
fn a_lying_length_gets_nothing_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = serve(folder.path());
    let body = form(&token(&site()), "a.pdf", &[7; 50_000]);
    let honest = talk(address, &format!("Content-Length: {}", body.len()), &body, false);
    assert!(honest.contains("50000 bytes"), "{honest}");
    let chunked: Vec<u8> = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    assert!(talk(address, "Transfer-Encoding: chunked", &chunked, false).contains("50000 bytes"));

    let short = talk(address, "Content-Length: 30000", &body, true);
    assert!(short.contains("CutOff"), "{short}");
    let long = talk(address, &format!("Content-Length: {}", body.len() + 10_000), &body, true);
    assert!(!long.contains("bytes"), "{long}");
    let huge = talk(address, "Content-Length: 99999999999", &body, true);
    assert!(huge.contains("TooLarge") && huge.contains("read_to_end: false"), "{huge}");
    let both = talk(address, "Content-Length: 10\r\nTransfer-Encoding: chunked", &chunked, true);
    assert!(both.starts_with("HTTP/1.1 400"), "{both}");
    assert_eq!(count(&folder.path().join("staging")), 0);
    assert_eq!(count(&folder.path().join("evidence")), 0);
}
