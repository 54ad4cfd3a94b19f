//! The back office: pages for staff, on an address of its own.
//!
//! Every page is one file, one URL and one line in [`routes::routes`]; what a
//! page may show or do is decided by the permission of its line, asked again by
//! every query and verb of core.

pub mod access;
pub mod chart;
pub mod frame;
pub mod pages;
pub mod routes;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use uketsuke_core::application::Procedures;
use uketsuke_core::config::Config;
use uketsuke_core::db::Db;
use uketsuke_core::evidence::Viewer;
use uketsuke_core::secret::{Keyring, PasswordHasher};
use uketsuke_core::storage::Storage;

/// What every page works with.
#[derive(Clone)]
pub struct Office {
    /// The database.
    pub db: Db,
    /// The installation's keys.
    pub keyring: Arc<Keyring>,
    /// Password hashing threads.
    pub hasher: PasswordHasher,
    /// Where evidence lies.
    pub storage: Storage,
    /// Opens evidence for those who look at it.
    pub viewer: Viewer,
    /// What the program was told.
    pub config: Arc<Config>,
    /// Every kind of application.
    pub procedures: Arc<Procedures>,
}

/// Adds the back office's pages to an application.
pub fn configure(config: &mut ServiceConfig, office: Data<Office>) {
    config.app_data(office);
    uketsuke_web::assets::configure(config);
    uketsuke_web::routes::configure(config, routes::routes());
}
