//! Canned reasons on a form: a list to choose from beside a text to write; an
//! empty text stands for the chosen one.

use uketsuke_core::application::reasons::{self, Reason, ReasonAction};
use uketsuke_core::error::Result;
use uketsuke_web::form::Choice;

use super::review::Reviewed;
use crate::Office;

/// The reasons for an action on this kind of application.
///
/// # Errors
/// From the database only.
pub async fn list(office: &Office, reviewed: &Reviewed, action: ReasonAction) -> Result<Vec<Reason>> {
    let (procedures, kind) = (office.procedures.clone(), reviewed.case.application.kind);
    office.db.read(move |c| reasons::list(c, procedures.get(kind)?, action)).await
}

/// Their labels.
pub fn choices(reasons: &[Reason]) -> Vec<Choice> {
    reasons.iter().map(|reason| Choice::new(reason.code.clone(), reason.label.clone())).collect()
}

/// What the applicant will read: the written text, else that of the chosen reason.
pub fn text(reasons: &[Reason], chosen: &str, written: &str) -> String {
    let chosen = reasons.iter().find(|reason| reason.code == chosen).filter(|_| written.trim().is_empty());
    chosen.map_or_else(|| written.to_owned(), |reason| reason.text.clone())
}
