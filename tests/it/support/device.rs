//! A device and the eligibility service, as they talk to the API: on the test's
//! clock, because proofs carry the time.

use actix_web::http::Method;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use uketsuke_core::clock::Clock;
use uketsuke_core::eligibility::{self, NewClient};
use uketsuke_core::jose::device::DeviceKey;

use super::app::TestApp;
use super::browser::{Browser, urlencoded};
use super::http::{Answer, Lost, agent, try_send};
use super::page::Page;
use super::people::Place;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The four values of a settings sheet.
#[derive(Debug, Clone)]
pub struct Settings {
    pub facility_code: String,
    pub user_id: String,
    pub password: String,
    pub code: String,
}

/// Reveals the settings of the open device page.
pub fn reveal(browser: &mut Browser, place: Place) -> Settings {
    browser.press("パスワードとコードを表示する");
    shown(browser.page(), place.code)
}

/// The settings that a page shows.
pub fn shown(page: &Page, facility_code: &str) -> Settings {
    let value = |id: &str| page.all_words(id).concat();
    Settings {
        facility_code: facility_code.to_owned(),
        user_id: value("#user-id"),
        password: value("#password"),
        code: value("#activation-code"),
    }
}

/// The names in the list of devices, in order.
pub fn names(browser: &mut Browser) -> Vec<String> {
    browser.open("/devices").all_words("#devices tbody th")
}

/// Reveals the settings of one device of the list, counted from 0.
pub fn reveal_nth(browser: &mut Browser, place: Place, number: usize) -> Settings {
    let name = names(browser).remove(number);
    browser.follow(&name);
    reveal(browser, place)
}

/// One phone.
pub struct Device {
    api: String,
    clock: Clock,
    pub key: DeviceKey,
    pub client_id: String,
}

impl Device {
    pub fn new(app: &TestApp) -> Self {
        Self::at(app.device_api(), app.clock.clone())
    }

    /// A phone that talks to this address by this clock.
    pub fn at(api: &str, clock: Clock) -> Self {
        Self { api: api.to_owned(), clock, key: DeviceKey::generate(), client_id: String::new() }
    }

    /// Shows the settings; keeps the client id if the answer brings one.
    pub fn register(&mut self, settings: &Settings) -> Answer {
        must(self.try_register(settings))
    }

    /// As [`Device::register`] at a server that may die meanwhile.
    pub fn try_register(&mut self, settings: &Settings) -> Result<Answer, Lost> {
        let url = format!("{}/oauth/register", self.api);
        let body = json!({
            "facility_code": settings.facility_code,
            "user_id": settings.user_id,
            "password": settings.password,
            "jwks": { "keys": [self.key.jwk().to_value()] },
            "client_name": "test",
            "software_version": "1",
            "device": { "platform": "android", "model": "test", "os_version": "1" },
        });
        let bearer = format!("Bearer {}", settings.code);
        let proof = self.key.dpop("POST", &url, self.clock.now(), None);
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str()), ("dpop", &proof)];
        let answer = try_send(&agent(), Method::POST, &url, &headers, body.to_string().as_bytes())?;
        if answer.status == 201 {
            answer.json()["client_id"].as_str().unwrap_or_default().clone_into(&mut self.client_id);
        }
        Ok(answer)
    }

    pub fn token(&self) -> Answer {
        must(self.try_token())
    }

    /// As [`Device::token`] at a server that may die meanwhile.
    pub fn try_token(&self) -> Result<Answer, Lost> {
        let url = format!("{}/oauth/token", self.api);
        let now = self.clock.now();
        let assertion = self.key.assertion(&self.client_id, &self.api, now);
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", "eligibility"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let proof = self.key.dpop("POST", &url, now, None);
        try_send(&agent(), Method::POST, &url, &[FORM, ("dpop", &proof)], urlencoded(&fields).as_bytes())
    }

    /// A token, which must be given.
    pub fn fresh_token(&self) -> String {
        let answer = self.token();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }
}

/// The eligibility service.
pub struct Service {
    api: String,
    basic: String,
}

impl Service {
    pub fn new(app: &TestApp) -> Self {
        Self::at(app.device_api(), &app.write(|tx| eligibility::add(tx, "test")))
    }

    /// The service that asks at this address with this credential.
    pub fn at(api: &str, client: &NewClient) -> Self {
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", client.id, client.secret.reveal())));
        Self { api: api.to_owned(), basic }
    }

    /// The same service, asking elsewhere.
    pub fn moved_to(&self, api: &str) -> Self {
        Self { api: api.to_owned(), basic: self.basic.clone() }
    }

    /// What a check answers.
    pub fn check(&self, token: &str) -> Value {
        let answer = must(self.try_check(token));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// As [`Service::check`] at a server that may die meanwhile.
    pub fn try_check(&self, token: &str) -> Result<Answer, Lost> {
        let url = format!("{}/oauth/introspect", self.api);
        let body = urlencoded(&[("token".to_owned(), token.to_owned())]);
        let headers = [FORM, ("authorization", self.basic.as_str())];
        try_send(&agent(), Method::POST, &url, &headers, body.as_bytes())
    }
}

fn must(answer: Result<Answer, Lost>) -> Answer {
    answer.unwrap_or_else(|lost| panic!("{lost:?}"))
}
