//! An import by two people in the browser: one hands the file in and sees what
//! it would do, another applies it (SECURITY line 46; the table refuses the
//! same person at both ends).
//!
//! Between the two the readable rows lie staged in the store, with keyed hashes
//! for secrets; the file as handed in is gone.

use std::sync::Arc;

use super::Options;
use super::apply::Target;
use super::details::DetailWriter;
use super::repo::{self, ImportRow, ImportState, NewImport};
use super::report::Report;
use super::run::{Outcome, Walk, real};
use super::staged::StagedWriter;
use crate::audit::Deed;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::ids::ImportId;
use crate::refusal::Refusal;
use crate::scope::StaffScope;
use crate::secret::Keyring;
use crate::staff::role::Permission;
use crate::storage::{Area, Received, Scratch, Storage, StoredKey};

/// Tries a received file, stages it if every row can be taken, and notes it.
///
/// # Errors
/// `Forbidden` without the right; `Invalid` (field `file`) when the file as a
/// whole cannot be read.
pub async fn hand_in(
    db: &Db,
    keyring: Arc<Keyring>,
    storage: &Storage,
    scope: &StaffScope,
    (received, file_name): (Received, String),
    options: Options,
) -> Result<ImportId> {
    may_import(scope)?;
    let sha256 = received.sha256().to_owned();
    let scratch = async || storage.scratch().await.map_err(Error::from);
    let paper = Paper { staged: scratch().await?, details: scratch().await? };
    let (report, paper) = try_out(db, keyring, received, paper, options.clone()).await?;
    let details_key = Some(keep(storage, paper.details).await?);
    let staged_key = match report.refused {
        0 => Some(keep(storage, paper.staged).await?),
        _ => None,
    };
    let Options { kind, as_of, partial, .. } = options;
    let new = NewImport { id: ImportId::mint(), file_name, sha256, kind, as_of, partial, staged_key, details_key };
    let id = new.id.clone();
    db.write(scope.actor(), move |tx| {
        repo::insert_import(tx, &new, &report)?;
        tx.record(Deed::new("facility.import_handed_in", "facility_imports", new.id.as_str()))
    })
    .await?;
    Ok(id)
}

/// What a trial writes.
struct Paper {
    staged: Scratch,
    details: Scratch,
}

async fn try_out(
    db: &Db,
    keyring: Arc<Keyring>,
    received: Received,
    paper: Paper,
    options: Options,
) -> Result<(Report, Paper)> {
    db.patient()
        .read(move |conn| {
            let mut stage = StagedWriter::create(paper.staged.path())?;
            let mut details = DetailWriter::create(paper.details.path())?;
            let walk = Walk { keyring: &keyring, path: received.path(), options: &options, staged_from: None };
            let report = walk.run(&mut Target::Dry(conn), Some(&mut stage), Some(&mut details))?;
            stage.finish()?;
            details.finish()?;
            Ok((report, paper))
        })
        .await
}

async fn keep(storage: &Storage, written: Scratch) -> Result<StoredKey> {
    let received = written.finish().await?;
    Ok(storage.keep(Area::Import, received).await?.key)
}

/// Applies what a colleague handed in, all or nothing. `confirmed` says that
/// closing more than a twentieth of a kind is meant.
///
/// # Errors
/// `Forbidden` without the right; `Refused(ImportSamePerson)`;
/// `Refused(NotInThisState)` when it does not wait (any more).
pub async fn apply(
    db: &Db,
    keyring: Arc<Keyring>,
    storage: &Storage,
    scope: &StaffScope,
    id: &ImportId,
    confirmed: bool,
) -> Result<Outcome> {
    may_import(scope)?;
    let wanted = id.clone();
    let import = db.read(move |c| repo::get_import(c, &wanted)).await?;
    let key =
        import.staged_key.clone().filter(|_| import.state == ImportState::Pending).ok_or(Refusal::NotInThisState)?;
    if import.uploaded_by == scope.actor().label() {
        return Err(Refusal::ImportSamePerson.into());
    }
    let staged = storage.fetch(&key).await?;
    let options = Options { kind: None, as_of: import.as_of, partial: import.partial, confirmed };
    let outcome = apply_staged(db, keyring, scope, (import, staged), options).await?;
    if let Outcome::Applied(_) = outcome {
        forget(storage, &key).await;
    }
    Ok(outcome)
}

async fn apply_staged(
    db: &Db,
    keyring: Arc<Keyring>,
    scope: &StaffScope,
    (import, staged): (ImportRow, Received),
    options: Options,
) -> Result<Outcome> {
    let format = import.report()?.encoding;
    db.patient()
        .settle(scope.actor(), move |tx| {
            let walk =
                Walk { keyring: &keyring, path: staged.path(), options: &options, staged_from: Some(format.as_str()) };
            real(tx, walk, &import.id, None)
        })
        .await
}

/// Gives an import up that waits.
///
/// # Errors
/// `Forbidden` without the right; `Conflict` when it does not wait any more.
pub async fn give_up(db: &Db, storage: &Storage, scope: &StaffScope, id: &ImportId) -> Result<()> {
    may_import(scope)?;
    let id = id.clone();
    let key = db
        .write(scope.actor(), move |tx| {
            let import = repo::get_import(tx.conn(), &id)?;
            repo::end_import(tx, &id, ImportState::Dropped, &import.report()?)?;
            tx.record(Deed::new("facility.import_dropped", "facility_imports", id.as_str()))?;
            Ok(import.staged_key)
        })
        .await?;
    if let Some(key) = key {
        forget(storage, &key).await;
    }
    Ok(())
}

/// What cannot be deleted now is left to the sweep of orphaned files.
async fn forget(storage: &Storage, key: &StoredKey) {
    if let Err(error) = storage.delete(key).await {
        tracing::warn!(%error, "a staged import stays behind");
    }
}

fn may_import(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ImportMaster) { Ok(()) } else { Err(Error::Forbidden) }
}
