//! `GET /.well-known/oauth-authorization-server` (RFC 8414) and `GET /oauth/jwks`
//! (RFC 7517). Anyone.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::json;
use uketsuke_core::device::SCOPE;
use uketsuke_core::eligibility;

use super::DeviceApi;
use super::answer::{self, ApiResult};
use super::routes::{INTROSPECT, JWKS, OPENAPI, REGISTER, REVOKE, TOKEN};

/// What this server can do and where.
pub async fn show(api: Data<DeviceApi>) -> ApiResult {
    let algorithms = ["ES256", "EdDSA"];
    let body = json!({
        "issuer": api.issuer(),
        "jwks_uri": api.address(JWKS),
        "registration_endpoint": api.address(REGISTER),
        "token_endpoint": api.address(TOKEN),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint": api.address(REVOKE),
        "revocation_endpoint_auth_methods_supported": ["private_key_jwt"],
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint": api.address(INTROSPECT),
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
        "introspection_signing_alg_values_supported": ["ES256"],
        "dpop_signing_alg_values_supported": algorithms,
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": [SCOPE],
        "ui_locales_supported": ["ja"],
        "service_documentation": api.address(OPENAPI),
    });
    Ok(answer::json(StatusCode::OK, &body))
}

/// The public keys behind signed introspection answers.
pub async fn keys(api: Data<DeviceApi>) -> ApiResult {
    api.signing_key().await?;
    let now = api.now().into();
    let keys = api.db.read(move |c| eligibility::public_keys(c, now)).await?;
    Ok(answer::json(StatusCode::OK, &json!({ "keys": keys })))
}
