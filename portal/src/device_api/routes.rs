//! Every address of the device API.

use actix_web::http::Method;
use actix_web::web::{delete, get, post, put};
use uketsuke_web::routes::{Route, Who, get as answers_get, post as answers_post};

use super::{diagnose, facilities, introspect, manage, metadata, notices, openapi, register, revoke, token};

/// The path of the metadata (RFC 8414 §3).
pub const METADATA: &str = "/.well-known/oauth-authorization-server";
/// The path of the server's public keys.
pub const JWKS: &str = "/oauth/jwks";
/// The path of activation.
pub const REGISTER: &str = "/oauth/register";
/// The path of one registration.
const REGISTERED: &str = "/oauth/register/{client_id}";
/// The path of tokens.
pub const TOKEN: &str = "/oauth/token";
/// The path where tokens are ended.
pub const REVOKE: &str = "/oauth/revoke";
/// The path where a device asks what blocks it.
pub const DIAGNOSE: &str = "/api/v1/diagnose";
/// The path of what the app shows its user.
pub const NOTICES: &str = "/api/v1/notices";
/// The path of the published list.
pub const FACILITIES: &str = "/api/v1/facilities";
/// The path of the published list as a whole.
pub const FACILITIES_CSV: &str = "/api/v1/facilities.csv";
/// The path of its weekly editions.
pub const EDITIONS: &str = "/api/v1/facilities/editions";
/// The path of a file of one.
const EDITION_FILE: &str = "/api/v1/facilities/editions/{week}/{file}";
/// The path of this API's own document.
pub const OPENAPI: &str = "/api/v1/openapi.json";
/// The path of the check.
pub const INTROSPECT: &str = "/oauth/introspect";

/// The table.
pub fn routes() -> Vec<Route> {
    vec![
        answers_get(METADATA, Who::Anyone, || get().to(metadata::show)),
        answers_get(NOTICES, Who::Anyone, || get().to(notices::show)),
        answers_get(FACILITIES, Who::Anyone, || get().to(facilities::show)),
        answers_get(FACILITIES_CSV, Who::Anyone, || get().to(facilities::csv)),
        answers_get(EDITIONS, Who::Anyone, || get().to(facilities::editions)),
        answers_get(EDITION_FILE, Who::Anyone, || get().to(facilities::file)),
        answers_get(OPENAPI, Who::Anyone, || get().to(openapi::show)),
        answers_get(JWKS, Who::Anyone, || get().to(metadata::keys)),
        answers_post(REGISTER, Who::Device, || post().to(register::register)),
        answers_post(TOKEN, Who::Device, || post().to(token::token)),
        answers_get(REGISTERED, Who::Device, || get().to(manage::show)),
        Route { method: Method::PUT, path: REGISTERED, who: Who::Device, handler: || put().to(manage::change) },
        Route { method: Method::DELETE, path: REGISTERED, who: Who::Device, handler: || delete().to(manage::give_up) },
        answers_post(REVOKE, Who::Device, || post().to(revoke::revoke)),
        answers_post(DIAGNOSE, Who::Device, || post().to(diagnose::diagnose)),
        answers_post(INTROSPECT, Who::EligibilityService, || post().to(introspect::introspect)),
    ]
}
