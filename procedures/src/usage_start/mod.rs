//! 利用開始申請 (SPEC 4.1): a facility proves itself, by match or by documents,
//! and is given device accounts.
//!
//! - `form` reads what was typed; `steps` are its pages and their checks;
//! - `filing` is what is filed, and its lines for people;
//! - `review` and `reasons` are for the reviewer; `effect` posts the approval.

mod effect;
mod filing;
mod form;
mod pages;
mod reasons;
mod review;
mod steps;

use serde_json::Value;
use uketsuke_core::application::procedure::{
    CheckItem, Checked, DecisionReason, Fact, FaultReason, Quantity, Shortfall, Step, SummaryRow, Terms,
};
use uketsuke_core::application::{Answers, Application, ApplicationKind, Case, Method, Procedure};
use uketsuke_core::db::{Conn, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::grant::Grant;

use crate::Means;
use filing::Filing;

pub use form::{MAX_DEVICES, MAX_STAFF};

/// 利用開始申請
#[derive(Debug, Clone)]
pub struct UsageStart {
    means: Means,
}

impl UsageStart {
    /// The procedure, with what it needs of the installation.
    pub fn new(means: Means) -> Self {
        Self { means }
    }
}

impl Procedure for UsageStart {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::UsageStart
    }

    fn title(&self) -> &'static str {
        "利用開始申請"
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

    fn quantity(&self, values: &Value) -> Option<Quantity> {
        let filing = Filing::read(values).ok()?;
        Some(Quantity { label: form::DEVICES.label, asked: filing.device_count })
    }

    fn method(&self, values: &Value) -> Option<Method> {
        Some(match Filing::read(values).ok()?.verified_by {
            filing::VerifiedBy::Match => Method::Match,
            filing::VerifiedBy::Documents => Method::Documents,
        })
    }

    fn approves_itself(&self, _: &mut Conn, _: &Case, values: &Value) -> Result<bool> {
        Ok(Filing::read(values)?.verified_by == filing::VerifiedBy::Match)
    }

    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, terms: &Terms) -> Result<()> {
        effect::post(tx, &self.means, grant, &Filing::read(values)?, terms)
    }

    fn retract(&self, tx: &mut Tx<'_>, application: &Application) -> Result<()> {
        effect::retract(tx, application)
    }
}

#[cfg(test)]
mod tests;
