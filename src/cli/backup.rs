//! `uketsuke backup` and `restore`: an installation on SQLite, whole. Operators.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use uketsuke_core::backup::{self, Inventory};

use crate::{compose, settings};

/// Saves; those who use the program notice nothing.
///
/// # Errors
/// When there is no backup; nothing is left of it then.
pub async fn save(folder: &Path, config: Option<&Path>) -> anyhow::Result<()> {
    let (parts, began) = (super::parts(config)?, Instant::now());
    let saved = backup::save(&parts.db, &parts.storage, folder).await.context("no backup was made")?;
    tell("saved", &saved, began);
    println!("the master keys are not in it: keep them elsewhere");
    Ok(())
}

/// Brings back, into the place that is configured.
///
/// # Errors
/// When the place is not empty, or the backup not whole; the database is not there then.
pub async fn restore(folder: &Path, config: Option<&Path>) -> anyhow::Result<()> {
    let (config, began) = (settings::load(config)?, Instant::now());
    let (storage, keyring) = (compose::storage(&config)?, Arc::new(compose::keyring(&config)?));
    let brought = backup::restore(folder, &config.database, &storage, keyring).await.context("nothing was restored")?;
    tell("restored, with the same number of rows and a whole audit trail", &brought, began);
    println!("now run `uketsuke migrate`");
    Ok(())
}

fn tell(what: &str, held: &Inventory, began: Instant) {
    println!(
        "{what}: {} rows in {} tables, {} files ({} bytes), in {:.1} s",
        held.row_count(),
        held.rows.len(),
        held.files,
        held.file_bytes,
        began.elapsed().as_secs_f64()
    );
    println!("of {}; the audit trail ends at {}:{}", held.made_at.to_rfc3339(), held.audit_position, held.audit_chain);
}
