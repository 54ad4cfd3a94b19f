//! Which files wait for a scan, and what it came to.

use chrono::Duration;
use diesel::prelude::*;

use super::{Scan, ScanState};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::{AttachmentId, EvidenceId};
use crate::schema::{attachments, evidence};
use crate::storage::StoredKey;

/// Until a file is tried again that the scanner was away for.
const SOON: Duration = Duration::minutes(5);
/// Until one is that it could not scan.
const LATER: Duration = Duration::days(1);

/// A file of either sort.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    Evidence(EvidenceId),
    Attachment(AttachmentId),
}

/// A file that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub subject: Subject,
    pub key: StoredKey,
}

/// The rows of one table that are due: never tried, or not lately.
macro_rules! due {
    ($conn:expr, $table:ident, $key:expr, $now:expr, $limit:expr) => {{
        let open = [ScanState::Pending, ScanState::Unscannable];
        let tried =
            |state: ScanState, before: At| $table::scan.eq(state).and($table::scanned_at.lt(before).assume_not_null());
        let untried = $table::scan.eq(ScanState::Pending).and($table::scanned_at.is_null());
        $table::table
            .filter($table::scan.eq_any(open))
            .filter(untried.or(tried(ScanState::Pending, $now - SOON)).or(tried(ScanState::Unscannable, $now - LATER)))
            .order($table::id)
            .limit($limit)
            .filter($table::storage_key.is_not_null())
            .select(($table::id, $key))
            .load($conn)?
    }};
}

/// Up to `limit` files of each sort that wait, oldest first.
pub(super) fn waiting(conn: &mut Conn, now: At, limit: i64) -> Result<Vec<Waiting>> {
    let attached: Vec<(AttachmentId, StoredKey)> = due!(conn, attachments, attachments::storage_key, now, limit);
    let handed_in: Vec<(EvidenceId, StoredKey)> =
        due!(conn, evidence, evidence::storage_key.assume_not_null(), now, limit);
    let attached = attached.into_iter().map(|(id, key)| Waiting { subject: Subject::Attachment(id), key });
    let handed_in = handed_in.into_iter().map(|(id, key)| Waiting { subject: Subject::Evidence(id), key });
    Ok(handed_in.chain(attached).collect())
}

/// Notes what a scan came to, also that it came to nothing.
pub(super) fn note(tx: &mut Tx<'_>, subject: &Subject, scan: &Scan) -> Result<()> {
    let now = tx.now();
    macro_rules! set {
        ($table:ident, $id:expr) => {{
            let set = ($table::scan.eq(scan.state), $table::scan_note.eq(&scan.note), $table::scanned_at.eq(now));
            diesel::update($table::table.find($id)).set(set).execute(tx.conn())?
        }};
    }
    let (found, table, id) = match subject {
        Subject::Evidence(id) => (set!(evidence, id), "evidence", id.as_str()),
        Subject::Attachment(id) => (set!(attachments, id), "attachments", id.as_str()),
    };
    if found == 1 && scan.state == ScanState::Infected {
        tx.record(Deed::new("file.infected", table, id))?;
    }
    Ok(())
}
