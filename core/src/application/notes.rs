//! Internal notes on a case: what staff tell each other. Applicants never read
//! them, and nobody changes one once it is written.

use diesel::prelude::*;

use super::repo;
use super::state::State;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::{ApplicationId, CaseNoteId, FacilityId};
use crate::schema::{applications, case_notes, staff};
use crate::scope::StaffScope;
use crate::secret::ReceiptNumber;
use crate::staff::role::Permission;

/// The longest note, characters.
pub const NOTE_MAX_CHARS: usize = 2000;
/// How many notes of a facility are shown beside a case.
const SHOWN: i64 = 50;

/// One note.
#[derive(Debug, Clone, Queryable)]
pub struct Note {
    /// The case it was written on.
    pub application: ApplicationId,
    /// Its 受付番号.
    pub number: Option<ReceiptNumber>,
    /// Who wrote it.
    pub author: String,
    /// The text.
    pub text: String,
    /// When.
    pub at: At,
}

impl Note {
    /// 「申請 」 and the 受付番号 of its case.
    pub fn number_words(&self) -> String {
        self.number.as_ref().map_or_else(String::new, |number| format!("申請 {}", number.as_str()))
    }
}

/// Writes a note; `text` is folded already.
///
/// # Errors
/// `Forbidden` for who only looks; `NotFound` for a draft.
pub fn add(tx: &mut Tx<'_>, scope: &StaffScope, id: &ApplicationId, text: &str) -> Result<()> {
    if !scope.may(Permission::WriteNotes) {
        return Err(Error::Forbidden);
    }
    let application = repo::get(tx.conn(), id)?;
    if matches!(application.state, State::Draft | State::Discarded) {
        return Err(Error::NotFound);
    }
    let (note, now) = (CaseNoteId::mint(), tx.now());
    diesel::insert_into(case_notes::table)
        .values((
            case_notes::id.eq(&note),
            case_notes::application_id.eq(id),
            case_notes::facility_id.eq(&application.facility_id),
            case_notes::staff_id.eq(scope.staff()),
            case_notes::body.eq(text),
            case_notes::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    tx.record(Deed::new("case_note.written", "applications", id.as_str()).at_facility(&application.facility_id))
}

/// The newest notes on any case of the facility, newest first.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn list_of_facility(conn: &mut Conn, scope: &StaffScope, facility: &FacilityId) -> Result<Vec<Note>> {
    if !scope.may(Permission::ReadApplications) {
        return Err(Error::Forbidden);
    }
    Ok(case_notes::table
        .inner_join(applications::table)
        .inner_join(staff::table)
        .filter(case_notes::facility_id.eq(facility))
        .order(case_notes::id.desc())
        .limit(SHOWN)
        .select((
            case_notes::application_id,
            applications::number,
            staff::name,
            case_notes::body,
            case_notes::created_at,
        ))
        .load(conn)?)
}
