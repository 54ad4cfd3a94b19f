//! `GET`, `PUT`, `DELETE /oauth/register/{client_id}` and `POST /oauth/revoke`.

use actix_web::http::Method;
use uketsuke_core::device::DeviceState;

use super::super::routes::REVOKE;
use super::*;

/// A device with the token that manages its registration.
struct Registered {
    device: Device,
    token: String,
}

async fn registered(world: &World) -> Registered {
    let key = DeviceKey::generate();
    let answer = world.send(world.registration(&world.settings(0), &key)).await.json();
    let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
    Registered { token: text("registration_access_token"), device: Device { key, client_id: text("client_id") } }
}

impl Registered {
    fn path(&self) -> String {
        format!("{REGISTER}/{}", self.device.client_id)
    }

    fn ask(&self, method: Method) -> TestRequest {
        TestRequest::default()
            .method(method)
            .uri(&self.path())
            .insert_header((AUTHORIZATION, format!("Bearer {}", self.token)))
    }

    fn change(&self, world: &World, key: &DeviceKey, body: &Value) -> TestRequest {
        let address = format!("{ISSUER}{}", self.path());
        let proof = key.dpop("PUT", &address, world.db.clock.now(), None);
        self.ask(Method::PUT).insert_header(("DPoP", proof)).set_json(body)
    }

    fn body(&self, key: &DeviceKey) -> Value {
        json!({
            "client_id": self.device.client_id,
            "jwks": { "keys": [key.jwk().to_value()] },
            "software_version": "3.2.0",
        })
    }
}

fn state(world: &World) -> DeviceState {
    let all = world.db.read_blocking(|c| device::list_in_scope(c, &world.scope)).expect("reads");
    all.into_iter().find(|device| device.id == world.devices[0]).expect("the device").state
}

/// Whether a token is good, once memory has caught up with what was answered.
async fn is_active(world: &World, token: &str) -> bool {
    world.check(token).await.json()["active"] == true
}

#[actix_web::test]
async fn a_device_sees_what_it_is_registered_as() {
    let world = world();
    let mine = registered(&world).await;
    let answer = world.send(mine.ask(Method::GET)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_not_stored(&answer);
    let body = answer.json();
    assert_eq!(body["client_id"], mine.device.client_id);
    assert_eq!(body["registration_access_token"], mine.token);
    assert_eq!(body["registration_client_uri"], format!("{ISSUER}{}", mine.path()));
    assert_eq!(body["jwks"]["keys"][0], mine.device.key.jwk().to_value());
    assert_eq!((&body["client_name"], &body["device_state"]), (&"マイナ資格確認アプリ".into(), &"active".into()));
    world.write(|tx| device::suspend(tx, &world.scope, &world.devices[0]));
    assert_eq!(world.send(mine.ask(Method::GET)).await.json()["device_state"], "suspended");
}

#[actix_web::test]
async fn another_key_takes_over_and_the_old_one_is_worth_nothing() {
    let world = world();
    let mut mine = registered(&world).await;
    let old = world.token(&mine.device).await;
    assert!(is_active(&world, &old).await);
    let new = DeviceKey::generate();
    let answer = world.send(mine.change(&world, &new, &mine.body(&new))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["jwks"]["keys"][0], new.jwk().to_value());
    assert_eq!(answer.json()["client_name"], "", "what is left out is empty from here on");
    assert!(!is_active(&world, &old).await, "bound to the old key");
    assert_eq!(world.send(world.token_request(&mine.device)).await.error(), (401, "invalid_client".into()));
    mine.device.key = new;
    let token = world.token(&mine.device).await;
    assert!(is_active(&world, &token).await);
}

#[actix_web::test]
async fn a_change_that_is_not_proved_or_not_well_formed_changes_nothing() {
    let world = world();
    let mine = registered(&world).await;
    let (new, other) = (DeviceKey::generate(), DeviceKey::generate());
    let before = world.send(mine.ask(Method::GET)).await.text;
    let mut foreign = mine.body(&new);
    foreign["client_id"] = uketsuke_core::ids::CredentialId::mint().as_str().into();
    let mut private = mine.body(&new);
    private["jwks"]["keys"][0]["d"] = "AAAA".into();
    let mut wordy = mine.body(&new);
    wordy["software_version"] = "a\nb".into();
    for (what, request, error) in [
        ("another's proof", mine.change(&world, &other, &mine.body(&new)), "invalid_dpop_proof"),
        ("no proof", mine.ask(Method::PUT).set_json(mine.body(&new)), "invalid_dpop_proof"),
        ("another client's id", mine.change(&world, &new, &foreign), "invalid_client_metadata"),
        ("a private key", mine.change(&world, &new, &private), "invalid_client_metadata"),
        ("two lines", mine.change(&world, &new, &wordy), "invalid_client_metadata"),
        ("no object", mine.change(&world, &new, &json!([1])), "invalid_request"),
    ] {
        let answer = world.send(request).await;
        assert_eq!(answer.error(), (400, error.to_owned()), "{what}");
        assert!(!answer.text.contains("AAAA"), "{what}: nothing private comes back");
    }
    let proof = new.dpop("PUT", &format!("{ISSUER}{}", mine.path()), world.db.clock.now(), None);
    let again = || mine.ask(Method::PUT).insert_header(("DPoP", proof.clone())).set_json(mine.body(&new));
    assert_eq!(world.send(mine.ask(Method::GET)).await.text, before, "nothing changed");
    assert_eq!(world.send(again()).await.status, StatusCode::OK);
    assert_eq!(world.send(again()).await.error(), (400, "invalid_dpop_proof".into()), "a proof counts once");
}

#[actix_web::test]
async fn a_device_that_gives_up_is_out_at_once_and_the_facility_can_set_another_up() {
    let world = world();
    let mine = registered(&world).await;
    let token = world.token(&mine.device).await;
    let answer = world.send(mine.ask(Method::DELETE)).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NO_CONTENT, ""));
    assert!(!is_active(&world, &token).await);
    assert_eq!(state(&world), DeviceState::Issued);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(world.send(mine.ask(method)).await.error(), (401, "invalid_token".into()));
    }
    world.write(|tx| device::reissue(tx, &keyring(), &world.scope, &world.devices[0], device::Replacement::Again, 30));
    registered(&world).await;
    assert_eq!(state(&world), DeviceState::Active);
}

