//! The three requests, as an app and the eligibility service send them. The
//! endpoints are discovered (RFC 8414), as any OAuth library does.

use std::time::Duration;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use serde_json::{Value, json};
use uketsuke_core::jose::device::DeviceKey;
use ureq::Agent;
use ureq::http::Response;

use super::KeyFile;

const PATIENCE: Duration = Duration::from_secs(20);
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The four values of the settings sheet, as typed.
pub struct Registration {
    /// 機関コード.
    pub facility_code: String,
    /// ID.
    pub user_id: String,
    /// The initial password.
    pub password: String,
    /// The activation code.
    pub code: String,
}

/// Activates the device of `file` and notes what it became.
///
/// # Errors
/// The server's refusal, in its words.
pub fn register(file: &mut KeyFile, settings: &Registration) -> anyhow::Result<()> {
    let (agent, key) = (agent(), file.key()?);
    let endpoint = endpoint(&agent, &file.api, "registration_endpoint")?;
    let body = json!({
        "facility_code": settings.facility_code,
        "user_id": settings.user_id,
        "password": settings.password,
        "jwks": { "keys": [key.jwk().to_value()] },
        "client_name": "uketsuke device",
        "software_version": env!("CARGO_PKG_VERSION"),
        "device": { "platform": "", "model": std::env::consts::OS, "os_version": "" },
    });
    let answer = agent
        .post(&endpoint)
        .header("authorization", &format!("Bearer {}", settings.code))
        .header("dpop", &proof(&key, &endpoint))
        .send_json(&body)?;
    let answer = told(answer)?;
    let text =
        |name: &str| answer[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in the answer"));
    file.client_id = Some(text("client_id")?);
    file.registration_access_token = Some(text("registration_access_token")?);
    Ok(())
}

/// A token for the device of `file`.
///
/// # Errors
/// The server's refusal, in its words.
pub fn token(file: &KeyFile) -> anyhow::Result<String> {
    let (agent, key) = (agent(), file.key()?);
    let client_id = file.client_id.as_deref().context("not registered yet: uketsuke device register")?;
    let endpoint = endpoint(&agent, &file.api, "token_endpoint")?;
    let issuer = metadata_of(&agent, &file.api)?["issuer"].as_str().unwrap_or_default().to_owned();
    let assertion = key.assertion(client_id, &issuer, Utc::now());
    let answer = agent.post(&endpoint).header("dpop", &proof(&key, &endpoint)).send_form([
        ("grant_type", "client_credentials"),
        ("scope", "eligibility"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ])?;
    let answer = told(answer)?;
    answer["access_token"].as_str().map(str::to_owned).context("no access_token in the answer")
}

/// What the eligibility service is told about a token: the JSON as it came.
///
/// # Errors
/// The server's refusal, in its words.
pub fn check(api: &str, client_id: &str, client_secret: &str, token: &str) -> anyhow::Result<String> {
    let agent = agent();
    let endpoint = endpoint(&agent, api.trim_end_matches('/'), "introspection_endpoint")?;
    let basic = STANDARD.encode(format!("{client_id}:{client_secret}"));
    let answer =
        agent.post(&endpoint).header("authorization", &format!("Basic {basic}")).send_form([("token", token)])?;
    told(answer).map(|answer| answer.to_string())
}

fn agent() -> Agent {
    Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build().into()
}

fn metadata_of(agent: &Agent, api: &str) -> anyhow::Result<Value> {
    let address = format!("{api}/.well-known/oauth-authorization-server");
    let answer = agent.get(&address).call().with_context(|| format!("no answer from {api}"))?;
    told(answer)
}

fn endpoint(agent: &Agent, api: &str, name: &str) -> anyhow::Result<String> {
    let metadata = metadata_of(agent, api)?;
    metadata[name].as_str().map(str::to_owned).with_context(|| format!("{api} names no {name}"))
}

fn proof(key: &DeviceKey, endpoint: &str) -> String {
    key.dpop("POST", endpoint, Utc::now(), None)
}

/// The JSON of a good answer; the words of any other.
fn told(mut answer: Response<ureq::Body>) -> anyhow::Result<Value> {
    let status = answer.status();
    let text = answer.body_mut().read_to_string()?;
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    if status.is_success() {
        return Ok(body);
    }
    let part = |name: &str| body[name].as_str().unwrap_or_default();
    bail!("{} {}: {} {}", status.as_u16(), part("error"), part("error_description"), part("message"))
}
