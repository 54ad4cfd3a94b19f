//! The device pages as a facility's people use them, and others try to.

mod accounts;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::test::{self, TestRequest};
use actix_web::web::Data;
use hayro::hayro_syntax::Pdf;
use uketsuke_core::audit;
use uketsuke_core::config::Config;
use uketsuke_core::db::{Actor, Tx};
use uketsuke_core::device::{self, ActivatedLetter, Attempt, Device, DeviceState, Settings};
use uketsuke_core::error::Result;
use uketsuke_core::evidence::Viewer;
use uketsuke_core::evidence::viewer::opener::Opener;
use uketsuke_core::ids::DeviceId;
use uketsuke_core::jose::device::DeviceKey;
use uketsuke_core::registration;
use uketsuke_core::scope::FacilityScope;
use uketsuke_core::staff::role::Role;
use uketsuke_core::storage::Storage;
use uketsuke_core::testing::{self, NewFacility, OFFICE, TestDb, hasher, keyring, test_db};
use uketsuke_web::page::SITE_OMF;
use uketsuke_web::site::{Face, PORTAL_COOKIES, Site};
use uketsuke_web::{csrf, words};

use crate::{Portal, configure};

/// A portal with one office and two issued devices.
struct World {
    db: TestDb,
    portal: Data<Portal>,
    scope: FacilityScope,
    devices: Vec<DeviceId>,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
    body: Vec<u8>,
}

fn world() -> World {
    let db = test_db();
    let scope = testing::office(&db, true);
    let devices = db
        .write_blocking(Actor::system(), |tx| {
            let grant = testing::approved(tx, &scope)?;
            registration::register(tx, &grant, 3)?;
            device::issue(tx, &keyring(), &grant, 2, 30)
        })
        .expect("devices");
    world_with(db, scope, devices)
}

fn world_with(db: TestDb, scope: FacilityScope, devices: Vec<DeviceId>) -> World {
    let folder = tempfile::TempDir::new().expect("a folder");
    let portal = Data::new(Portal {
        db: db.db.clone(),
        keyring: keyring(),
        hasher: hasher(),
        storage: Storage::local(folder.path()).expect("a store"),
        viewer: Viewer::new(Opener::Here, None),
        config: Config::from_lookup(|_| None).expect("the defaults").into(),
        procedures: Default::default(),
        announced: crate::announced::Announcements::new(&db),
    });
    World { db, portal, scope, devices, _folder: folder }
}

impl World {
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.db.write_blocking(Actor::system(), work).expect("written")
    }

    fn sign_in(&self, scope: &FacilityScope) -> String {
        self.write(|tx| testing::sign_in(tx, scope)).reveal().to_owned()
    }

    async fn send(&self, request: TestRequest) -> Answer {
        let site = Site {
            name: SITE_OMF,
            origin: "http://localhost:8080".into(),
            keyring: keyring(),
            trusted_proxies: Vec::new(),
            phone: String::new(),
            cookies: PORTAL_COOKIES,
            face: Face::Pages,
        };
        let site = Data::new(site.into());
        let portal = self.portal.clone();
        let app = test::init_service(uketsuke_web::server::app(site, |c| configure(c, portal))).await;
        let answer = test::call_service(&app, request.to_request()).await;
        let location = answer.headers().get(LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default().to_owned();
        let status = answer.status();
        let body = test::read_body(answer).await.to_vec();
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer { status, location, text, body }
    }

    /// How often secrets were shown, by the audit trail.
    fn reveals(&self) -> usize {
        let scope = testing::add_staff(&self.db, Role::Auditor);
        let sought = audit::Sought { action: Some("device.revealed".to_owned()), ..audit::Sought::default() };
        let page = self.db.read_blocking(|c| audit::list_events(c, &scope, &sought, None, 100));
        page.expect("reads").events.len()
    }

    async fn get(&self, session: &str, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path).cookie(Cookie::new("portal", session))).await
    }

    async fn post(&self, session: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = csrf::token(&keyring(), session);
        let mut form = vec![(csrf::FIELD, token.as_str())];
        form.extend_from_slice(fields);
        self.send(TestRequest::post().uri(path).cookie(Cookie::new("portal", session)).set_form(form)).await
    }

    fn device(&self, n: usize) -> Device {
        self.db.read_blocking(|c| device::get_in_scope(c, &self.scope, &self.devices[n])).expect("a device")
    }

    fn settings(&self, n: usize) -> Settings {
        self.write(|tx| device::reveal(tx, &keyring(), &self.scope, &self.devices[n])).1
    }

    fn activate(&self, n: usize) {
        let settings = self.settings(n);
        let attempt = Attempt {
            facility_code: settings.facility_code,
            user_id: settings.user_id,
            password: settings.password,
            code: settings.code,
            key: DeviceKey::generate().jwk(),
            metadata: "{}".into(),
            address: "192.0.2.9".into(),
        };
        self.write(|tx| device::activate(tx, &keyring(), &attempt));
        assert_eq!(self.device(n).state, DeviceState::Active);
    }

    fn path(&self, n: usize, rest: &str) -> String {
        format!("/devices/{}{rest}", self.devices[n])
    }
}

