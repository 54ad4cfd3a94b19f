//! Files in a real object store: sent, reviewed and taken off through the pages as
//! from a folder; and what people see while the store is away, silent, or breaks off.

use std::net::ToSocketAddrs;
use std::path::PathBuf;

use actix_web::http::Method;
use chrono::Duration;
use uketsuke_core::retention;
use uketsuke_core::storage::place::{Bucket, StoragePlace};
use uketsuke_core::storage::{Area, Storage};
use url::Url;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::{Needs, tests};
use crate::support::line::{Line, Mode};
use crate::support::page::Page;
use crate::support::people::{SAKURA, TSUBAKI, application_path, apply_by_documents, begin};

tests! {
    needs Needs::Variable(SERVER);
    files_go_to_the_object_store_and_come_back,
    while_the_object_store_fails_people_are_told_and_nothing_is_left,
    what_is_past_its_term_leaves_the_object_store,
}

pub const SERVER: &str = "UKETSUKE_TEST_S3_URL";
const FOLDER: &str = "UKETSUKE_TEST_S3_FOLDER";
/// The keys that the server was started with, both the same.
const KEY: &str = "uketsuke-tests";
pub const LABEL: &str = "受領委任承諾通知書";

fn bucket() -> Bucket {
    let url = std::env::var(SERVER).expect("set by tests/run");
    match StoragePlace::parse(&url) {
        Ok(StoragePlace::Bucket(bucket)) => bucket,
        other => panic!("{SERVER}: {other:?}"),
    }
}

/// An installation that keeps its files in the store, and the line between them.
pub struct Installation {
    pub app: TestApp,
    pub line: Line,
    /// The prefix of its keys.
    name: String,
}

impl Installation {
    /// Beside `other`, on the same kind of database.
    pub fn beside(other: &TestApp) -> Self {
        let bucket = bucket();
        let url = Url::parse(bucket.endpoint.as_deref().expect("a store of the tests")).expect("an address");
        let server = (url.host_str().expect("a host"), url.port().expect("a port"));
        let line = Line::to(server.to_socket_addrs().expect("known").next().expect("an address"));
        let moment = uketsuke_core::clock::Clock::System.now().timestamp_micros();
        let prefix = format!("{}-{moment}", other.place.name());
        let place = format!("s3://{}/{prefix}?endpoint=http://{}", bucket.name, line.address);
        let staging = tempfile::tempdir().expect("a folder").keep();
        let staging = staging.to_str().expect("plain");
        let more = [
            ("UKETSUKE_EVIDENCE", place.as_str()),
            ("UKETSUKE_S3_ACCESS_KEY", KEY),
            ("UKETSUKE_S3_SECRET_KEY", KEY),
            ("UKETSUKE_STAGING_DIR", staging),
        ];
        Self { app: TestApp::start_with(&other.place, &more), line, name: prefix }
    }

    /// A person at the step of files.
    pub fn at_files(&self) -> Browser {
        let mut person = self.app.with_master().signed_in(SAKURA, "hanako@example.jp");
        begin(&mut person, "書類を添付");
        person
    }

    pub fn objects(&self) -> usize {
        // A client of its own: a connection that is opened here is driven no longer than one
        // waits here, and the program's own client would take it for one of its own.
        let config = &self.app.parts.config;
        let StoragePlace::Bucket(bucket) = &config.evidence else { panic!("it keeps its files in a bucket") };
        let storage = Storage::bucket(bucket, &config.bucket_keys, &config.staging_dir).expect("a store");
        Area::ALL.iter().map(|area| self.app.wait(storage.list(*area, None, 100)).expect("listed").len()).sum()
    }

    /// What lies in the store's own folder of this installation: whole files, and
    /// parts of such that broke off. Its own bytes tell whose a part is.
    pub fn on_its_disk(&self) -> (usize, usize) {
        let root = PathBuf::from(std::env::var(FOLDER).expect("set by tests/run"));
        let (mut whole, mut parts, mut folders) = (0, 0, vec![root]);
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.to_string_lossy().contains(&format!("/{}/", self.name)) {
                    whole += 1;
                } else if std::fs::read(&path).is_ok_and(|part| part.starts_with(self.mark().as_bytes())) {
                    parts += 1;
                }
            }
        }
        (whole, parts)
    }

    fn mark(&self) -> String {
        format!("%PDF-1.7\n% {}\n", self.name)
    }

    /// A file that a reader of PDF files takes for one.
    pub fn pdf(&self, bytes: usize) -> Vec<u8> {
        let head = self.mark() + "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n";
        let tail =
            "2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
        let padding = vec![b' '; bytes.saturating_sub(head.len() + tail.len())];
        [head.as_bytes(), &padding, tail.as_bytes()].concat()
    }

    pub fn end(self) {
        self.app.run_jobs();
        self.app.finish();
    }

    pub fn staged(&self) -> usize {
        std::fs::read_dir(&self.app.parts.config.staging_dir).expect("readable").count()
    }
}

