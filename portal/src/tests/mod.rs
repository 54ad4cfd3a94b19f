//! The account pages as people use them, through the real application: cookies
//! kept, forms sent as the page shows them, bad input in every field.

mod account;
mod bad_input;
mod content;
mod inquiries;
mod installed;
mod login;
mod lookup;
mod registration;
mod registration_elsewhere;
mod sheet;
mod sites;
mod walk;

use std::collections::BTreeMap;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{HOST, HeaderMap, LOCATION};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use uketsuke_core::account::mail::{Activation, PasswordReset};
use uketsuke_core::config::Config;
use uketsuke_core::db::{Actor, Conn, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::evidence::Viewer;
use uketsuke_core::evidence::viewer::opener::Opener;
use uketsuke_core::mail::Letter;
use uketsuke_core::storage::Storage;
use uketsuke_core::testing::{self, OFFICE, TestDb, hasher, keyring, test_db};
use uketsuke_web::csrf;
use uketsuke_web::page::{SITE_CSM, SITE_OMF};
use uketsuke_web::site::{Face, PORTAL_COOKIES, Site, Sites};

use crate::announced::Announcements;
use crate::{Portal, configure};

const EMAIL: &str = "taro@example.jp";
const PASSWORD: &str = "Kz7mQp2w";
/// The hosts of the two sites.
const OMF: &str = "portal.example";
const CSM: &str = "csm.example";

/// A portal over a database of its own, with one office in the master.
struct World {
    db: TestDb,
    portal: Data<Portal>,
    sites: Data<Sites>,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let db = test_db();
        db.write_blocking(Actor::system(), |tx| testing::add_facility(tx, OFFICE)).expect("an office");
        let folder = tempfile::TempDir::new().expect("a folder");
        let portal = Portal {
            db: db.db.clone(),
            keyring: keyring(),
            hasher: hasher(),
            storage: Storage::local(folder.path()).expect("a store"),
            viewer: Viewer::new(Opener::Here, None),
            config: Config::from_lookup(|_| None).expect("the defaults").into(),
            procedures: Default::default(),
            announced: Announcements::new(&db),
        };
        let site = Site {
            name: SITE_OMF,
            origin: "https://portal.example".into(),
            keyring: keyring(),
            trusted_proxies: Vec::new(),
            phone: "0120-000-000".into(),
            cookies: PORTAL_COOKIES,
            face: Face::Pages,
        };
        Self { db, portal: Data::new(portal), sites: Data::new(site.into()), _folder: folder }
    }

    fn visitor(&self) -> Browser<'_> {
        self.visitor_at(OMF)
    }

    /// A visitor at the address of one of two sites.
    fn visitor_at(&self, host: &'static str) -> Browser<'_> {
        Browser { world: self, host, cookies: BTreeMap::new() }
    }

    /// The same world with the second site at an address of its own.
    fn with_two_addresses() -> Self {
        let world = Self::new();
        let omf = world.sites.first().clone();
        let csm = Site { name: SITE_CSM, origin: format!("https://{CSM}"), ..omf.clone() };
        Self { sites: Data::new(Sites::from(omf).and(csm)), ..world }
    }

    fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        self.db.read_blocking(work).expect("read")
    }

    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.db.write_blocking(Actor::system(), work).expect("written")
    }

    fn letters(&self) -> Vec<String> {
        self.read(testing::letters).into_iter().map(|(name, _)| name).collect()
    }

    /// The path of the link in the last letter of this kind.
    fn link<L: Letter>(&self) -> String {
        let letter = self.write(testing::compose_last::<L>).expect("a letter");
        let link = letter.body.lines().find(|line| line.starts_with("https://portal.example/")).expect("a link");
        link.strip_prefix("https://portal.example").expect("our address").to_owned()
    }

    fn activation_link(&self) -> String {
        self.link::<Activation>()
    }

    fn reset_link(&self) -> String {
        self.link::<PasswordReset>()
    }

    /// Registers and activates through the pages.
    async fn register(&self, email: &str) {
        let mut browser = self.visitor();
        browser.register(email).await;
        let link = self.activation_link();
        assert_eq!(browser.post(&link, &[]).await.location, "/activate/done");
    }

    /// Registers, activates and logs in through the pages.
    async fn signed_in(&self, email: &str) -> Browser<'_> {
        self.register(email).await;
        let mut browser = self.visitor();
        assert_eq!(browser.log_in(email, PASSWORD).await.location, "/home");
        browser
    }
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    location: String,
    headers: HeaderMap,
    html: String,
    body: Vec<u8>,
}

impl Answer {
    fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }
}

/// A browser: keeps cookies, and sends the token that belongs to them.
struct Browser<'w> {
    world: &'w World,
    host: &'static str,
    cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    async fn get(&mut self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Sends a form as a page would: with the token of this browser's cookies.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        if self.cookies.is_empty() {
            self.get("/login").await;
        }
        let tie = ["__Host-portal", "__Host-visitor"].iter().find_map(|name| self.cookies.get(*name));
        let token = csrf::token(&self.world.sites.first().keyring, tie.expect("a cookie"));
        let mut form = vec![(csrf::FIELD, token.as_str())];
        form.extend_from_slice(fields);
        self.send(TestRequest::post().uri(path).set_form(form)).await
    }

    async fn send(&mut self, request: TestRequest) -> Answer {
        let mut request = request.insert_header((HOST, self.host));
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        let portal = self.world.portal.clone();
        let app = uketsuke_web::server::app(self.world.sites.clone(), |c| configure(c, portal));
        let app = init_service(app).await;
        let answer = call_service(&app, request.to_request()).await;
        for cookie in answer.response().cookies() {
            match cookie.value() {
                "" => self.cookies.remove(cookie.name()),
                value => self.cookies.insert(cookie.name().to_owned(), value.to_owned()),
            };
        }
        let (status, headers) = (answer.status(), answer.headers().clone());
        let location = headers.get(LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default().to_owned();
        let body = read_body(answer).await.to_vec();
        // A file is no page.
        let html = String::from_utf8(body.clone()).unwrap_or_default();
        Answer { status, location, headers, html, body }
    }

    /// Walks the registration up to the check page.
    async fn fill_registration(&mut self, email: &str) {
        assert_eq!(self.get("/register").await.location, "/register/type");
        let kind = self.post("/register/type", &[("kind", "judo_therapy")]).await;
        assert_eq!(kind.location, "/register/facility");
        let code = self.post("/register/facility", &[("code", OFFICE.code)]).await;
        assert_eq!(code.location, "/register/facility/confirm");
        assert_eq!(self.post("/register/facility/confirm", &[]).await.location, "/register/person");
        let person = self.post("/register/person", &person(email)).await;
        assert_eq!(person.location, "/register/check", "{}", person.html);
    }

    async fn register(&mut self, email: &str) {
        self.fill_registration(email).await;
        assert_eq!(self.post("/register/check", &[("consent", "yes")]).await.location, "/register/sent");
    }

    async fn log_in(&mut self, email: &str, password: &str) -> Answer {
        self.post("/login", &[("email", email), ("password", password)]).await
    }
}

/// The person's fields, all of them good.
fn person(email: &str) -> [(&str, &str); 6] {
    [
        ("family_name", "山田"),
        ("given_name", "太郎"),
        ("phone", "03-1234-5678"),
        ("email", email),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ]
}

/// These fields with one of them replaced.
fn but<'a>(fields: &[(&'a str, &'a str)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|field| if field.0 == name { (name, value) } else { *field }).collect()
}
