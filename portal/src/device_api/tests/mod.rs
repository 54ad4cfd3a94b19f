//! The API as devices, the eligibility service and attackers use it.

mod accounts;
mod activation;
mod apps;
mod diagnosis;
mod introspection;
mod itself;
mod news;
mod published;
mod surface;
mod tokens;

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use actix_web::test::{self, TestRequest};
use actix_web::web::Data;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use uketsuke_core::config::Config;
use uketsuke_core::db::{Actor, Tx};
use uketsuke_core::device::{self, Settings};
use uketsuke_core::eligibility::{self, NewClient};
use uketsuke_core::error::Result;
use uketsuke_core::ids::DeviceId;
use uketsuke_core::jose::device::DeviceKey;
use uketsuke_core::registration;
use uketsuke_core::scope::FacilityScope;
use uketsuke_core::storage::Storage;
use uketsuke_core::testing::{self, TestDb, keyring, test_db};
use uketsuke_web::page::SITE_OMF;
use uketsuke_web::site::{Face, PORTAL_COOKIES, Site};

use super::routes::{INTROSPECT, REGISTER, TOKEN};
use super::{DeviceApi, configure};

const ISSUER: &str = "http://localhost:8082";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The API with an office, two issued devices, and a credential to ask with.
struct World {
    _folder: TempDir,
    db: TestDb,
    api: Data<DeviceApi>,
    scope: FacilityScope,
    devices: Vec<DeviceId>,
    service: NewClient,
}

/// An answer, whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// Status and OAuth error code.
    fn error(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["error"].as_str().unwrap_or_default().to_owned())
    }
}

/// An activated device.
struct Device {
    key: DeviceKey,
    client_id: String,
}

fn world() -> World {
    let db = test_db();
    let scope = testing::office(&db, true);
    let issue = |tx: &mut Tx<'_>| {
        let grant = testing::approved(tx, &scope)?;
        registration::register(tx, &grant, 3)?;
        device::issue(tx, &keyring(), &grant, 2, 30)
    };
    let devices = db.write_blocking(Actor::system(), issue).expect("devices");
    world_with(db, scope, devices)
}

fn world_with(db: TestDb, scope: FacilityScope, devices: Vec<DeviceId>) -> World {
    let service = db.write_blocking(Actor::system(), |tx| eligibility::add(tx, "test")).expect("a credential");
    let config = Config::from_lookup(|_| None).expect("the defaults");
    let folder = TempDir::new().expect("a folder");
    let storage = Storage::local(folder.path()).expect("a store");
    let api = Data::new(DeviceApi::new(db.db.clone(), keyring(), storage, config.into()));
    assert!(api.checks.wait_until_loaded(std::time::Duration::from_secs(20)), "checks are loaded");
    World { _folder: folder, db, api, scope, devices, service }
}

impl World {
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.db.write_blocking(Actor::system(), work).expect("written")
    }

    fn settings(&self, n: usize) -> Settings {
        self.write(|tx| device::reveal(tx, &keyring(), &self.scope, &self.devices[n])).1
    }

    async fn send(&self, request: TestRequest) -> Answer {
        let site = Site {
            name: SITE_OMF,
            origin: ISSUER.into(),
            keyring: keyring(),
            trusted_proxies: Vec::new(),
            phone: String::new(),
            cookies: PORTAL_COOKIES,
            face: Face::Api,
        };
        let site = Data::new(site.into());
        let api = self.api.clone();
        let app = test::init_service(uketsuke_web::server::app(site, |c| configure(c, api))).await;
        let answer = test::call_service(&app, request.to_request()).await;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = String::from_utf8(test::read_body(answer).await.to_vec()).expect("text");
        Answer { status, headers, text }
    }

    fn proof(&self, key: &DeviceKey, path: &str) -> String {
        key.dpop("POST", &format!("{ISSUER}{path}"), self.db.clock.now(), None)
    }

    fn registration(&self, settings: &Settings, key: &DeviceKey) -> TestRequest {
        self.registration_with(&settings.code, &body(settings, key), &self.proof(key, REGISTER))
    }

    fn registration_with(&self, code: &str, body: &Value, proof: &str) -> TestRequest {
        TestRequest::post()
            .uri(REGISTER)
            .insert_header((AUTHORIZATION, format!("Bearer {code}")))
            .insert_header(("DPoP", proof))
            .set_json(body)
    }

    /// The first device, activated.
    async fn activated(&self) -> Device {
        let key = DeviceKey::generate();
        let answer = self.send(self.registration(&self.settings(0), &key)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let client_id = answer.json()["client_id"].as_str().expect("an id").to_owned();
        Device { key, client_id }
    }

    fn token_request(&self, device: &Device) -> TestRequest {
        let assertion = device.key.assertion(&device.client_id, ISSUER, self.db.clock.now());
        self.token_request_with(&assertion, &self.proof(&device.key, TOKEN))
    }

    fn token_request_with(&self, assertion: &str, proof: &str) -> TestRequest {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "eligibility"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
        ];
        TestRequest::post().uri(TOKEN).insert_header(("DPoP", proof)).set_form(form)
    }

    async fn token(&self, device: &Device) -> String {
        let answer = self.send(self.token_request(device)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }

    fn question(&self, token: &str) -> TestRequest {
        question_by(self.service.id.as_str(), self.service.secret.reveal(), token)
    }

    async fn check(&self, token: &str) -> Answer {
        self.send(self.question(token)).await
    }
}

fn question_by(id: &str, secret: &str, token: &str) -> TestRequest {
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    TestRequest::post().uri(INTROSPECT).insert_header((AUTHORIZATION, basic)).set_form([("token", token)])
}

fn body(settings: &Settings, key: &DeviceKey) -> Value {
    json!({
        "facility_code": settings.facility_code,
        "user_id": settings.user_id,
        "password": settings.password,
        "jwks": { "keys": [key.jwk().to_value()] },
        "client_name": "マイナ資格確認アプリ",
        "software_version": "3.1.0",
        "device": { "platform": "android", "model": "受付スマホ", "os_version": "16" },
    })
}

/// What must never be kept by anyone on the way.
fn assert_not_stored(answer: &Answer) {
    assert_eq!(answer.headers.get("cache-control").expect("a header"), "no-store");
}

fn content_type(answer: &Answer) -> &str {
    answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
