//! Files of an inquiry: held by the draft while it is written, the inquiry's once
//! it is sent; read by whoever sees the inquiry.

use diesel::prelude::*;

use super::draft::{self, Owner};
use super::view::{get_for_staff, get_in_scope};
use crate::attachment::{self, Attachment, NewAttachment, Subject};
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::{AttachmentId, InquiryId};
use crate::schema::inquiry_drafts;
use crate::scope::{FacilityScope, StaffScope};
use crate::secret::{Keyring, Purpose};
use crate::throttle::{self, INQUIRY_FILES};

/// How many files one inquiry brings along.
pub const MOST_FILES: usize = 3;
/// The largest file, bytes.
pub const FILE_MAX_BYTES: u64 = 10 * 1024 * 1024;

/// Whether one more file is received from this network address; counts it.
///
/// # Errors
/// From the database only.
pub fn may_upload(tx: &mut Tx<'_>, keyring: &Keyring) -> Result<bool> {
    let Some(address) = tx.actor().address.clone() else { return Ok(true) };
    let key = format!("inquiry:files:{}", keyring.mac(Purpose::ThrottleKey, address.as_bytes()));
    Ok(throttle::spend(tx, &key, INQUIRY_FILES)?.is_some())
}

/// The files of the owner's draft.
///
/// # Errors
/// From the database only.
pub fn draft_files(conn: &mut Conn, owner: &Owner, now: At) -> Result<Vec<Attachment>> {
    match draft::find_draft(conn, owner, now)? {
        Some(draft) => attachment::list(conn, Subject::InquiryDraft, &[draft.inquiry.as_str()]),
        None => Ok(Vec::new()),
    }
}

/// Attaches a kept file to the owner's draft; `false` when it has [`MOST_FILES`].
///
/// # Errors
/// `NotFound` when there is no draft any more.
pub fn attach_to_draft(tx: &mut Tx<'_>, owner: &Owner, new: &NewAttachment) -> Result<bool> {
    let id = hold_draft(tx, owner)?;
    attachment::attach(tx, Subject::InquiryDraft, id.as_str(), new, MOST_FILES)
}

/// Takes a file off the owner's draft.
///
/// # Errors
/// `NotFound`, also for a file of somebody else's draft.
pub fn remove_from_draft(tx: &mut Tx<'_>, owner: &Owner, file: &AttachmentId) -> Result<()> {
    let id = hold_draft(tx, owner)?;
    attachment::remove(tx, Subject::InquiryDraft, id.as_str(), file)
}

/// Holds the draft's row until the transaction ends: it is not sent meanwhile, and
/// nobody else counts its files.
fn hold_draft(tx: &mut Tx<'_>, owner: &Owner) -> Result<InquiryId> {
    let now = tx.now();
    let draft = draft::find_draft(tx.conn(), owner, now)?.ok_or(Error::NotFound)?;
    let same = inquiry_drafts::table
        .find(owner.key())
        .filter(inquiry_drafts::inquiry_id.eq(&draft.inquiry))
        .filter(inquiry_drafts::sent_at.is_null());
    let held = diesel::update(same).set(inquiry_drafts::expires_at.eq(now + draft::LIFE)).execute(tx.conn())?;
    if held == 1 { Ok(draft.inquiry) } else { Err(Error::NotFound) }
}

/// The files of an inquiry, oldest first.
pub(super) fn list(conn: &mut Conn, id: &InquiryId) -> Result<Vec<Attachment>> {
    attachment::list(conn, Subject::Inquiry, &[id.as_str()])
}

/// One file of an inquiry, as far as the scope may see it.
///
/// # Errors
/// `NotFound`, also for what exists but is not theirs.
pub fn file_in_scope(
    conn: &mut Conn,
    scope: &FacilityScope,
    id: &InquiryId,
    file: &AttachmentId,
) -> Result<Attachment> {
    get_in_scope(conn, scope, id)?;
    attachment::get(conn, Subject::Inquiry, id.as_str(), file)
}

/// One file of an inquiry, for staff.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound`.
pub fn file_for_staff(conn: &mut Conn, scope: &StaffScope, id: &InquiryId, file: &AttachmentId) -> Result<Attachment> {
    get_for_staff(conn, scope, id)?;
    attachment::get(conn, Subject::Inquiry, id.as_str(), file)
}
