//! The files of a notice: pictures of its text, and what is to be saved.

use super::life::Action;
use super::model::get;
use crate::attachment::{self, NewAttachment, Subject};
use crate::content::{markdown, may_edit};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{AttachmentId, NoticeId};
use crate::refusal::Refusal;
use crate::scope::StaffScope;

/// How many files one notice may have.
pub const MOST_FILES: usize = 10;

/// Attaches a file while the notice can be changed; `false` when it has as many as
/// it may have.
///
/// # Errors
/// `Forbidden`; `NotFound`; [`Refusal::NotInThisState`].
pub fn attach_file(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId, new: &NewAttachment) -> Result<bool> {
    must_be_open(tx, scope, id)?;
    attachment::attach(tx, Subject::Notice, id.as_str(), new, MOST_FILES)
}

/// Takes a file off while the notice can be changed; `false` when its text shows it.
///
/// # Errors
/// As [`attach_file`].
pub fn remove_file(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId, file: &AttachmentId) -> Result<bool> {
    let body = must_be_open(tx, scope, id)?;
    let mut others = attachment::list(tx.conn(), Subject::Notice, &[id.as_str()])?;
    others.retain(|other| other.id != *file);
    let names: Vec<&str> = others.iter().map(|other| other.original_name.as_str()).collect();
    if !markdown::faults(&body, &names).is_empty() {
        return Ok(false);
    }
    attachment::remove(tx, Subject::Notice, id.as_str(), file)?;
    Ok(true)
}

/// The text of a notice that these hands may change now.
fn must_be_open(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<String> {
    may_edit(scope)?;
    let (now, notice) = (tx.now(), get(tx.conn(), scope, id)?);
    if notice.standing(now).allows(Action::Amend) { Ok(notice.body) } else { Err(Refusal::NotInThisState.into()) }
}
