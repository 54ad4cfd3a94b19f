//! What the handlers work with, shared by all threads of the listener.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use uketsuke_core::config::Config;
use uketsuke_core::db::{Actor, Db};
use uketsuke_core::eligibility;
use uketsuke_core::error::Result;
use uketsuke_core::jose::SigningKey;
use uketsuke_core::secret::Keyring;
use uketsuke_core::snapshot::{Settings, Snapshot};
use uketsuke_core::storage::Storage;

use super::last_used::LastUsed;
use super::tally::Tally;

/// The device API's state.
pub struct DeviceApi {
    /// Connections of its own, so that a crowd at the pages cannot use them up.
    pub db: Db,
    /// Proves tokens and codes.
    pub keyring: Arc<Keyring>,
    /// Where editions of the published list lie.
    pub storage: Storage,
    /// The issuer's address stands here.
    pub config: Arc<Config>,
    /// What checks are answered from.
    pub checks: Snapshot,
    /// What checks were answered.
    pub(super) tally: Tally,
    /// Last uses that could not be written yet.
    pub(super) last_used: LastUsed,
    /// With when it was read.
    signing_key: Mutex<Option<(DateTime<Utc>, Arc<SigningKey>)>>,
}

/// For how long a key is taken for the one that signs: a rotation is followed so soon.
const KEY_SECONDS: i64 = 60;

impl DeviceApi {
    /// The state; the signing key is read, or made, when first asked for. What
    /// checks are answered from begins to load.
    ///
    /// # Panics
    /// When no thread can be started.
    pub fn new(db: Db, keyring: Arc<Keyring>, storage: Storage, config: Arc<Config>) -> Self {
        let settings = Settings {
            name: format!("{} {}", host_name(), config.device_api_listen),
            most_stale: Duration::from_secs(config.check_staleness_seconds.into()),
        };
        let checks = Snapshot::start(&db, settings).expect("a thread can be started");
        let (tally, last_used) = (Tally::default(), LastUsed::default());
        Self { db, keyring, storage, config, checks, tally, last_used, signing_key: Mutex::default() }
    }

    /// Our name as an OAuth server (`iss`), without a slash at the end.
    pub fn issuer(&self) -> &str {
        &self.config.device_api_url
    }

    /// Our public address of a path.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    /// Now, by the clock that stamps writes.
    pub fn now(&self) -> DateTime<Utc> {
        self.db.clock().now()
    }

    /// The key that signs introspection answers. While the database does not
    /// answer, the last one goes on.
    ///
    /// # Errors
    /// From the database, or when the stored key does not open.
    pub async fn signing_key(&self) -> Result<Arc<SigningKey>> {
        let mut held = self.signing_key.lock().await;
        let now = self.now();
        match held.as_ref() {
            Some((at, key)) if (now - *at).num_seconds() < KEY_SECONDS => return Ok(key.clone()),
            _ => {}
        }
        match self.read_signing_key().await {
            Ok(key) => {
                let key = Arc::new(key);
                *held = Some((now, key.clone()));
                Ok(key)
            }
            Err(error) => held.as_ref().map(|(_, key)| key.clone()).ok_or(error),
        }
    }

    async fn read_signing_key(&self) -> Result<SigningKey> {
        let keyring = self.keyring.clone();
        match self.db.read(move |c| eligibility::find_signing_key(c, &keyring)).await? {
            Some(key) => Ok(key),
            None => {
                let keyring = self.keyring.clone();
                self.db.write(Actor::system(), move |tx| eligibility::signing_key(tx, &keyring)).await
            }
        }
    }
}

/// What this machine calls itself, for people who look for an instance.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "?".to_owned() } else { name.to_owned() }
}
