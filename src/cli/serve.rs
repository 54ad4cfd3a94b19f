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
    let parts = Parts::open(settings::load(config)?)?;
    parts.db.migrate()?;
    // Only now: a proxy turns to the other process while this one cannot answer yet, and
    // nobody is cut off in the middle when it ends because the database is away.
    let listeners = Listeners::bind(&parts.config, choice)?;
    for part in choice {
        if let Some(address) = listeners.address(*part) {
            tracing::info!(?part, %address, "listening");
        }
    }
    if let Some(address) = listeners.internal_address() {
        tracing::info!(%address, "listening for operators");
    }
    serve::start(&parts, listeners, choice, serve::threads())?.until_signal().await
}
