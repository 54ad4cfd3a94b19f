//! From a received file to a row: the file is kept first, the row written
//! after, so that no row ever points to nothing. A file whose row was not
//! written is deleted, or swept up a day later.

use super::repo::{self, Evidence, MAX_FILES};
use super::sniff::EvidenceKind;
use super::{EvidenceError, EvidenceFault, prepare};
use crate::audit::Deed;
use crate::db::Tx;
use crate::error::Result;
use crate::fold;
use crate::form::FieldFault;
use crate::ids::{ApplicationId, EvidenceId};
use crate::scan::{Scan, ScanState};
use crate::scope::FacilityScope;
use crate::storage::{Area, Received, Storage, Stored};

/// The longest name kept, characters; the rest of a longer one is cut off.
const NAME_MAX_CHARS: usize = 150;
/// What a file without a name is called.
const NAMELESS: &str = "ファイル";

/// A file that the store has kept and no row names yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvidence {
    name: String,
    kind: EvidenceKind,
    file: Stored,
    preview: Option<Stored>,
    scan: Scan,
}

/// What attaching came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attached {
    /// It is attached.
    Done(EvidenceId),
    /// The same file was attached before; sent twice, it is there once.
    Already(EvidenceId),
    /// The application has as many files as it may have.
    TooMany,
}

/// Examines a received file, makes it fit to be kept, and keeps it.
/// `file_name` is what the browser sent.
///
/// # Errors
/// The file's own fault, or the disk's; then nothing is kept.
pub async fn keep(
    storage: &Storage,
    received: Received,
    file_name: &str,
) -> std::result::Result<NewEvidence, EvidenceError> {
    let name = name(file_name)?;
    let prepared = prepare(storage, received, file_name).await?;
    let preview = match prepared.preview {
        Some(preview) => Some(storage.keep(Area::Preview, preview).await?),
        None => None,
    };
    match storage.keep(Area::Evidence, prepared.file).await {
        Ok(file) => Ok(NewEvidence { name, kind: prepared.kind, file, preview, scan: prepared.scan }),
        Err(error) => {
            forget_object(storage, preview.as_ref()).await;
            Err(error.into())
        }
    }
}

/// Deletes a kept file that got no row. What cannot be deleted now is swept.
pub async fn forget(storage: &Storage, file: &NewEvidence) {
    forget_object(storage, Some(&file.file)).await;
    forget_object(storage, file.preview.as_ref()).await;
}

async fn forget_object(storage: &Storage, object: Option<&Stored>) {
    let Some(object) = object else { return };
    if let Err(error) = storage.delete(&object.key).await {
        tracing::warn!(%error, "a file without a row is left to the sweep");
    }
}

/// A file's name as it is shown: no folders, nothing invisible, not too long.
pub(crate) fn name(raw: &str) -> std::result::Result<String, EvidenceFault> {
    let visible: String = raw.chars().filter(|c| !fold::is_unprintable(*c)).collect();
    match fold::file_name(&cut(&visible), NAME_MAX_CHARS) {
        Ok(name) => Ok(name),
        Err(FieldFault::PersonalNumber) => Err(EvidenceFault::PersonalNumber),
        Err(_) => Ok(NAMELESS.to_owned()),
    }
}

/// Keeps the end, where the extension is.
fn cut(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let over = name.chars().count().saturating_sub(NAME_MAX_CHARS);
    name.chars().skip(over).collect()
}

/// Writes the row, counted in the transaction. The caller holds the
/// application's row, so that no two count at the same moment.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    scope: &FacilityScope,
    application: &ApplicationId,
    new: &NewEvidence,
) -> Result<Attached> {
    let attached = repo::list(tx.conn(), application)?;
    let same = |old: &&Evidence| old.sha256 == new.file.sha256 && old.original_name == new.name;
    if let Some(old) = attached.iter().find(same) {
        return Ok(Attached::Already(old.id.clone()));
    }
    if attached.len() >= MAX_FILES {
        return Ok(Attached::TooMany);
    }
    let row = row(tx, scope, application, new);
    repo::insert(tx, &row)?;
    tx.record(Deed::new("evidence.attached", "evidence", row.id.as_str()).at_facility(scope.facility()))?;
    Ok(Attached::Done(row.id))
}

fn row(tx: &Tx<'_>, scope: &FacilityScope, application: &ApplicationId, new: &NewEvidence) -> Evidence {
    Evidence {
        id: EvidenceId::mint(),
        application_id: application.clone(),
        facility_id: scope.facility().clone(),
        account_id: scope.account().clone(),
        storage_key: Some(new.file.key.clone()),
        preview_key: new.preview.as_ref().map(|preview| preview.key.clone()),
        original_name: new.name.clone(),
        media_type: new.kind.media_type().to_owned(),
        size_bytes: i64::try_from(new.file.size_bytes).unwrap_or(i64::MAX),
        sha256: new.file.sha256.clone(),
        removed_at: None,
        created_at: tx.now(),
        scan: new.scan.state,
        scan_note: new.scan.note.clone(),
        scanned_at: (new.scan.state != ScanState::Pending).then(|| tx.now()),
        erased_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_folders_and_what_cannot_be_seen() {
        for (raw, kept) in [
            ("通知書.pdf", "通知書.pdf"),
            ("../../etc/passwd", "passwd"),
            (r"C:\書類\写真 1.jpg", "写真 1.jpg"),
            ("a\0b\u{202E}c\r\n.png", "abc.png"),
            ("", NAMELESS),
            ("\u{200B}/", NAMELESS),
            ("😀.xlsx", "😀.xlsx"),
            ("'; drop table evidence; --.pdf", "'; drop table evidence; --.pdf"),
            ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
        ] {
            assert_eq!(name(raw).as_deref(), Ok(kept), "{raw:?}");
        }
        let long = name(&format!("{}.pdf", "あ".repeat(400))).unwrap();
        assert!(long.ends_with("ああ.pdf") && long.chars().count() == NAME_MAX_CHARS);
    }

    #[test]
    fn a_personal_number_in_a_name_is_refused() {
        assert_eq!(name("控え_1234-5678-9018.pdf"), Err(EvidenceFault::PersonalNumber));
        assert_eq!(name("12345678\u{202E}9018.pdf"), Err(EvidenceFault::PersonalNumber));
    }
}
