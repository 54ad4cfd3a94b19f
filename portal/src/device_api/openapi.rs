//! `GET /api/v1/openapi.json`: the document of this API (OpenAPI 3.1). Anyone.
//! Written by hand, held to the table of routes by a test and to the answers by
//! schemathesis (docs/decisions/device-api.md).

use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::Value;

use super::DeviceApi;
use super::answer::{self, ApiResult};

const DOCUMENT: &str = include_str!("openapi.json");

/// The document, with our address.
pub async fn show(api: Data<DeviceApi>) -> ApiResult {
    Ok(answer::json(StatusCode::OK, &document(api.issuer())))
}

/// The document for a server at this address.
fn document(issuer: &str) -> Value {
    let mut document: Value = serde_json::from_str(DOCUMENT).expect("a test reads it");
    document["servers"][0]["url"] = issuer.into();
    document
}

#[cfg(test)]
mod tests {
    use uketsuke_core::device::AccountRole;
    use uketsuke_core::facility::feature::FEATURES;

    use super::*;
    use crate::device_api::routes;

    #[test]
    fn every_route_stands_in_it_and_nothing_else() {
        let document = document("https://api.example.jp");
        assert_eq!(document["servers"][0]["url"], "https://api.example.jp");
        let paths = document["paths"].as_object().expect("paths");
        let methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
        let mut written: Vec<String> = paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = methods.iter().filter(|method| item.get(**method).is_some());
                methods.map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let mut served: Vec<String> = routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        written.sort();
        served.sort();
        assert_eq!(written, served);
    }

    #[test]
    fn its_lists_are_the_program_s() {
        let document = document("https://api.example.jp");
        let kinds: Vec<&str> = uketsuke_core::facility::kind::KINDS.iter().map(|entry| entry.id).collect();
        let features: Vec<&str> = FEATURES.iter().map(|feature| feature.as_str()).collect();
        let active = &document["components"]["schemas"]["Active"]["properties"];
        assert_eq!(active["features"]["items"]["enum"], serde_json::json!(features));
        let roles: Vec<&str> = AccountRole::ALL.iter().map(|role| role.as_str()).collect();
        assert_eq!(active["role"]["enum"], serde_json::json!(roles));
        assert_eq!(document["components"]["schemas"]["Kind"]["enum"], serde_json::json!(kinds));
    }

    #[test]
    fn every_operation_says_who_may() {
        let document = document("https://api.example.jp");
        for route in routes() {
            let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
            let anyone = route.who == uketsuke_web::routes::Who::Anyone;
            let security = operation["security"].as_array().expect("stated at each operation");
            assert_eq!(security.is_empty(), anyone, "{} {}", route.method, route.path);
        }
    }
}
