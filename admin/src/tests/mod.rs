//! The back office through its real application: two factors, every route and
//! role, reviewers side by side, the import by two people.

mod apps;
mod audit;
mod bulk;
mod colleagues;
mod content;
mod evidence_viewer;
mod export;
mod facility_stop;
mod hands;
mod holidays;
mod import;
mod inquiries;
mod login;
mod me;
mod notices;
mod operations;
mod payments;
mod queries;
mod queue;
mod reports;
mod review;
mod sample;
mod services;
mod settings;
mod subsidies;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, LOCATION};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use uketsuke_core::application::procedure::Procedures;
use uketsuke_core::application::submit::submit;
use uketsuke_core::application::{ApplicationKind, draft, files, repo};
use uketsuke_core::config::Config;
use uketsuke_core::db::Actor;
use uketsuke_core::evidence::Viewer;
use uketsuke_core::evidence::viewer::opener::Opener;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::pdf::font;
use uketsuke_core::scope::{FacilityScope, StaffScope};
use uketsuke_core::staff::role::Role;
use uketsuke_core::staff::{Stage, open_for_tests};
use uketsuke_core::storage::Storage;
use uketsuke_core::testing::{self, TestDb, add_staff, hasher, keyring, test_db};
use uketsuke_web::csrf;
use uketsuke_web::page::SITE_OFFICE;
use uketsuke_web::site::{Face, OFFICE_COOKIES, Site};

use crate::{Office, configure};
use sample::Sample;

const SESSION: &str = "__Host-office";
const VISITOR: &str = "__Host-office-visitor";

/// What differs from an installation that nobody configured.
const CONFIG: [(&str, &str); 2] = [
    ("UKETSUKE_PORTAL_URL", "https://portal.example"),
    ("UKETSUKE_TRANSFER_PAYER", "0012345678,ｲ)ｵﾝﾗｲﾝｼｶｸｶｸﾆﾝ,0005,001,ordinary,1234567"),
];

/// A back office over a database of its own, with one facility that can apply.
struct World {
    db: TestDb,
    office: Data<Office>,
    site: Site,
    sample: Arc<Sample>,
    applicant: FacilityScope,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let db = test_db();
        let applicant = testing::office(&db, true);
        let folder = tempfile::TempDir::new().expect("a folder");
        let sample = Arc::new(Sample::default());
        let office = Office {
            db: db.db.clone(),
            keyring: keyring(),
            hasher: hasher(),
            storage: Storage::local(folder.path()).expect("a store"),
            viewer: Viewer::new(Opener::Here, font::place(None)),
            config: Config::from_lookup(|key| CONFIG.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned()))
                .expect("a configuration")
                .into(),
            procedures: Arc::new(Procedures::new(vec![sample.clone()])),
        };
        let site = Site {
            name: SITE_OFFICE,
            origin: "https://office.example".into(),
            keyring: keyring(),
            trusted_proxies: Vec::new(),
            phone: String::new(),
            cookies: OFFICE_COOKIES,
            face: Face::Pages,
        };
        Self { db, office: Data::new(office), site, sample, applicant, _folder: folder }
    }

    /// The same house, told nothing from outside: nobody named an account to pay from.
    fn without_payer() -> Self {
        let world = Self::new();
        let config = Config::from_lookup(|_| None).expect("a configuration");
        let office = Office { config: config.into(), ..Office::clone(&world.office) };
        Self { office: Data::new(office), ..world }
    }

    /// The same house with one more word of configuration.
    fn told(key: &str, value: &str) -> Self {
        let world = Self::new();
        let config = Config::from_lookup(|asked| (asked == key).then(|| value.to_owned())).expect("a configuration");
        let office = Office { config: config.into(), ..Office::clone(&world.office) };
        Self { office: Data::new(office), ..world }
    }

    /// Somebody without a session.
    fn visitor(&self) -> Browser<'_> {
        Browser { world: self, cookies: BTreeMap::new() }
    }

    /// Somebody of this role whose session stands at this stage.
    fn staff_at(&self, role: Role, stage: Stage) -> (StaffScope, Browser<'_>) {
        let scope = add_staff(&self.db, role);
        let token =
            self.db.write_blocking(Actor::system(), |tx| open_for_tests(tx, scope.staff(), stage)).expect("a session");
        let mut browser = self.visitor();
        browser.cookies.insert(SESSION.to_owned(), token.reveal().to_owned());
        (scope, browser)
    }

    /// Somebody of this role, signed in.
    fn staff(&self, role: Role) -> (StaffScope, Browser<'_>) {
        self.staff_at(role, Stage::Full)
    }

    /// A draft of the applicant's, asking for three.
    fn draft(&self) -> ApplicationId {
        let typed = [("name", "さくら整骨院"), ("count", "3"), ("note", "")];
        let typed = typed.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let (scope, procedures) = (&self.applicant, &self.office.procedures);
        self.db
            .write_blocking(scope.actor(), |tx| {
                let id = draft::open(tx, scope, ApplicationKind::UsageStart)?;
                draft::save_step(tx, procedures, scope, &id, "all", &typed)?;
                Ok(id)
            })
            .expect("a draft")
    }

    fn send(&self, id: &ApplicationId) {
        let (scope, procedures) = (&self.applicant, &self.office.procedures);
        self.db.write_blocking(scope.actor(), |tx| submit(tx, procedures, scope, id)).expect("sent");
    }

    /// An application that waits for a reviewer.
    fn sent(&self) -> ApplicationId {
        let id = self.draft();
        self.send(&id);
        id
    }

    /// An application of a facility of its own; the n-th, with this note.
    fn sent_by(&self, n: usize, note: &str) -> ApplicationId {
        let procedures = &self.office.procedures;
        let code = format!("13{n:08}");
        let typed = [("name", "さくら接骨院"), ("count", "3"), ("note", note)];
        let typed = typed.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let work = |tx: &mut uketsuke_core::db::Tx<'_>| {
            let place = testing::NewFacility { code: &code, ..testing::OFFICE };
            let facility = testing::add_facility(tx, place)?;
            let scope = testing::add_member(tx, &facility, &format!("{n}@example.jp"), true)?;
            let id = draft::open(tx, &scope, ApplicationKind::UsageStart)?;
            draft::save_step(tx, procedures, &scope, &id, "all", &typed)?;
            submit(tx, procedures, &scope, &id)?;
            Ok(id)
        };
        self.db.write_blocking(Actor::system(), work).expect("sent")
    }

    /// Attaches a file to a draft, as the portal does.
    async fn attach(&self, id: &ApplicationId, name: &str, bytes: &[u8]) -> String {
        let storage = &self.office.storage;
        let mut upload = storage.upload().await.expect("opens");
        upload.write(bytes.to_vec().into()).await.expect("writes");
        let handed = files::Handed { content: upload.finish().await.expect("ends"), file_name: name.to_owned() };
        let (scope, actor) = (&self.applicant, self.applicant.actor());
        let taken = files::take_in((&self.db, storage), actor, scope, id, handed).await.expect("taken in");
        taken.expect("a good file").to_string()
    }

    fn application(&self, id: &ApplicationId) -> uketsuke_core::application::Application {
        self.db.read_blocking(|c| repo::get(c, id)).expect("reads")
    }

    fn letters(&self) -> Vec<String> {
        let all = self.db.read_blocking(testing::letters).expect("reads");
        all.into_iter().map(|(name, _)| name).collect()
    }
}

