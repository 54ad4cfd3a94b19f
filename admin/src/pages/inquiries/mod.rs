//! What people ask: the list of those who answer, one inquiry with its thread, and
//! each deed on it; phone calls, and the answers kept ready.

pub mod answer;
mod asked;
pub mod canned;
pub mod canned_edit;
pub mod close;
pub mod export;
pub mod hands;
pub mod index;
pub mod merge;
pub mod new;
pub mod notes;
pub mod show;
mod stale;

use serde::Deserialize;
use uketsuke_core::db::Tx;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::kind::Site;
use uketsuke_core::ids::InquiryId;
use uketsuke_core::inquiry::{self, Category, Inquiry};
use uketsuke_core::scope::StaffScope;
use uketsuke_web::PageResult;
use uketsuke_web::form::Choice;

use crate::Office;
use crate::access::{AnswerInquiries, Staff};

/// The inquiry of this address.
async fn read<D>(office: &Office, who: &Staff<D>, id: &str) -> Result<Inquiry> {
    let id = InquiryId::parse(id).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    office.db.read(move |c| inquiry::get_for_staff(c, &scope, &id)).await
}

/// What the buttons send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RevisionForm {
    revision: String,
}

/// One step that a button takes: on to the inquiry, or to what came in between.
async fn step(
    office: &Office,
    who: &Staff<AnswerInquiries>,
    (id, form): (&str, &RevisionForm),
    take: fn(&mut Tx<'_>, &StaffScope, (&InquiryId, i64)) -> Result<()>,
    told: &str,
) -> PageResult {
    let (scope, revision) = (who.scope.clone(), seen(&form.revision));
    let named = InquiryId::parse(id).ok_or(Error::NotFound)?;
    match office.db.write(who.actor(), move |tx| take(tx, &scope, (&named, revision))).await {
        Ok(()) => Ok(who.done(format!("/inquiries/{id}"), told)),
        Err(error) => stale::or_else(office, who, id, error, "").await,
    }
}

/// The revision that a form names; one that no inquiry has when it names none.
fn seen(revision: &str) -> i64 {
    revision.parse().unwrap_or(-1)
}

/// Every category, to choose from.
fn categories() -> Vec<Choice> {
    Category::ALL.iter().map(|one| Choice::new(one.as_str(), one.label())).collect()
}

/// Both portals, to choose from.
fn sites() -> Vec<Choice> {
    Site::ALL.iter().map(|site| Choice::new(site.as_str(), site.name())).collect()
}
