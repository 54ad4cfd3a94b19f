//! Clients that send or read as slowly as they can, many at once: each is cut off in
//! its time, and pages and checks go on meanwhile.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use uketsuke_web::patience::Patience;

use super::checks::{self, Outcome};
use super::report::{self, Row};
use super::short_or_long;
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::device::{Device, Service, reveal_nth};
use crate::support::harness::{Needs, tests};
use crate::support::people::{AOZORA, SAKURA, begin};

tests! {
    needs Needs::Calm;
    faults_slow_clients_are_cut_off_while_pages_and_checks_go_on on Postgres,
}

const PROVOKED: &str = "Hundreds of connections at once: silent, half a head, a head or a body that comes by single bytes, a body \
     that never comes, an upload that drips, a download that nobody reads";

/// As in production, but for seconds instead of minutes.
const QUICK: Patience = Patience {
    head: Duration::from_secs(1),
    piece: Duration::from_secs(1),
    form: Duration::from_secs(3),
    question: Duration::from_secs(2),
    upload: Duration::from_secs(3),
    unread: Duration::from_secs(2),
    answer: Duration::from_secs(3),
    ..Patience::STANDARD
};
/// After its limit a connection is gone in this time: the answer that says so, and five
/// seconds for the other side to close.
const CLOSING: Duration = Duration::from_secs(8);
/// Between two single bytes.
const DRIP: Duration = Duration::from_millis(300);
/// Longer than any limit.
const AGES: Duration = Duration::from_secs(40);
/// More than the buffers of both systems hold.
const DOWNLOAD: usize = 40 << 20;
const LABEL: &str = "受領委任承諾通知書";

/// A way to be slow.
struct Way {
    what: &'static str,
    address: String,
    /// Sent at once.
    first: String,
    /// Sent by single bytes afterwards.
    drips: &'static str,
    /// Within this time the program has had enough.
    limit: Duration,
    reads: bool,
}

fn faults_slow_clients_are_cut_off_while_pages_and_checks_go_on(other: &TestApp) {
    let app = TestApp::start_changed(&other.place, &[], |parts| parts.patience = QUICK);
    let mut facility = app.with_master().approved(SAKURA, "hanako@example.jp", 2);
    let settings = reveal_nth(&mut facility, SAKURA, 0);
    let mut device = Device::new(&app);
    assert_eq!(device.register(&settings).status, 201);
    let (service, token) = (Service::new(&app), device.fresh_token());
    let mut person = app.signed_in(AOZORA, "aozora@example.jp");
    let download = upload_of(&mut person, DOWNLOAD);

    let ways = ways(&app, &person, &download);
    let each = short_or_long(30, 150);
    let over = AtomicBool::new(false);
    let (cut, seen, pages) = thread::scope(|scope| {
        let asking = scope.spawn(|| {
            checks::at_rate(100, 4, &over, |_, _| match service.try_check(&token) {
                Ok(answer) if answer.status == 200 && answer.json()["active"] == true => Outcome::Active,
                Ok(answer) if answer.status == 200 => Outcome::Inactive,
                Ok(_) => Outcome::Unavailable,
                Err(_) => Outcome::Lost,
            })
        });
        let reading = scope.spawn(|| read_pages(&app, &over));
        let slow: Vec<_> = (0..each).flat_map(|_| &ways).map(|way| (way, scope.spawn(|| endure(way)))).collect();
        let cut: Vec<_> =
            slow.into_iter().map(|(way, one)| (way, one.join().expect("no panic").saturating_sub(way.limit))).collect();
        over.store(true, Ordering::SeqCst);
        (cut, asking.join().expect("no panic"), reading.join().expect("no panic"))
    });
    for (way, after) in &cut {
        assert!(*after < CLOSING, "{}: {after:?} after its limit", way.what);
    }
    assert_eq!(seen.failed(), 0, "{seen}");
    assert!(seen.0.iter().all(|check| check.first == Outcome::Active), "{seen}");
    assert!(pages.0 > 0 && pages.1 < Duration::from_secs(5), "{pages:?}");
    let lasted = seen.0.iter().map(|check| check.due).max().unwrap_or_default();
    let latest = cut.iter().map(|(_, after)| *after).max().unwrap_or_default();
    report::note(
        other,
        Row {
            number: 23,
            provoked: PROVOKED,
            seen: format!(
                "Of {} connections all were cut off, at most {:.1} s after their limit; in {:.0} s {} pages were read, the slowest \
                 in {:.1} s; {seen}",
                cut.len(),
                latest.as_secs_f64(),
                lasted.as_secs_f64(),
                pages.0,
                pages.1.as_secs_f64()
            ),
            lost: "Nothing: every check was answered rightly at the first try, and no file of an upload that dripped is left".to_owned(),
            normal_after: Duration::ZERO,
        },
    );
    assert_eq!(app.read(evidence_rows), 1);
    app.run_jobs();
    app.finish();
}

