//! 助成金交付申請 (SPEC 4.5): what was bought for the use of the service is claimed,
//! reviewed, decided by a second person, and paid.
//!
//! - `purchases` reads the lines; `filing` is what is filed; `pages` draw the steps;
//! - `sheet` is the lines as a form for Excel;
//! - `review` and `reasons` are for the reviewer; `effect` posts the decision.

mod effect;
mod filing;
mod pages;
mod purchases;
mod reasons;
mod review;
mod sheet;
#[cfg(test)]
mod tests;

use serde_json::Value;
use uketsuke_core::annex;
use uketsuke_core::application::procedure::{
    Allowance, CheckItem, Checked, DecisionReason, Fact, FaultReason, FilledIn, Misread, Shortfall, Step, StepContent,
    StepForm, SummaryRow, Terms,
};
use uketsuke_core::application::{Answers, Application, ApplicationKind, Case, Procedure, State, repo};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::evidence::viewer::book::Table;
use uketsuke_core::facility::{self, Facility};
use uketsuke_core::form::FieldErrors;
use uketsuke_core::grant::Grant;
use uketsuke_core::money::shown;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::subsidy::programme::{self, Programme};
use uketsuke_core::subsidy::rules::Window;
use uketsuke_core::subsidy::{claim, decision, payee};
use uketsuke_core::{device, registration};

use crate::Means;
use crate::field::text;
use filing::{ANNEXED, Annexed, Filing, PAYEE, PROGRAMME, UNCLEAR, Under};

const EVIDENCE_STEP: &str = "documents";
const PURCHASES_STEP: &str = "purchases";
const PAYEE_STEP: &str = "payee";
/// What documents are called here.
const EVIDENCE_LABEL: &str = "領収書（写）と領収書内訳書";

/// 助成金交付申請
#[derive(Debug, Clone)]
pub struct SubsidyClaim {
    means: Means,
}

impl SubsidyClaim {
    /// The procedure, with what it needs of the installation.
    pub fn new(means: Means) -> Self {
        Self { means }
    }
}

/// The other office of the facility's annex.
fn annexed(conn: &mut Conn, of: &Facility) -> Result<Option<Facility>> {
    match annex::find(conn, &of.id)? {
        Some(annex) => facility::repo::get(conn, annex.other(&of.id)).map(Some),
        None => Ok(None),
    }
}

/// Whether the facility or the other office of its annex has a grant of the
/// programme, or the other office a claim under way.
fn taken(conn: &mut Conn, programme: &Programme, of: &Facility) -> Result<bool> {
    let other = annexed(conn, of)?;
    let both: Vec<_> = std::iter::once(&of.id).chain(other.as_ref().map(|other| &other.id)).collect();
    if decision::covers(conn, &programme.id, &both)? {
        return Ok(true);
    }
    let Some(other) = other else { return Ok(false) };
    let standing = repo::find_standing(conn, &other.id, ApplicationKind::Subsidy)?;
    Ok(standing.is_some_and(|(_, state)| state != State::Approved))
}

