//! Pages for facilities, and the API for their devices.

pub mod announced;
pub mod device_api;
pub mod pages;
mod published;
mod routes;
mod session;
mod state;
pub(crate) mod state_tag;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use uketsuke_web::announced::Announcer;

pub use routes::routes as app_routes;
pub use session::{Anyone, Person, SignedIn, Verified, VerifiedPerson};
pub use state::Portal;

/// Adds the portal's pages and what they work with.
pub fn configure(config: &mut ServiceConfig, portal: Data<Portal>) {
    let announcer: Arc<dyn Announcer> = portal.announced.clone();
    config.app_data(Data::from(announcer)).app_data(portal);
    uketsuke_web::assets::configure(config);
    uketsuke_web::routes::configure(config, routes::routes());
}

#[cfg(test)]
mod tests;