/// A text as part of a query string.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    location: String,
    headers: HeaderMap,
    body: Vec<u8>,
    html: String,
}

impl Answer {
    #[track_caller]
    fn has(&self, text: &str) -> &Self {
        assert!(self.html.contains(text), "{text} is not in {}", self.html);
        self
    }

    #[track_caller]
    fn has_not(&self, text: &str) -> &Self {
        assert!(!self.html.contains(text), "{text} is in {}", self.html);
        self
    }

    #[track_caller]
    fn is(&self, status: StatusCode) -> &Self {
        assert_eq!(self.status, status, "{} {}", self.location, self.html);
        self
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A browser: keeps cookies, and sends the token that belongs to them.
struct Browser<'w> {
    world: &'w World,
    cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    async fn get(&mut self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Sends a form as a page would: with the token of this browser's cookies.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token().await;
        let mut form = vec![(csrf::FIELD, token.as_str())];
        form.extend_from_slice(fields);
        self.send(TestRequest::post().uri(path).set_form(form)).await
    }

    /// Sends a form with a file.
    async fn upload(&mut self, path: &str, fields: &[(&str, &str)], (name, bytes): (&str, &[u8])) -> Answer {
        let token = self.token().await;
        let mut body = Vec::new();
        for (field, value) in [(csrf::FIELD, token.as_str())].iter().chain(fields) {
            body.extend(format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
        }
        let head = format!(
            "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n--X--\r\n");
        let request = TestRequest::post().uri(path);
        self.send(request.insert_header(("content-type", "multipart/form-data; boundary=X")).set_payload(body)).await
    }

    async fn token(&mut self) -> String {
        if self.cookies.is_empty() {
            self.get("/login").await;
        }
        let tie = [SESSION, VISITOR].iter().find_map(|name| self.cookies.get(*name));
        csrf::token(&self.world.site.keyring, tie.expect("a cookie"))
    }

    async fn send(&mut self, mut request: TestRequest) -> Answer {
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        let office = self.world.office.clone();
        let app = uketsuke_web::server::app(Data::new(self.world.site.clone().into()), |c| configure(c, office));
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
        let html = String::from_utf8_lossy(&body).into_owned();
        Answer { status, location, headers, body, html }
    }
}
