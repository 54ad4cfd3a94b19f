//! Versions of the client app that are refused, as the app learns of it.

use actix_web::http::Method;
use uketsuke_core::client_app::{self, Platform};
use uketsuke_core::staff::role::Role;

use super::*;
use crate::device_api::routes::DIAGNOSE;

impl World {
    fn minimum(&self, version: &str) {
        let admin = testing::add_staff(&self.db, Role::Administrator);
        self.write(|tx| client_app::set_minimum(tx, &admin, Platform::Android, version));
    }
}

fn described(settings: &Settings, key: &DeviceKey, version: &str) -> Value {
    let mut body = body(settings, key);
    body["software_version"] = version.into();
    body
}

#[actix_web::test]
async fn an_app_that_is_too_old_is_told_so_and_may_use_its_code_once_updated() {
    let world = world();
    world.minimum("3.2");
    let (settings, key) = (world.settings(0), DeviceKey::generate());
    let register = |version: &str| {
        world.registration_with(&settings.code, &described(&settings, &key, version), &world.proof(&key, REGISTER))
    };
    let answer = world.send(register("3.1.9")).await;
    assert_eq!(answer.error(), (400, "invalid_client_metadata".into()));
    let told = answer.json();
    assert!(told["error_description"].as_str().is_some_and(|words| words.contains("app_too_old")), "{told}");
    assert!(told["message"].as_str().is_some_and(|words| words.contains("更新してください")), "{told}");
    // Whoever does not know the four values learns nothing of versions.
    let guess = Settings { password: "abcdefghjkmn".into(), ..settings.clone() };
    let guessed = world.registration_with(&guess.code, &described(&guess, &key, "1"), &world.proof(&key, REGISTER));
    assert_eq!(world.send(guessed).await.error(), (401, "invalid_token".into()));
    assert_eq!(world.send(register("3.2.0")).await.status, StatusCode::CREATED);
}

#[actix_web::test]
async fn a_refused_version_is_inactive_at_once_and_active_again_after_the_update() {
    let world = world();
    let (settings, key) = (world.settings(0), DeviceKey::generate());
    let registered = world.send(world.registration(&settings, &key)).await.json();
    let client_id = registered["client_id"].as_str().expect("an id").to_owned();
    let device = Device { key, client_id };
    let token = world.token(&device).await;
    world.minimum("3.2");
    assert_eq!(world.check(&token).await.text, r#"{"active":false}"#);
    let refused = world.send(world.token_request(&device)).await;
    assert_eq!(refused.error(), (400, "unauthorized_client".into()));
    assert!(refused.text.contains("バージョンが古いため"), "{}", refused.text);
    let assertion = device.key.assertion(&device.client_id, ISSUER, world.db.clock.now());
    let form = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)];
    let why = world.send(TestRequest::post().uri(DIAGNOSE).set_form(form)).await.json();
    assert_eq!((&why["code"], &why["mended_by"]), (&json!("app_too_old"), &json!("user")));

    let path = format!("{REGISTER}/{}", device.client_id);
    let update = |version: &str| {
        let mut body = described(&settings, &device.key, version);
        body["client_id"] = device.client_id.as_str().into();
        let proof = device.key.dpop("PUT", &format!("{ISSUER}{path}"), world.db.clock.now(), None);
        let bearer = format!("Bearer {}", registered["registration_access_token"].as_str().expect("a token"));
        let request = TestRequest::default().method(Method::PUT).uri(&path).insert_header((AUTHORIZATION, bearer));
        request.insert_header(("DPoP", proof)).set_json(body)
    };
    assert_eq!(world.send(update("3.1.5")).await.error(), (400, "invalid_client_metadata".into()));
    assert_eq!(world.send(update("3.2.0")).await.status, StatusCode::OK);
    assert_eq!(world.check(&token).await.json()["active"], true);
}
