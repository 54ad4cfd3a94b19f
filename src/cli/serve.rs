//! `uketsuke serve` and its parts: listens until a signal comes.

use std::path::Path;

use crate::compose::Parts;
use crate::serve::{self, Listeners, Part};
use crate::settings;

/// Runs the chosen parts.
///
/// # Errors
/// When something cannot be used, or a listener fails.
pub async fn run(config: Option<&Path>, choice: &[Part]) -> anyhow::Result<()> {
    let config = settings::load(config)?;
    let listeners = Listeners::bind(&config, choice)?;
    for part in choice {
        if let Some(address) = listeners.address(*part) {
            tracing::info!(?part, %address, "listening");
        }
    }
    if let Some(address) = listeners.internal_address() {
        tracing::info!(%address, "listening for operators");
    }
    let parts = Parts::open(config)?;
    parts.db.migrate()?;
    serve::start(&parts, listeners, choice, serve::threads())?.until_signal().await
}
