//! The requests, as an app and the eligibility service send them, by a public OAuth
//! library. The endpoints are discovered (RFC 8414), as any such library does.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::{Context, anyhow};
use oauth2::basic::BasicClient;
use oauth2::{
    AccessToken, ClientId, ClientSecret, HttpRequest, HttpResponse, IntrospectionUrl, Scope, TokenResponse, TokenUrl,
};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

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
    let (server, signer) = (Server::discover(&file.api)?, file.signer()?);
    let endpoint = server.endpoint("registration_endpoint")?;
    let body = json!({
        "facility_code": settings.facility_code,
        "user_id": settings.user_id,
        "password": settings.password,
        "jwks": signer.jwks(),
        "client_name": "uketsuke device",
        "software_version": env!("CARGO_PKG_VERSION"),
        "device": { "platform": "", "model": std::env::consts::OS, "os_version": "" },
    });
    let request = ureq::http::Request::post(&endpoint)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", settings.code))
        .header("dpop", signer.proof("POST", &endpoint)?)
        .body(body.to_string().into_bytes())?;
    server.send(request)?;
    let answer = server.told()?;
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
    let (server, signer) = (Server::discover(&file.api)?, file.signer()?);
    let endpoint = server.endpoint("token_endpoint")?;
    let client_id = client_id(file)?;
    let (assertion, proof) = (signer.assertion(client_id, server.issuer()?)?, signer.proof("POST", &endpoint)?);
    let client = BasicClient::new(ClientId::new(client_id.to_owned())).set_token_uri(TokenUrl::new(endpoint)?);
    let asked = client
        .exchange_client_credentials()
        .add_scope(Scope::new("eligibility".into()))
        .add_extra_param("client_assertion_type", ASSERTION_TYPE)
        .add_extra_param("client_assertion", assertion)
        .request(&|mut request: HttpRequest| {
            request.headers_mut().insert("dpop", proof.parse().expect("a proof is ASCII"));
            server.send(request)
        });
    // The library keeps back the sentence that is meant for people.
    server.told()?;
    Ok(asked?.access_token().secret().clone())
}

/// What the server says of the device of `file`: the JSON as it came.
///
/// # Errors
/// When the device is not registered, or the server does not answer.
pub fn diagnose(file: &KeyFile) -> anyhow::Result<String> {
    let (server, signer) = (Server::discover(&file.api)?, file.signer()?);
    let issuer = server.issuer()?;
    let assertion = signer.assertion(client_id(file)?, issuer)?;
    let form = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)];
    let mut answer = server.agent.post(format!("{issuer}/api/v1/diagnose")).send_form(form)?;
    Ok(answer.body_mut().read_to_string()?)
}

/// What the eligibility service is told about a token: the JSON as it came.
///
/// # Errors
/// The server's refusal, in its words.
pub fn check(api: &str, client_id: &str, client_secret: &str, token: &str) -> anyhow::Result<String> {
    let server = Server::discover(api.trim_end_matches('/'))?;
    let endpoint = server.endpoint("introspection_endpoint")?;
    let client = BasicClient::new(ClientId::new(client_id.to_owned()))
        .set_client_secret(ClientSecret::new(client_secret.to_owned()))
        .set_introspection_url(IntrospectionUrl::new(endpoint)?);
    let asked = client.introspect(&AccessToken::new(token.to_owned())).request(&|request| server.send(request));
    let answer = server.told()?;
    asked?;
    Ok(answer.to_string())
}

fn client_id(file: &KeyFile) -> anyhow::Result<&str> {
    file.client_id.as_deref().context("not registered yet: uketsuke device register")
}

/// A server whose endpoints are known, and its last answer.
struct Server {
    agent: Agent,
    metadata: Value,
    last: RefCell<Option<HttpResponse>>,
}

impl Server {
    fn discover(api: &str) -> anyhow::Result<Self> {
        // Whom the machine trusts, so that an authority of one's own counts as everywhere else.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder().tls_config(tls).timeout_global(Some(PATIENCE)).http_status_as_error(false);
        let mut server = Self { agent: config.build().into(), metadata: Value::Null, last: RefCell::default() };
        let address = format!("{api}/.well-known/oauth-authorization-server");
        let request = ureq::http::Request::get(&address).body(Vec::new())?;
        server.send(request).with_context(|| format!("no answer from {api}"))?;
        server.metadata = server.told()?;
        Ok(server)
    }

    fn endpoint(&self, name: &str) -> anyhow::Result<String> {
        self.metadata[name].as_str().map(str::to_owned).with_context(|| format!("the server names no {name}"))
    }

    fn issuer(&self) -> anyhow::Result<&str> {
        self.metadata["issuer"].as_str().context("the server does not say who it is")
    }

    /// Sends a request of the library's.
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (head, mut body) = self.agent.run(request)?.into_parts();
        let answer = HttpResponse::from_parts(head, body.read_to_vec()?);
        *self.last.borrow_mut() = Some(answer.clone());
        Ok(answer)
    }

    /// The JSON of the last answer if it was a good one; else the words of it.
    fn told(&self) -> anyhow::Result<Value> {
        let last = self.last.borrow();
        let answer = last.as_ref().context("the server did not answer")?;
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        if answer.status().is_success() {
            return Ok(body);
        }
        let part = |name: &str| body[name].as_str().unwrap_or_default();
        let status = answer.status().as_u16();
        Err(anyhow!("{status} {}: {} {}", part("error"), part("error_description"), part("message")))
    }
}