#[actix_web::test]
async fn nobody_manages_another_registration() {
    let world = world();
    let mine = registered(&world).await;
    let unknown = Registered {
        device: Device { key: DeviceKey::generate(), client_id: uketsuke_core::ids::CredentialId::mint().to_string() },
        token: mine.token.clone(),
    };
    let guessed = Registered {
        device: Device { key: DeviceKey::generate(), client_id: mine.device.client_id.clone() },
        token: "guessed".into(),
    };
    let mut seen = Vec::new();
    for other in [&unknown, &guessed] {
        for method in [Method::GET, Method::DELETE] {
            let answer = world.send(other.ask(method)).await;
            assert_eq!(answer.error(), (401, "invalid_token".into()));
            assert!(answer.headers.contains_key("www-authenticate"));
            seen.push(answer.text);
        }
        let changed = world.send(other.change(&world, &other.device.key, &other.body(&other.device.key))).await;
        assert_eq!(changed.error(), (401, "invalid_token".into()));
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "unknown and wrong look the same");
    assert_eq!(state(&world), DeviceState::Active);
    let bare = TestRequest::get().uri(&mine.path());
    assert_eq!(world.send(bare).await.error(), (401, "invalid_token".into()));
}

fn revocation(world: &World, device: &Device, token: &str) -> TestRequest {
    let assertion = device.key.assertion(&device.client_id, ISSUER, world.db.clock.now());
    TestRequest::post().uri(REVOKE).set_form([
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion.as_str()),
        ("token", token),
    ])
}

#[actix_web::test]
async fn a_token_ends_when_its_device_says_so_and_the_next_one_is_good() {
    let world = world();
    let device = world.activated().await;
    let token = world.token(&device).await;
    assert_eq!(world.send(revocation(&world, &device, "rubbish")).await.status, StatusCode::OK);
    assert!(is_active(&world, &token).await, "a token that is nobody's ends nothing");
    assert_eq!(world.send(revocation(&world, &device, "")).await.error(), (400, "invalid_request".into()));
    assert_eq!(world.send(revocation(&world, &device, &token)).await.status, StatusCode::OK);
    assert!(!is_active(&world, &token).await);
    let next = world.token(&device).await;
    assert!(is_active(&world, &next).await);
    let stranger = Device { key: DeviceKey::generate(), client_id: device.client_id.clone() };
    assert_eq!(world.send(revocation(&world, &stranger, &next)).await.error(), (401, "invalid_client".into()));
    assert!(is_active(&world, &next).await);
}
