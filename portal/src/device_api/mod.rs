//! The API of devices and of the eligibility service, on a listener of its own:
//! discovery, activation, tokens, and the check at the card (docs/device-api.md).
//!
//! The standards of the field: RFC 8414, 7517, 7591, 6749, 7523, 9449, 7662, 9701.

mod answer;
mod basic;
mod body;
mod client_metadata;
mod diagnose;
mod error;
mod facilities;
mod introspect;
mod last_used;
mod manage;
mod metadata;
mod notices;
mod openapi;
mod problem;
mod proof;
mod question;
mod register;
mod revoke;
mod routes;
mod state;
mod tally;
mod token;

#[cfg(test)]
mod tests;

use actix_web::web::{self, Data, ServiceConfig};

pub use routes::routes;
pub use state::DeviceApi;

/// Adds the check alone, to stand before everything else: it is asked at every card.
pub fn configure_check(config: &mut ServiceConfig, api: Data<DeviceApi>) {
    let check = web::resource(routes::INTROSPECT)
        .app_data(api)
        .route(web::post().to(introspect::introspect))
        .default_service(web::to(error::only_post));
    config.service(check);
}

/// Adds the routes of [`routes()`] and what they work with.
pub fn configure(config: &mut ServiceConfig, api: Data<DeviceApi>) {
    config.app_data(api);
    uketsuke_web::routes::configure_api(config, routes());
    config.service(web::resource("/{unknown:.*}").to(error::no_such_address));
}