#[actix_web::test]
async fn the_list_names_every_device_with_its_state() {
    let world = world();
    world.activate(0);
    let me = world.sign_in(&world.scope);
    let page = world.get(&me, "/devices").await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [&world.device(0).user_id, &world.device(1).user_id, "設定済み", "未設定", "まだ使われていません"]
    {
        assert!(page.text.contains(text), "{text}");
    }
}

#[actix_web::test]
async fn before_the_approval_the_list_says_when_there_will_be_something() {
    let world = world();
    let newcomer = world.write(|tx| testing::add_member(tx, world.scope.facility(), "new@example.jp", false));
    let me = world.sign_in(&newcomer);
    let page = world.get(&me, "/devices").await;
    assert!(page.text.contains("利用開始の承認後に表示されます"));
    assert!(!page.text.contains(&world.device(0).user_id));
}

#[actix_web::test]
async fn password_and_code_appear_only_after_the_button() {
    let world = world();
    let (me, settings) = (world.sign_in(&world.scope), world.settings(0));
    let (password, code) = (settings.password.as_str(), words::fours(&settings.code));
    let before = world.get(&me, &world.path(0, "")).await;
    assert!(before.text.contains(OFFICE.code) && before.text.contains(&settings.user_id));
    assert!(!before.text.contains(password) && !before.text.contains(&code));
    let after = world.post(&me, &world.path(0, "/reveal"), &[]).await;
    assert_eq!(after.status, StatusCode::OK);
    assert!(after.text.contains(password) && after.text.contains(&code));
    world.activate(0);
    let used = world.get(&me, &world.path(0, "")).await;
    assert!(used.text.contains("使用済み") && !used.text.contains("表示する"));
    assert_eq!(world.post(&me, &world.path(0, "/reveal"), &[]).await.status, StatusCode::CONFLICT);
}

#[actix_web::test]
async fn cards_carry_the_four_values_and_a_qr_code_each() {
    let world = world();
    let me = world.sign_in(&world.scope);
    let one = world.get(&me, &world.path(0, "/card")).await;
    let settings = world.settings(0);
    for text in
        [OFFICE.code, &settings.user_id, &settings.password, &words::fours(&settings.code), "有効期限", OFFICE.name]
    {
        assert!(one.text.contains(text), "{text}");
    }
    assert_eq!(one.text.matches("<svg role=\"img\"").count(), 1);
    assert!(!one.text.contains("<?xml") && !one.text.contains("style="));
    let all = world.get(&me, "/devices/cards").await;
    assert_eq!(all.text.matches("<svg role=\"img\"").count(), 2);
    world.activate(0);
    world.activate(1);
    assert!(world.get(&me, "/devices/cards").await.text.contains("設定を待っている端末はありません"));
    assert_eq!(world.get(&me, &world.path(0, "/card")).await.status, StatusCode::CONFLICT);
}