pub const MEGABYTE: usize = 1024 * 1024;

fn files_go_to_the_object_store_and_come_back(other: &TestApp) {
    let installation = Installation::beside(other);
    let mut person = installation.at_files();
    let large = installation.pdf(17 * MEGABYTE);
    person.attach(LABEL, "大きい.pdf", &large).press("ファイルを送る").expect("大きい.pdf");
    person.attach(LABEL, "写真.png", uketsuke::demo::cast::NOTICE).press("ファイルを送る").expect("写真.png");
    assert_eq!((installation.objects(), installation.staged()), (3, 0), "two files and a small picture");
    assert_eq!(installation.on_its_disk(), (3, 0));
    let href = person.page().link("大きい.pdf");
    let saved = person.send(Method::GET, &href, &[], &[]);
    assert!(saved.status == 200 && saved.body == large);
    let src = person.page().attributes("img.preview", "src").remove(0);
    assert!(person.send(Method::GET, &src, &[], &[]).body.starts_with(b"\x89PNG"));
    installation.end();
}

fn while_the_object_store_fails_people_are_told_and_nothing_is_left(other: &TestApp) {
    let installation = Installation::beside(other);
    let mut person = installation.at_files();
    let large = installation.pdf(17 * MEGABYTE);
    let told = |page: &Page, what: &str| {
        assert_eq!((page.status, page.h1().as_str()), (503, "書類の添付"), "{what}");
        page.expect("いまはファイルを保存できません。数分おいてから、もう一度選んでください");
        page.expect("まだ添付されていません");
    };
    let small = installation.pdf(2_000);
    installation.line.set(Mode::Cut);
    told(person.attach(LABEL, "通知書.pdf", &small).press("ファイルを送る"), "the store is away");
    installation.line.set(Mode::Open);
    installation.line.break_after(11 * MEGABYTE as u64, 2);
    told(person.attach(LABEL, "大きい.pdf", &large).press("ファイルを送る"), "the line breaks, and once more");
    assert_eq!(installation.on_its_disk(), (0, 0), "what had been sent was aborted");
    installation.line.break_after(11 * MEGABYTE as u64, 1);
    // The part that was cut is sent once more: the person notices nothing.
    person.attach(LABEL, "大きい.pdf", &large).press("ファイルを送る").expect("大きい.pdf");
    let href = person.page().link("大きい.pdf");
    installation.line.set(Mode::Cut);
    assert_eq!(person.send(Method::GET, &href, &[], &[]).status, 503, "it cannot be read now");
    installation.line.set(Mode::Open);
    assert!(person.send(Method::GET, &href, &[], &[]).body == large);
    assert_eq!((installation.on_its_disk(), installation.staged()), ((1, 0), 0));
    installation.end();
}

fn what_is_past_its_term_leaves_the_object_store(other: &TestApp) {
    let installation = Installation::beside(other);
    let app = installation.app.with_master();
    for (place, email) in [(SAKURA, "hanako@example.jp"), (TSUBAKI, "jiro@example.jp")] {
        let mut person = app.signed_in(place, email);
        apply_by_documents(&mut person, "2", "2");
        person.open(&application_path(&person)).expect("承諾通知書.png");
        person.follow("申請を取り下げる");
        person.press("申請を取り下げる").expect("取下げ");
        app.run_jobs();
        app.later(Duration::days(1));
    }
    assert_eq!(installation.objects(), 4, "of each a file and its small picture");
    let found = || {
        let config = &app.parts.config;
        app.wait(retention::check(&app.parts.db, &app.parts.storage, &config.retention)).expect("both can be read")
    };

    // The first one's term ends.
    app.later(Duration::days(1823));
    app.run_periodic("erase_past_terms");
    assert_eq!((installation.on_its_disk(), found().nameless.len()), ((2, 0), 0));

    // The second one's, while the store is away: no page opens it any more, and who
    // asks is told what still lies there, until the sweep has taken it.
    app.later(Duration::days(1));
    installation.line.set(Mode::Cut);
    app.run_periodic("erase_past_terms");
    installation.line.set(Mode::Open);
    assert_eq!((installation.on_its_disk(), found().nameless.len()), ((2, 0), 2));
    app.run_periodic("delete_unneeded_files");
    assert_eq!((installation.on_its_disk(), found().nameless.len()), ((0, 0), 0));
    installation.end();
}
