//! Accounts of 居宅同意取得型 at the device API: role, features and first day.

use chrono::Days;
use uketsuke_core::clock::{tokyo_date, tokyo_midnight};
use uketsuke_core::device::HolderTyped;
use uketsuke_core::facility::feature::{self, Feature, Features};
use uketsuke_core::form::FieldErrors;

use super::*;
use crate::device_api::routes::DIAGNOSE;

/// A clinic with an account that works so many days from now.
fn clinic(days_ahead: u64) -> World {
    let db = test_db();
    let (scope, _) = testing::clinic(&db, 2);
    let starts_on = Some(tokyo_date(db.clock.now()) + Days::new(days_ahead));
    let typed = HolderTyped { starts_on, ..testing::holder(&db, "tanaka1") };
    let make = |tx: &mut Tx<'_>| device::create(tx, &keyring(), &scope, (&typed, FieldErrors::default()), 30);
    let id = db.write_blocking(scope.actor(), make).expect("an account");
    world_with(db, scope, vec![id])
}

async fn diagnose(world: &World, device: &Device, feature: Option<&str>) -> Answer {
    let assertion = device.key.assertion(&device.client_id, ISSUER, world.db.clock.now());
    let mut form = vec![("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)];
    form.extend(feature.map(|feature| ("feature", feature)));
    world.send(TestRequest::post().uri(DIAGNOSE).set_form(form)).await
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

#[actix_web::test]
async fn a_check_answers_role_and_features_as_they_are_now() {
    let world = clinic(0);
    let device = world.activated().await;
    let token = world.token(&device).await;
    let told = world.check(&token).await.json();
    assert_eq!((&told["service"], &told["user_id"]), (&json!("home_consent"), &json!("tanaka1")));
    assert_eq!((&told["role"], &told["features"]), (&json!("medical_information"), &json!([])));
    let both = ["home_visit", "online_or_alternative_route"];
    for (on, expected) in [(vec![Feature::AlternativeRoute], &both[1..]), (feature::FEATURES.to_vec(), &both[..])] {
        world.write(|tx| feature::set(tx, &world.scope, Features::from_iter(on.iter().copied())));
        assert_eq!(world.check(&token).await.json()["features"], json!(expected));
    }
    let general = HolderTyped { role: "general".into(), ..testing::holder(&world.db, "tanaka1") };
    world.write(|tx| device::amend(tx, &world.scope, &world.devices[0], (&general, FieldErrors::default())));
    assert_eq!(world.check(&token).await.json()["role"], "general");
}

#[actix_web::test]
async fn a_device_learns_that_a_feature_is_off() {
    let world = clinic(0);
    let device = world.activated().await;
    assert_eq!(code(&diagnose(&world, &device, None).await), (403, "feature_off".into()));
    world.write(|tx| feature::set(tx, &world.scope, Features::from_iter([Feature::HomeVisit])));
    assert_eq!(diagnose(&world, &device, None).await.json(), json!({ "ready": true }));
    assert_eq!(diagnose(&world, &device, Some("home_visit")).await.json(), json!({ "ready": true }));
    let off = diagnose(&world, &device, Some("online_or_alternative_route")).await;
    assert_eq!(code(&off), (403, "feature_off".into()));
    assert!(off.text.contains("環境設定情報更新"), "{}", off.text);
    assert_eq!(code(&diagnose(&world, &device, Some("teleport")).await).0, 400);
}

#[actix_web::test]
async fn a_device_of_the_other_form_has_no_features_to_be_off() {
    let world = world();
    let device = world.activated().await;
    for feature in [None, Some("home_visit")] {
        assert_eq!(diagnose(&world, &device, feature).await.json(), json!({ "ready": true }));
    }
}

#[actix_web::test]
async fn before_its_first_day_a_device_is_set_up_and_gets_no_token() {
    let world = clinic(3);
    let device = world.activated().await;
    let early = diagnose(&world, &device, None).await;
    assert_eq!(code(&early), (403, "not_started".into()));
    let on = tokyo_date(world.db.clock.now()) + Days::new(3);
    assert_eq!(early.json()["starts_on"], on.to_string());
    assert_eq!(world.send(world.token_request(&device)).await.error(), (400, "unauthorized_client".into()));
    world.db.clock.advance(tokyo_midnight(on) - world.db.clock.now());
    let token = world.token(&device).await;
    assert_eq!(world.check(&token).await.json()["active"], true);
}
