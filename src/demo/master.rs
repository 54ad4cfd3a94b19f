//! Bringing a made-up master in, as the import does with a real one.

use anyhow::bail;
use bytes::Bytes;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::import::{self, Import, Options, Outcome};

use crate::compose::Parts;

/// Imports a CSV text into an installation.
///
/// # Errors
/// When a row cannot be taken.
pub async fn import(parts: &Parts, csv: &'static str) -> anyhow::Result<()> {
    let mut upload = parts.storage.upload().await?;
    upload.write(Bytes::from_static(csv.as_bytes())).await?;
    let file = upload.finish().await?;
    let as_of = tokyo_date(parts.db.clock().now());
    let master = Import {
        path: file.path().to_owned(),
        file_name: "master.csv".into(),
        sha256: file.sha256().to_owned(),
        options: Options { kind: None, as_of, partial: false, confirmed: true },
        details: None,
    };
    match import::run(&parts.db, parts.keyring.clone(), Actor::operator(), master).await? {
        Outcome::Applied(_) => Ok(()),
        Outcome::Refused(report) | Outcome::NeedsConfirmation(report) => {
            bail!("the master does not import: {:?}", report.refused_cells)
        }
    }
}
