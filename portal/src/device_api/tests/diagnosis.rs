//! `POST /api/v1/diagnose`.

use chrono::Duration;

use super::*;
use crate::device_api::routes::DIAGNOSE;

/// A device asks, its clock off by so much.
async fn ask(world: &World, device: &Device, off: Duration) -> Answer {
    let assertion = device.key.assertion(&device.client_id, ISSUER, world.db.clock.now() + off);
    ask_with(world, &assertion).await
}

async fn ask_with(world: &World, assertion: &str) -> Answer {
    let form = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
    world.send(TestRequest::post().uri(DIAGNOSE).set_form(form)).await
}

fn problem(answer: &Answer) -> (u16, String, String) {
    assert_eq!(content_type(answer), "application/problem+json", "{}", answer.text);
    let body = answer.json();
    assert_eq!(body["status"], answer.status.as_u16());
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("code"), text("mended_by"))
}

fn blocked(code: &str, by: &str) -> (u16, String, String) {
    (403, code.to_owned(), by.to_owned())
}

#[actix_web::test]
async fn a_device_learns_the_one_thing_that_blocks_it_and_who_can_mend_it() {
    let world = world();
    let device = world.activated().await;
    let none = Duration::zero();
    assert_eq!(ask(&world, &device, none).await.json(), json!({ "ready": true }));

    world.write(|tx| device::suspend(tx, &world.scope, &world.devices[0]));
    let told = ask(&world, &device, none).await;
    assert_eq!(problem(&told), blocked("suspended", "facility"));
    assert!(told.json()["detail"].as_str().is_some_and(|advice| advice.contains("再開してください")));
    world.write(|tx| device::resume(tx, &world.scope, &world.devices[0]));

    // The facts that block, each as its table has it.
    let set = |text: &str| world.write(|tx| testing::sql(tx.conn(), text));
    set("update facilities set closed_on = '2020-04-01'");
    assert_eq!(problem(&ask(&world, &device, none).await), blocked("facility_closed", "desk"));
    set("update facilities set closed_on = null");
    set("update registrations set ended_at = '2020-04-01 00:00:00'");
    assert_eq!(problem(&ask(&world, &device, none).await), blocked("usage_ended", "facility"));
    set("update registrations set ended_at = null");

    let support = testing::add_staff(&world.db, uketsuke_core::staff::role::Role::Support);
    let token = world.token(&device).await;
    world.write(|tx| device::stop_facility(tx, &support, world.scope.facility(), "調査のため"));
    assert_eq!(problem(&ask(&world, &device, none).await), blocked("facility_stopped", "desk"));
    assert_eq!(world.check(&token).await.text, r#"{"active":false}"#);
    world.write(|tx| device::resume_facility(tx, &support, world.scope.facility()));
    assert_eq!(world.check(&token).await.json()["active"], true, "as it stood");

    world.write(|tx| device::reissue(tx, &keyring(), &world.scope, &world.devices[0], device::Replacement::Again, 30));
    world.activated().await;
    assert_eq!(problem(&ask(&world, &device, none).await), blocked("replaced", "facility"));
    world.write(|tx| device::revoke(tx, &world.scope, &world.devices[0]));
    assert_eq!(problem(&ask(&world, &device, none).await), blocked("revoked", "facility"));
}

#[actix_web::test]
async fn a_clock_that_is_off_is_told_by_how_much_and_nothing_else_is() {
    let world = world();
    let device = world.activated().await;
    world.write(|tx| device::suspend(tx, &world.scope, &world.devices[0]));
    for off in [-3_700, -200, 90, 86_400] {
        let told = ask(&world, &device, Duration::seconds(off)).await;
        assert_eq!(problem(&told), blocked("clock_off", "user"), "{off}");
        assert_eq!(told.json()["offset_seconds"], off);
    }
    assert_eq!(problem(&ask(&world, &device, Duration::seconds(50)).await).1, "suspended");
}

#[actix_web::test]
async fn whoever_does_not_prove_to_be_the_device_learns_nothing() {
    let world = world();
    let device = world.activated().await;
    let now = world.db.clock.now();
    let good = device.key.assertion(&device.client_id, ISSUER, now);
    assert_eq!(ask_with(&world, &good).await.status, StatusCode::OK);
    let stranger = DeviceKey::generate();
    let refused = [
        good.clone(),
        stranger.assertion(&device.client_id, ISSUER, now),
        stranger.assertion("01a00000-0000-7000-8000-000000000000", ISSUER, now),
        device.key.assertion(&device.client_id, "https://other.example.jp", now),
        // Signed by a stranger and late: not even the clock is told.
        stranger.assertion(&device.client_id, ISSUER, now - Duration::hours(1)),
        String::new(),
        "a.b.c".to_owned(),
    ];
    let mut bodies: Vec<String> = Vec::new();
    for assertion in &refused {
        let told = ask_with(&world, assertion).await;
        assert_eq!(problem(&told).0, 401, "{assertion}");
        bodies.push(told.text);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    let told = world.send(TestRequest::post().uri(DIAGNOSE).set_json(json!({}))).await;
    assert_eq!(problem(&told), (400, "invalid_request".into(), String::new()));
}
