//! 併設申告 (SPEC 4.3): a main office declares that its devices speak for another one
//! in the same place, and proves that it belongs together by the other's match
//! secret or by documents.
//!
//! - `office` finds the other office; `steps` are the pages and their checks;
//! - `filing` is what is filed; `review` and `reasons` are for the reviewer.

mod filing;
mod office;
mod pages;
mod reasons;
mod review;
mod steps;
#[cfg(test)]
mod tests;

use serde_json::Value;
use uketsuke_core::application::procedure::{
    CheckItem, Checked, DecisionReason, Fact, FaultReason, Shortfall, Step, SummaryRow, Terms,
};
use uketsuke_core::application::{Answers, Application, ApplicationKind, Case, Method, Procedure};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::facility::Facility;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::grant::Grant;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::{annex, ending, facility, operation, registration};

use crate::Means;
use filing::Filing;

/// 併設申告
#[derive(Debug, Clone)]
pub struct AnnexDeclaration {
    means: Means,
}

impl AnnexDeclaration {
    /// The procedure, with what it needs of the installation.
    pub fn new(means: Means) -> Self {
        Self { means }
    }
}

impl Procedure for AnnexDeclaration {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::AnnexDeclaration
    }

    fn title(&self) -> &'static str {
        self.kind().title()
    }

    fn schema_version(&self) -> i32 {
        filing::SCHEMA_VERSION
    }

    fn steps(&self, case: &Case) -> Vec<Step> {
        steps::steps(case)
    }

    fn draw(&self, step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
        pages::draw(step, case, typed, errors)
    }

    fn check(&self, tx: &mut Tx<'_>, step: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
        steps::check(tx, &self.means.keyring, step, case, typed)
    }

    fn file(&self, case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
        filing::file(case)
    }

    fn summary(&self, case: &Case) -> Vec<SummaryRow> {
        filing::summary(case)
    }

    fn filed_summary(&self, values: &Value) -> Result<Vec<SummaryRow>> {
        Ok(Filing::read(values)?.lines())
    }

    fn review(&self, conn: &mut Conn, case: &Case, values: &Value) -> Result<Vec<Fact>> {
        review::facts(conn, case, &Filing::read(values)?)
    }

    fn checklist(&self, _: &Case) -> Vec<CheckItem> {
        review::CHECKLIST.to_vec()
    }

    fn fault_reasons(&self) -> &'static [FaultReason] {
        reasons::FAULT_REASONS
    }

    fn decision_reasons(&self) -> &'static [DecisionReason] {
        reasons::DECISION_REASONS
    }

    fn method(&self, values: &Value) -> Option<Method> {
        Some(if Filing::read(values).ok()?.matched_revision.is_some() { Method::Match } else { Method::Documents })
    }

    fn approves_in_bulk(&self, _: &Value) -> bool {
        false
    }

    fn standing(&self, conn: &mut Conn, facility: &Facility, _: At) -> Result<Vec<(String, String)>> {
        crate::annexed::lines(conn, facility)
    }

    fn applies_to(&self, facility: &Facility) -> bool {
        annex::partner_kind(facility.kind).is_some()
    }

    fn not_offered(&self, conn: &mut Conn, facility: &Facility, verified: bool, now: At) -> Result<Option<Refusal>> {
        let registered = registration::find(conn, &facility.id)?.is_some_and(|entry| entry.holds(now));
        Ok(match verified && registered {
            false => Some(Refusal::UsageStartFirst),
            true => annex::find(conn, &facility.id)?.map(|_| Refusal::AnnexTaken),
        })
    }

    /// By a match that still holds, unless the other office once objected.
    fn approves_itself(&self, conn: &mut Conn, case: &Case, values: &Value) -> Result<bool> {
        let filing = Filing::read(values)?;
        let other = facility::repo::get(conn, &filing.other_id)?;
        let matched = filing.matched_revision == Some(other.revision);
        Ok(matched && !annex::was_objected(conn, &case.facility.id, &other.id)?)
    }

    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, _: &Terms) -> Result<()> {
        let filing = Filing::read(values)?;
        let (main, today) = (facility::repo::get(tx.conn(), grant.facility())?, tokyo_date(tx.now().utc()));
        let other = facility::repo::get(tx.conn(), &filing.other_id)?;
        if main.is_closed(today) || other.is_closed(today) {
            return Err(Refusal::FacilityClosed.into());
        }
        if !registration::hold(tx, &main.id)?.is_some_and(|entry| entry.holds(grant.at())) {
            return Err(Refusal::UsageStartFirst.into());
        }
        let id = annex::declare(tx, grant, &other.id)?;
        annex::tell_declared(tx, &id, &other.id)?;
        let (annex, _) = annex::get(tx.conn(), &id)?;
        match operation::find(tx.conn(), &main.id)? {
            Some(entry) => crate::annexed::start(tx, grant, &annex, entry.starts_on),
            None => Ok(()),
        }
    }

    fn retract(&self, tx: &mut Tx<'_>, application: &Application) -> Result<()> {
        match annex::of_application(tx.conn(), &application.id)? {
            Some(annex) => ending::end_annex(tx, &annex.main_id, annex::Ended::Undone).map(drop),
            None => Err(Refusal::UndoSeen.into()),
        }
    }
}
