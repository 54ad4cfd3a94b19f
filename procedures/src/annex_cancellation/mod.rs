//! 併設申告の取消 (SPEC 4.3): the main office ends the annex, or the people of the
//! subordinate one object to it. Recorded at once: from then on the main office's
//! devices speak for it alone.

mod filing;

use askama::Template;
use serde_json::Value;
use uketsuke_core::annex::{self, Annex, Ended};
use uketsuke_core::application::procedure::{Checked, Shortfall, Step, SummaryRow, Terms};
use uketsuke_core::application::{Answers, Application, ApplicationKind, Case, Procedure};
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::Facility;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::grant::Grant;
use uketsuke_core::ids::FacilityId;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::{ending, facility};

use crate::field::{Field, TICKED, fields, text, ticked};
use filing::Filing;

const REASON_STEP: &str = "reason";
const REASON: Field = Field { name: "reason", label: "取り消す理由" };
const AGREED: Field = Field { name: "agreed", label: "変わることの確認" };
/// Which annex it was when the form was filled in, and the other office's name.
const ANNEX: &str = "annex";
const OTHER: &str = "other";

/// Longest reason, characters.
const MAX_REASON: usize = 200;

#[derive(Template)]
#[template(path = "procedures/annex_cancellation/reason.html")]
struct ReasonPage<'a> {
    errors: &'a FieldErrors,
    reason: &'a str,
    agreed: bool,
}

/// 併設申告の取消
#[derive(Debug, Clone, Copy)]
pub struct AnnexCancellation;

/// A reason may be left out.
fn reason(typed: &str) -> std::result::Result<String, FieldFault> {
    if typed.trim().is_empty() { Ok(String::new()) } else { fold::lines(typed, MAX_REASON) }
}

fn agreed(typed: &str) -> std::result::Result<(), FieldFault> {
    ticked(typed, "変わることを確かめて、印を付けてください")
}

/// From which side it ends.
fn because(annex: &Annex, by: &FacilityId) -> Ended {
    if annex.is_main(by) { Ended::Cancelled } else { Ended::Objected }
}

impl Procedure for AnnexCancellation {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::AnnexCancellation
    }

    fn title(&self) -> &'static str {
        self.kind().title()
    }

    fn schema_version(&self) -> i32 {
        filing::SCHEMA_VERSION
    }

    fn steps(&self, _: &Case) -> Vec<Step> {
        vec![fields(REASON_STEP, "取消の内容", &[REASON.name, AGREED.name])]
    }

    fn draw(&self, step: &Step, _: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
        if step.key != REASON_STEP {
            return Err(Error::NotFound);
        }
        let page = ReasonPage { errors, reason: text(typed, REASON.name), agreed: text(typed, AGREED.name) == TICKED };
        page.render().map_err(Error::internal)
    }

    fn check(&self, tx: &mut Tx<'_>, _: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
        let annex = annex::find(tx.conn(), &case.facility.id)?.ok_or(Refusal::NoAnnex)?;
        let other = facility::repo::get(tx.conn(), annex.other(&case.facility.id))?;
        let mut found = Checked::default();
        found.errors.take(REASON.name, REASON.label, reason(text(typed, REASON.name)));
        found.errors.take(AGREED.name, AGREED.label, agreed(text(typed, AGREED.name)));
        found.marks = vec![
            (ANNEX, Some(annex.id.to_string())),
            (OTHER, Some(format!("{}（{}）", other.name, other.code.as_str()))),
        ];
        Ok(found)
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

    fn standing(&self, conn: &mut Conn, facility: &Facility, _: At) -> Result<Vec<(String, String)>> {
        crate::annexed::lines(conn, facility)
    }

    fn applies_to(&self, facility: &Facility) -> bool {
        annex::partner_kind(facility.kind).is_some()
    }

    fn not_offered(&self, conn: &mut Conn, facility: &Facility, verified: bool, _: At) -> Result<Option<Refusal>> {
        if !verified {
            return Ok(Some(Refusal::NotVerified));
        }
        Ok(annex::find(conn, &facility.id)?.is_none().then_some(Refusal::NoAnnex))
    }

    fn approves_itself(&self, _: &mut Conn, _: &Case, _: &Value) -> Result<bool> {
        Ok(true)
    }

    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, _: &Terms) -> Result<()> {
        let filing = Filing::read(values)?;
        let annex = annex::find(tx.conn(), grant.facility())?.filter(|annex| annex.id == filing.annex);
        let annex = annex.ok_or(Refusal::NoAnnex)?;
        let ended = ending::end_annex(tx, grant.facility(), because(&annex, grant.facility()))?;
        ended.map(drop).ok_or_else(|| Refusal::NoAnnex.into())
    }

    /// Nobody reviews it, so nobody undoes it: it is declared anew.
    fn retract(&self, _: &mut Tx<'_>, _: &Application) -> Result<()> {
        Err(Refusal::NotInThisState.into())
    }
}