#[actix_web::test]
async fn cards_come_as_a_file_one_to_a_page_and_are_recorded() {
    let world = world();
    let me = world.sign_in(&world.scope);
    assert!(world.get(&me, &world.path(0, "/card")).await.text.contains("/card.pdf\">PDFを保存する"));
    for (path, pages) in [(world.path(0, "/card.pdf"), 1), ("/devices/cards.pdf".to_owned(), 2)] {
        let before = world.reveals();
        let file = world.get(&me, &path).await;
        assert_eq!(file.status, StatusCode::OK, "{path}: a font is installed with what the tests need");
        let read = Pdf::new(file.body.clone()).expect("a PDF");
        assert_eq!(read.pages().len(), pages, "{path}");
        assert_eq!(world.reveals() - before, pages, "{path}: each showing is recorded");
    }
    world.activate(0);
    world.activate(1);
    assert_eq!(world.get(&me, "/devices/cards.pdf").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(&me, &world.path(0, "/card.pdf")).await.status, StatusCode::CONFLICT);
}

#[actix_web::test]
async fn a_label_is_saved_or_shown_again_with_its_fault() {
    let world = world();
    let (me, path) = (world.sign_in(&world.scope), world.path(0, "/label"));
    let saved = world.post(&me, &path, &[("label", "受付の<スマホ>")]).await;
    assert_eq!((saved.status, saved.location), (StatusCode::SEE_OTHER, world.path(0, "")));
    assert!(world.get(&me, "/devices").await.text.contains("受付の&#60;スマホ&#62;"));
    for wrong in ["あ".repeat(41), "番号 123456789018".into(), "a\u{202e}b".into(), "a\u{0}b".into()] {
        let again = world.post(&me, &path, &[("label", &wrong)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(again.text.contains("id=\"label-error\"") && again.text.contains("value=\""), "{wrong}");
    }
    assert_eq!(world.device(0).label, "受付の<スマホ>");
}

#[actix_web::test]
async fn a_device_is_suspended_resumed_and_revoked_after_a_word_of_warning() {
    let world = world();
    world.activate(0);
    let me = world.sign_in(&world.scope);
    for (step, to) in
        [("/suspend", DeviceState::Suspended), ("/resume", DeviceState::Active), ("/revoke", DeviceState::Revoked)]
    {
        let before = world.device(0).state;
        let page = world.get(&me, &world.path(0, step)).await;
        assert_eq!((page.status, world.device(0).state), (StatusCode::OK, before), "looking changes nothing");
        let done = world.post(&me, &world.path(0, step), &[]).await;
        assert_eq!((done.status, done.location), (StatusCode::SEE_OTHER, world.path(0, "")), "{step}");
        assert_eq!(world.device(0).state, to);
        let told = world.get(&me, &world.path(0, "")).await.text.contains("すべての確認サーバーで、停止を確認しました");
        assert_eq!(told, to != DeviceState::Active, "{step}");
        assert_eq!(world.post(&me, &world.path(0, step), &[]).await.status, StatusCode::CONFLICT, "{step} twice");
    }
    for step in ["/suspend", "/resume", "/revoke", "/reissue"] {
        assert_eq!(world.get(&me, &world.path(0, step)).await.status, StatusCode::CONFLICT, "{step}");
    }
}

#[actix_web::test]
async fn a_reissue_asks_whether_the_device_is_lost() {
    let world = world();
    world.activate(0);
    let (me, path) = (world.sign_in(&world.scope), world.path(0, "/reissue"));
    let asked = world.get(&me, &path).await;
    assert!(asked.text.contains(&format!("（ID {}）", world.device(0).user_id)));
    assert!(asked.text.contains("紛失した") && asked.text.contains("入れ替える"));
    for wrong in ["", "maybe"] {
        assert_eq!(world.post(&me, &path, &[("reason", wrong)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(world.post(&me, &path, &[("reason", "swap")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.device(0).state, DeviceState::Active);
    assert_eq!(world.post(&me, &path, &[("reason", "lost")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.device(0).state, DeviceState::Issued);
    let plain = world.get(&me, &path).await;
    assert!(!plain.text.contains("紛失した"), "nothing to choose before the first use");
    let before = world.settings(0);
    assert_eq!(world.post(&me, &path, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(world.settings(0) != before);
}

#[actix_web::test]
async fn nobody_else_gets_in_by_any_address() {
    let world = world();
    world.activate(1);
    let (stranger, newcomer) = world.write(|tx| {
        let elsewhere = testing::add_facility(tx, NewFacility { code: "1300000001", ..OFFICE })?;
        Ok((
            testing::add_member(tx, &elsewhere, "stranger@example.jp", true)?,
            testing::add_member(tx, world.scope.facility(), "new@example.jp", false)?,
        ))
    });
    let sessions = [
        (world.sign_in(&stranger), StatusCode::NOT_FOUND),
        (world.sign_in(&newcomer), StatusCode::FORBIDDEN),
        ("nobody".to_owned(), StatusCode::SEE_OTHER),
    ];
    for (session, expected) in &sessions {
        for n in 0..2 {
            for rest in ["", "/card", "/card.pdf", "/label", "/reissue", "/suspend", "/resume", "/revoke"] {
                assert_eq!(world.get(session, &world.path(n, rest)).await.status, *expected, "GET {rest}");
            }
            for rest in ["/reveal", "/label", "/reissue", "/suspend", "/resume", "/revoke"] {
                let answer = world.post(session, &world.path(n, rest), &[("reason", "lost"), ("label", "x")]).await;
                assert_eq!(answer.status, *expected, "POST {rest}");
                assert!(expected.as_u16() != 303 || answer.location.starts_with("/login"));
            }
        }
    }
    assert_eq!(world.device(0).state, DeviceState::Issued);
    assert_eq!(world.device(1).state, DeviceState::Active);
    let me = world.sign_in(&world.scope);
    for id in ["x", "019aa000-0000-7000-8000-000000000000", "%00", "..%2f"] {
        assert_eq!(world.get(&me, &format!("/devices/{id}")).await.status, StatusCode::NOT_FOUND, "{id}");
    }
}

#[actix_web::test]
async fn the_mailed_link_stops_a_device_by_its_button_alone() {
    let world = world();
    world.activate(0);
    let message = world.write(testing::compose_last::<ActivatedLetter>).expect("a letter");
    let link = message.body.lines().find(|line| line.contains("/device-stop/")).expect("a link");
    let path = link.strip_prefix("https://portal.example").unwrap_or_else(|| panic!("{}", message.body)).to_owned();
    let looked = world.send(TestRequest::get().uri(&path)).await;
    assert_eq!((looked.status, world.device(0).state), (StatusCode::OK, DeviceState::Active));
    let visitor = "v".repeat(43);
    let token = csrf::token(&keyring(), &visitor);
    let press = || {
        TestRequest::post().uri(&path).cookie(Cookie::new("visitor", visitor.clone())).set_form([(csrf::FIELD, &token)])
    };
    let forged = world.send(TestRequest::post().uri(&path).set_form([(csrf::FIELD, "x")])).await;
    assert_eq!((forged.status, world.device(0).state), (StatusCode::FORBIDDEN, DeviceState::Active));
    let done = world.send(press()).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/device-stopped"));
    assert_eq!(world.device(0).state, DeviceState::Suspended);
    assert_eq!(world.send(press()).await.status, StatusCode::CONFLICT, "a used link");
    assert_eq!(world.send(TestRequest::get().uri("/device-stop/unknown")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.send(TestRequest::get().uri("/device-stopped")).await.status, StatusCode::OK);
}
