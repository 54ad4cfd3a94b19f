//! Files that belong to something that is no application: to a notice, a handbook,
//! an inquiry. Judged by content like evidence, kept in the same store, and read
//! through a handler that knows who asks.

use diesel::prelude::*;

use crate::audit::Deed;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::evidence::{EvidenceError, EvidenceKind, attach, prepare};
use crate::ids::AttachmentId;
use crate::scan::{Scan, ScanState};
use crate::schema::attachments;
use crate::storage::{Area, Received, Storage, Stored, StoredKey};

#[cfg(test)]
mod tests;

text_enum! {
    /// What files are attached to.
    pub enum Subject {
        /// A notice.
        Notice = "notice",
        /// A version of a handbook.
        Manual = "manual",
        /// An inquiry.
        Inquiry = "inquiry",
        /// An inquiry that is still being written.
        InquiryDraft = "inquiry_draft",
    }
}

/// One attached file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = attachments)]
pub struct Attachment {
    /// Id.
    pub id: AttachmentId,
    /// What sort of thing it is attached to.
    pub subject_kind: Subject,
    /// Its id.
    pub subject_id: String,
    /// Where the store has it; never shown.
    pub storage_key: StoredKey,
    /// What its owner calls it, without folders.
    pub original_name: String,
    /// Its type, by content.
    pub media_type: String,
    /// Its size as stored, bytes.
    pub size_bytes: i64,
    /// SHA-256 of the stored bytes, hex.
    pub sha256: String,
    /// When it was attached.
    pub created_at: At,
    /// What the virus scanner says of it.
    pub scan: ScanState,
    /// Which virus, or why there is no verdict.
    pub scan_note: Option<String>,
    /// When it was last scanned, or tried to be.
    pub scanned_at: Option<At>,
}

impl Attachment {
    /// Its size as stored, bytes.
    pub fn size(&self) -> u64 {
        u64::try_from(self.size_bytes).unwrap_or(0)
    }

    /// Whether pages can show it as a picture.
    pub fn is_picture(&self) -> bool {
        EvidenceKind::of_media_type(&self.media_type).is_some_and(EvidenceKind::is_picture)
    }

    /// The name for a download, with the extension of what it is.
    pub fn download_name(&self) -> String {
        EvidenceKind::download_name(&self.original_name, &self.media_type)
    }
}

/// A file that the store has kept and no row names yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    name: String,
    kind: EvidenceKind,
    file: Stored,
    scan: Scan,
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
) -> std::result::Result<NewAttachment, EvidenceError> {
    let name = attach::name(file_name)?;
    let prepared = prepare(storage, received, file_name).await?;
    let file = storage.keep(Area::Attachment, prepared.file).await?;
    Ok(NewAttachment { name, kind: prepared.kind, file, scan: prepared.scan })
}

/// Deletes a kept file for which `attached` tells that it got no row. What cannot be
/// deleted now is swept, and so is what perhaps has a row when the database went away.
pub async fn settle(storage: &Storage, new: &NewAttachment, attached: std::result::Result<bool, &Error>) {
    if !attached.map_or_else(Error::is_certain, |done| !done) {
        return;
    }
    if let Err(error) = storage.delete(&new.file.key).await {
        tracing::warn!(%error, "a file without a row is left to the sweep");
    }
}

/// Attaches a kept file; `false` when there are `most` already. A name that is
/// there already is attached once more under a number.
///
/// # Errors
/// From the database only.
pub fn attach(tx: &mut Tx<'_>, subject: Subject, id: &str, new: &NewAttachment, most: usize) -> Result<bool> {
    let there = list(tx.conn(), subject, &[id])?;
    // Sent twice, it is there once.
    if there.iter().any(|old| old.sha256 == new.file.sha256 && old.original_name == new.name) {
        return Ok(true);
    }
    if there.len() >= most {
        return Ok(false);
    }
    let row = Attachment {
        id: AttachmentId::mint(),
        subject_kind: subject,
        subject_id: id.to_owned(),
        storage_key: new.file.key.clone(),
        original_name: free_name(&new.name, &there),
        media_type: new.kind.media_type().to_owned(),
        size_bytes: i64::try_from(new.file.size_bytes).unwrap_or(i64::MAX),
        sha256: new.file.sha256.clone(),
        created_at: tx.now(),
        scan: new.scan.state,
        scan_note: new.scan.note.clone(),
        scanned_at: (new.scan.state != ScanState::Pending).then(|| tx.now()),
    };
    diesel::insert_into(attachments::table).values(&row).execute(tx.conn())?;
    tx.record(Deed::new("attachment.added", "attachments", row.id.as_str()))?;
    Ok(true)
}

/// Texts name their pictures, so no two files of one text share a name.
fn free_name(name: &str, there: &[Attachment]) -> String {
    let (stem, extension) = name.rsplit_once('.').map_or((name, String::new()), |(s, e)| (s, format!(".{e}")));
    let numbered = |n: usize| if n == 1 { name.to_owned() } else { format!("{stem}_{n}{extension}") };
    let taken = |name: &String| there.iter().any(|old| old.original_name == *name);
    (1..).map(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// The files of these things, oldest first.
///
/// # Errors
/// From the database only.
pub fn list(conn: &mut Conn, subject: Subject, ids: &[&str]) -> Result<Vec<Attachment>> {
    Ok(attachments::table
        .filter(attachments::subject_kind.eq(subject).and(attachments::subject_id.eq_any(ids)))
        .order(attachments::id)
        .select(Attachment::as_select())
        .load(conn)?)
}

/// One file of one thing.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut Conn, subject: Subject, id: &str, file: &AttachmentId) -> Result<Attachment> {
    attachments::table
        .find(file)
        .filter(attachments::subject_kind.eq(subject).and(attachments::subject_id.eq(id)))
        .select(Attachment::as_select())
        .first(conn)
        .map_err(Error::from)
}

/// Takes a file off; the sweep deletes it.
///
/// # Errors
/// `NotFound`.
pub fn remove(tx: &mut Tx<'_>, subject: Subject, id: &str, file: &AttachmentId) -> Result<()> {
    let row = get(tx.conn(), subject, id, file)?;
    diesel::delete(attachments::table.find(&row.id)).execute(tx.conn())?;
    tx.record(Deed::new("attachment.removed", "attachments", row.id.as_str()))
}

/// Moves all files of one thing to another.
///
/// # Errors
/// From the database only.
pub fn hand_over(tx: &mut Tx<'_>, from: (Subject, &str), to: (Subject, &str)) -> Result<()> {
    let own = attachments::table.filter(attachments::subject_kind.eq(from.0).and(attachments::subject_id.eq(from.1)));
    diesel::update(own)
        .set((attachments::subject_kind.eq(to.0), attachments::subject_id.eq(to.1)))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes all files of these things off; the sweep deletes them.
///
/// # Errors
/// From the database only.
pub fn drop_all(tx: &mut Tx<'_>, subject: Subject, ids: &[&str]) -> Result<()> {
    let own = attachments::table.filter(attachments::subject_kind.eq(subject).and(attachments::subject_id.eq_any(ids)));
    diesel::delete(own).execute(tx.conn())?;
    Ok(())
}