impl Procedure for SubsidyClaim {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::Subsidy
    }

    fn title(&self) -> &'static str {
        self.kind().title()
    }

    fn schema_version(&self) -> i32 {
        filing::SCHEMA_VERSION
    }

    fn steps(&self, _: &Case) -> Vec<Step> {
        let evidence = StepContent::Evidence { label: EVIDENCE_LABEL };
        let fields = |kept| StepContent::Fields { kept, secret: &[], button: "次へ進む" };
        vec![
            Step { key: EVIDENCE_STEP, title: "書類の添付", content: evidence },
            Step { key: PURCHASES_STEP, title: purchases::LABEL, content: fields(purchases::NAMES.as_slice()) },
            Step { key: PAYEE_STEP, title: payee::PIN.1, content: fields(payee::NAMES) },
        ]
    }

    fn draw(&self, step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
        pages::draw(step, case, typed, errors)
    }

    fn check(&self, tx: &mut Tx<'_>, step: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
        let mut found = Checked::default();
        match step.key {
            PURCHASES_STEP if case.open.has(purchases::PIN) => {
                let programme = filing::mark::<Under>(case, PROGRAMME).map(Programme::from);
                let today = tokyo_date(tx.now().utc());
                if let Err(errors) = purchases::read(|name| text(typed, name), programme.as_ref(), today) {
                    found.errors = errors;
                }
            }
            PAYEE_STEP if case.open.has(payee::PIN.0) => match payee::read(tx.conn(), |name| text(typed, name))? {
                Ok(payee) => found.marks = vec![(PAYEE, Some(serde_json::to_string(&payee)?)), (UNCLEAR, None)],
                Err(unclear) => {
                    found.marks = vec![(PAYEE, None), (UNCLEAR, pages::unclear_mark(&unclear))];
                    found.errors = unclear.errors;
                }
            },
            _ => {}
        }
        Ok(found)
    }

    fn current_marks(&self, conn: &mut Conn, case: &Case, now: At) -> Result<Vec<(&'static str, Option<String>)>> {
        let programme = programme::offered(conn, case.facility.kind, tokyo_date(now.utc()))?;
        let programme = programme.map(|one| serde_json::to_string(&Under::from(one))).transpose()?;
        let annexed = annexed(conn, &case.facility)?.map(|other| Annexed {
            id: other.id.clone(),
            code: other.code.as_str().to_owned(),
            name: other.name,
        });
        let annexed = annexed.map(|one| serde_json::to_string(&one)).transpose()?;
        Ok(vec![(PROGRAMME, programme), (ANNEXED, annexed)])
    }

    fn form(&self, case: &Case) -> Option<StepForm> {
        Some(sheet::form(case))
    }

    fn read_form(&self, case: &Case, table: &Table) -> std::result::Result<FilledIn, Misread> {
        sheet::read(case, table)
    }

    fn file(&self, case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
        filing::file(case)
    }

    fn note_filing(&self, tx: &mut Tx<'_>, application: &Application, values: &Value) -> Result<()> {
        let filing = Filing::read(values)?;
        let of = (&application.id, &application.facility_id);
        claim::note(tx, of, &filing.programme(), filing.calculation.yen, &review::purchases(&filing))
    }

    fn summary(&self, case: &Case) -> Vec<SummaryRow> {
        filing::summary(case)
    }

    fn filed_summary(&self, values: &Value) -> Result<Vec<SummaryRow>> {
        Ok(Filing::read(values)?.summary())
    }

    fn review(&self, conn: &mut Conn, case: &Case, values: &Value) -> Result<Vec<Fact>> {
        review::facts(conn, case, &Filing::read(values)?)
    }

    fn checklist(&self, _: &Case) -> Vec<CheckItem> {
        reasons::CHECKLIST.to_vec()
    }

    fn fault_reasons(&self) -> &'static [FaultReason] {
        reasons::FAULT_REASONS
    }

    fn decision_reasons(&self) -> &'static [DecisionReason] {
        reasons::DECISION_REASONS
    }

    fn needs_second_person(&self) -> bool {
        true
    }

    fn allowances(&self, values: &Value) -> Vec<Allowance> {
        let lines = Filing::read(values).map(|filing| filing.lines).unwrap_or_default();
        let one =
            |line: &purchases::Line| Allowance { code: line.number.to_string(), label: line.label(), asked: line.yen };
        lines.iter().map(one).collect()
    }

    fn outcome(&self, conn: &mut Conn, values: &Value, terms: &Terms, now: At) -> Result<Vec<(String, String)>> {
        let filing = Filing::read(values)?;
        let granted = effect::reckon(&filing, terms);
        let mut rows = vec![("申請額".to_owned(), shown(filing.calculation.yen))];
        for line in &filing.lines {
            if let Some(part) = terms.allowed.get(&line.number.to_string()) {
                let value = format!("{} → {}（{}）", shown(line.yen), shown(part.yen), part.reason);
                rows.push((format!("減らす：{}", line.label()), value));
            }
        }
        let steps = granted.steps.iter();
        rows.extend(steps.map(|step| (step.label.clone(), format!("{}　→　{}", step.how, shown(step.yen)))));
        rows.extend(effect::budget(conn, &filing, granted.yen, now)?);
        Ok(rows)
    }

    fn standing_label(&self) -> &'static str {
        "助成金の内容"
    }

    fn standing(&self, conn: &mut Conn, facility: &Facility, now: At) -> Result<Vec<(String, String)>> {
        let Some(programme) = programme::offered(conn, facility.kind, tokyo_date(now.utc()))? else {
            return Ok(Vec::new());
        };
        let mut rows = pages::rules(&programme.into());
        let kind = ("対象".to_owned(), facility.kind.label().to_owned());
        rows.insert(1, kind);
        if let Some(other) = annexed(conn, facility)? {
            let value = format!("{}（併設の施術所と合わせて1回の申請です）", other.name);
            rows.push(("併設の施術所".to_owned(), value));
        }
        Ok(rows)
    }

    fn not_offered(&self, conn: &mut Conn, facility: &Facility, verified: bool, now: At) -> Result<Option<Refusal>> {
        let registered = registration::find(conn, &facility.id)?.is_some_and(|entry| entry.holds(now));
        if !(verified && registered) {
            return Ok(Some(Refusal::UsageStartFirst));
        }
        let today = tokyo_date(now.utc());
        let Some(programme) = programme::offered(conn, facility.kind, today)? else {
            return Ok(Some(Refusal::NoSubsidy));
        };
        Ok(match () {
            () if programme.rules.window(today) != Window::Open => Some(Refusal::SubsidyWindow),
            () if taken(conn, &programme, facility)? => Some(Refusal::SubsidyTaken),
            () if device::count_active(conn, &facility.id)? == 0 => Some(Refusal::SubsidyDevice),
            () => None,
        })
    }

    fn approves_itself(&self, _: &mut Conn, _: &Case, _: &Value) -> Result<bool> {
        Ok(false)
    }

    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, terms: &Terms) -> Result<()> {
        effect::post(tx, &self.means, grant, &Filing::read(values)?, terms)
    }

    fn retract(&self, tx: &mut Tx<'_>, application: &Application) -> Result<()> {
        decision::take_back(tx, &application.id)
    }

    fn reject(&self, tx: &mut Tx<'_>, application: &Application, values: &Value, reason: &str) -> Result<()> {
        effect::refuse(tx, &self.means, application, &Filing::read(values)?, reason)
    }

    fn unreject(&self, tx: &mut Tx<'_>, application: &Application) -> Result<()> {
        decision::take_back(tx, &application.id)
    }
}
