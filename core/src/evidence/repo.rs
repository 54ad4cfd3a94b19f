//! Evidence rows: which file belongs to which application. The file itself
//! lies in the store under a random key that no URL ever shows.
//!
//! A removed row stays: what was sent once is part of the legal record.

use diesel::prelude::*;

use super::sniff::EvidenceKind;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::{AccountId, ApplicationId, EvidenceId, FacilityId};
use crate::refusal::Refusal;
use crate::scan::ScanState;
use crate::schema::{applications, evidence};
use crate::storage::StoredKey;

/// The most files one application may have (SPEC 4.1).
pub const MAX_FILES: usize = 10;

/// What a file is called that has no name any more.
pub const ERASED_NAME: &str = "消去済みの書類";

/// One attached file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = evidence)]
pub struct Evidence {
    /// Id.
    pub id: EvidenceId,
    /// What it was attached to.
    pub application_id: ApplicationId,
    /// Whose it is.
    pub facility_id: FacilityId,
    /// Who attached it.
    pub account_id: AccountId,
    /// Where the store has it; never shown. Nothing once it was erased.
    pub storage_key: Option<StoredKey>,
    /// Where the store has its small picture, for images.
    pub preview_key: Option<StoredKey>,
    /// What its owner calls it, without folders; empty once it was erased.
    pub original_name: String,
    /// Its type, by content.
    pub media_type: String,
    /// Its size as stored, bytes.
    pub size_bytes: i64,
    /// SHA-256 of the stored bytes, hex.
    pub sha256: String,
    /// When the applicant took it off.
    pub removed_at: Option<At>,
    /// When it was attached.
    pub created_at: At,
    /// What the virus scanner says of it.
    pub scan: ScanState,
    /// Which virus, or why there is no verdict.
    pub scan_note: Option<String>,
    /// When it was last scanned, or tried to be.
    pub scanned_at: Option<At>,
    /// When file and name were erased, because their term was over.
    pub erased_at: Option<At>,
}

impl Evidence {
    /// Its size as stored, bytes.
    pub fn size(&self) -> u64 {
        u64::try_from(self.size_bytes).unwrap_or(0)
    }

    /// What lists call it.
    pub fn name(&self) -> &str {
        if self.erased_at.is_some() { ERASED_NAME } else { &self.original_name }
    }

    /// Where the store has it.
    ///
    /// # Errors
    /// `Refused(FileErased)` when its term was over.
    pub fn key(&self) -> Result<&StoredKey> {
        self.storage_key.as_ref().ok_or_else(|| Refusal::FileErased.into())
    }

    /// The name for a download: its owner's, with the extension of what it is
    /// now (a photo came as JPEG and is kept as PNG).
    pub fn download_name(&self) -> String {
        EvidenceKind::download_name(&self.original_name, &self.media_type)
    }
}

/// The files attached to an application, oldest first.
///
/// # Errors
/// From the database only.
pub fn list(conn: &mut Conn, application: &ApplicationId) -> Result<Vec<Evidence>> {
    Ok(evidence::table
        .filter(evidence::application_id.eq(application))
        .filter(evidence::removed_at.is_null())
        .order((evidence::created_at, evidence::id))
        .select(Evidence::as_select())
        .load(conn)?)
}

/// One file of an application, taken off or not: an earlier filing may name it.
///
/// # Errors
/// `NotFound`, also when it belongs to another application.
pub fn get(conn: &mut Conn, application: &ApplicationId, id: &EvidenceId) -> Result<Evidence> {
    Ok(evidence::table
        .find(id)
        .filter(evidence::application_id.eq(application))
        .select(Evidence::as_select())
        .first(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, row: &Evidence) -> Result<()> {
    diesel::insert_into(evidence::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Takes one file off; whether there was such a file.
pub(super) fn set_removed(tx: &mut Tx<'_>, application: &ApplicationId, id: &EvidenceId) -> Result<bool> {
    let now = tx.now();
    let attached = evidence::table
        .filter(evidence::id.eq(id))
        .filter(evidence::application_id.eq(application))
        .filter(evidence::removed_at.is_null());
    Ok(diesel::update(attached).set(evidence::removed_at.eq(now)).execute(tx.conn())? == 1)
}

/// Takes every file of an application off, because its draft is thrown away.
///
/// # Errors
/// From the database only.
pub fn remove_all(tx: &mut Tx<'_>, application: &ApplicationId) -> Result<()> {
    let now = tx.now();
    let attached =
        evidence::table.filter(evidence::application_id.eq(application)).filter(evidence::removed_at.is_null());
    diesel::update(attached).set(evidence::removed_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

/// Deletes the rows of files taken off before `before` whose application was
/// never sent: nothing refers to them any more.
pub(super) fn delete_never_sent(tx: &mut Tx<'_>, before: At) -> Result<usize> {
    let never_sent = applications::table.filter(applications::submitted_at.is_null()).select(applications::id);
    let gone =
        evidence::table.filter(evidence::removed_at.lt(before)).filter(evidence::application_id.eq_any(never_sent));
    Ok(diesel::delete(gone).execute(tx.conn())?)
}
