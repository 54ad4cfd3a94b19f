//! What the portal's handlers work with, shared by all threads of the listener.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;
use uketsuke_core::account::AccountRules;
use uketsuke_core::application::Procedures;
use uketsuke_core::config::Config;
use uketsuke_core::db::{At, Db};
use uketsuke_core::evidence::Viewer;
use uketsuke_core::secret::{Keyring, PasswordHasher};
use uketsuke_core::storage::Storage;

use crate::announced::Announcements;

/// The portal's state.
#[derive(Clone)]
pub struct Portal {
    /// The two doors to the database.
    pub db: Db,
    /// Keyed hashes and seals.
    pub keyring: Arc<Keyring>,
    /// Password hashing threads.
    pub hasher: PasswordHasher,
    /// Where evidence lies.
    pub storage: Storage,
    /// Opens what is handed in, to read it.
    pub viewer: Viewer,
    /// What the program was told.
    pub config: Arc<Config>,
    /// Every kind of application.
    pub procedures: Arc<Procedures>,
    /// What every page tells.
    pub announced: Arc<Announcements>,
}

impl Portal {
    /// The portal a request came to.
    ///
    /// # Panics
    /// When the application was built without it, which no start survives.
    pub(crate) fn of(request: &HttpRequest) -> Data<Portal> {
        request.app_data::<Data<Portal>>().expect("configure gives every application its portal").clone()
    }

    /// Now, by the database's clock.
    pub fn now(&self) -> At {
        self.db.clock().now().into()
    }

    /// What the configuration decides about accounts.
    pub fn account_rules(&self) -> AccountRules {
        AccountRules {
            email_max_chars: self.config.email_max_chars,
            activation_link_hours: self.config.activation_link_hours,
        }
    }
}