fn evidence_rows(c: &mut uketsuke_core::db::Conn) -> uketsuke_core::error::Result<i64> {
    use diesel::prelude::*;
    Ok(uketsuke_core::schema::evidence::table.count().get_result(c)?)
}

/// Attaches a file of this size; answers its address.
fn upload_of(person: &mut Browser, bytes: usize) -> String {
    begin(person, "書類を添付");
    let head = "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n";
    let tail =
        "2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
    let file = [head.as_bytes(), &vec![b' '; bytes], tail.as_bytes()].concat();
    person.attach(LABEL, "大きい.pdf", &file).press("ファイルを送る").expect("大きい.pdf");
    person.page().link("大きい.pdf")
}

fn ways(app: &TestApp, person: &Browser, download: &str) -> Vec<Way> {
    let host = |url: &str| url.trim_start_matches("http://").replace("localhost", "127.0.0.1");
    let (portal, api) = (host(&app.parts.config.portal_url), host(app.device_api()));
    let way = |what, address: &str, first: String, drips, limit| Way {
        what,
        address: address.to_owned(),
        first,
        drips,
        limit,
        reads: true,
    };
    let cookies = person.cookie_header();
    let head = "GET / HTTP/1.1\r\nhost: localhost\r\n";
    let form = "POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                content-length: 1000\r\n\r\n";
    let check = form.replace("/login", "/oauth/introspect");
    let part =
        |name: &str, value: &str| format!("--drip\r\ncontent-disposition: form-data; name=\"{name}\"{value}\r\n\r\n");
    let upload = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookies}\r\ncontent-type: multipart/form-data; boundary=drip\r\n\
         content-length: 100000\r\n\r\n{}{}\r\n{}%PDF-1.7\n",
        person.page().path,
        part("csrf_token", ""),
        person.token(),
        part("evidence", "; filename=\"drip.pdf\"")
    );
    let unread = format!("GET {download} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookies}\r\n\r\n");
    vec![
        way("silent", &portal, String::new(), "", QUICK.head),
        way("silent at the device API", &api, String::new(), "", QUICK.head),
        way("half a head", &portal, head.to_owned(), "", QUICK.head),
        way("a head by single bytes", &portal, head.to_owned(), "x", QUICK.head),
        way("a form that never comes", &portal, form.to_owned(), "", QUICK.piece),
        way("a form by single bytes", &portal, form.to_owned(), "x", QUICK.form),
        way("a question that never comes", &api, check.clone(), "", QUICK.question),
        way("a question by single bytes", &api, check, "x", QUICK.question),
        way("an upload by single bytes", &portal, upload, "x", QUICK.upload),
        Way { reads: false, ..way("a download that nobody reads", &portal, unread, "", QUICK.unread) },
    ]
}

/// Is slow until it is cut off; answers how long that took.
fn endure(way: &Way) -> Duration {
    let mut line = TcpStream::connect(&way.address).expect("connects");
    let began = Instant::now();
    let _ = line.write_all(way.first.as_bytes());
    if !way.reads {
        return unread(way, line);
    }
    line.set_read_timeout(Some(DRIP)).expect("set");
    let mut buffer = [0; 4096];
    while began.elapsed() < AGES {
        match line.read(&mut buffer) {
            Ok(0) => return began.elapsed(),
            Ok(_) => continue,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return began.elapsed(),
        }
        if line.write_all(way.drips.as_bytes()).is_err() {
            return began.elapsed();
        }
    }
    panic!("{}: still there after {:?}", way.what, began.elapsed());
}

/// Takes nothing of an answer until its time is over, and then finds that it ends early.
fn unread(way: &Way, mut line: TcpStream) -> Duration {
    // The waiting is what is done to the program.
    thread::sleep(way.limit + CLOSING / 2);
    line.set_read_timeout(Some(Duration::from_secs(5))).expect("set");
    let (began, mut taken, mut buffer) = (Instant::now(), 0, vec![0; 1 << 20]);
    loop {
        match line.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => taken += read,
            Err(error) => {
                let gone = !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                assert!(gone, "{}: still there", way.what);
                break;
            }
        }
    }
    assert!(taken < DOWNLOAD, "{}: {taken} bytes came: it was not cut off", way.what);
    way.limit + CLOSING / 2 + began.elapsed()
}

/// Reads pages like people who notice nothing; how many, and how long the slowest took.
fn read_pages(app: &TestApp, over: &AtomicBool) -> (usize, Duration) {
    let (mut count, mut slowest) = (0, Duration::ZERO);
    while !over.load(Ordering::SeqCst) {
        let mut browser = app.portal();
        let began = Instant::now();
        let answer = browser.send(Method::GET, "/login", &[], &[]);
        assert_eq!(answer.status, 200);
        (count, slowest) = (count + 1, slowest.max(began.elapsed()));
        thread::sleep(Duration::from_millis(50));
    }
    (count, slowest)
}
