//! 資格確認端末機器（アカウント）追加申請 (SPEC 4.2): a facility that uses the service
//! asks for more device accounts. Up to a limit that administrators set a rule
//! approves it; beyond, a reviewer looks.

mod filing;
mod reasons;

use askama::Template;
use serde_json::Value;
use uketsuke_core::application::procedure::{
    CheckItem, Checked, DecisionReason, Fact, FaultReason, Quantity, Shortfall, Step, StepContent, SummaryRow, Terms,
};
use uketsuke_core::application::{Answers, Application, ApplicationKind, Case, Procedure, rules};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::Facility;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::grant::Grant;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::{device, registration};

use crate::Means;
use crate::field::{Field, text};
use filing::Filing;

/// The most devices one application asks for (SPEC 4.1).
pub const MAX_DEVICES: u32 = 20;
/// Longest reason, characters.
const MAX_REASON: usize = 200;

const COUNT_STEP: &str = "count";
const DEVICES: Field = Field { name: "device_count", label: "追加する台数" };
const REASON: Field = Field { name: "reason", label: "追加する理由" };

#[derive(Template)]
#[template(path = "procedures/device_addition/count.html")]
struct CountPage<'a> {
    errors: &'a FieldErrors,
    device_count: Option<&'a str>,
    reason: Option<&'a str>,
}

/// 資格確認端末機器（アカウント）追加申請
#[derive(Debug, Clone)]
pub struct DeviceAddition {
    means: Means,
}

impl DeviceAddition {
    /// The procedure, with what it needs of the installation.
    pub fn new(means: Means) -> Self {
        Self { means }
    }
}

fn device_count(typed: &str) -> std::result::Result<u32, FieldFault> {
    let number = fold::number(typed, 1, i64::from(MAX_DEVICES))?;
    u32::try_from(number).map_err(|_| FieldFault::NotDigits)
}

fn reason(typed: &str) -> std::result::Result<String, FieldFault> {
    fold::lines(typed, MAX_REASON)
}

impl Procedure for DeviceAddition {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::DeviceAddition
    }

    fn title(&self) -> &'static str {
        self.kind().title()
    }

    fn schema_version(&self) -> i32 {
        filing::SCHEMA_VERSION
    }

    fn steps(&self, _: &Case) -> Vec<Step> {
        let content = StepContent::Fields { kept: &[DEVICES.name, REASON.name], secret: &[], button: "次へ進む" };
        vec![Step { key: COUNT_STEP, title: "台数と理由", content }]
    }

    fn draw(&self, step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
        if step.key != COUNT_STEP {
            return Err(Error::NotFound);
        }
        let open = |field: Field| case.open.has(field.name).then(|| text(typed, field.name));
        let page = CountPage { errors, device_count: open(DEVICES), reason: open(REASON) };
        page.render().map_err(Error::internal)
    }

    fn check(&self, _: &mut Tx<'_>, _: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
        let mut found = Checked::default();
        let typed = |field: Field| text(typed, field.name);
        if case.open.has(DEVICES.name) {
            found.errors.take(DEVICES.name, DEVICES.label, device_count(typed(DEVICES)));
        }
        if case.open.has(REASON.name) {
            found.errors.take(REASON.name, REASON.label, reason(typed(REASON)));
        }
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

    fn review(&self, conn: &mut Conn, case: &Case, values: &Value) -> Result<Vec<Fact>> {
        let mut facts: Vec<Fact> = Filing::read(values)?.lines().into_iter().map(Fact::stated).collect();
        let places = device::places(conn, &case.facility.id)?;
        facts.push(Fact::known("いまある端末（失効を除く）", format!("{}台", places.live)));
        if places.free() > 0 {
            facts.push(Fact::known("アカウントをまだ作っていない台数", format!("{}台", places.free())));
        }
        if let Some(entry) = registration::find(conn, &case.facility.id)? {
            facts.push(Fact::known("利用開始のときの職員数", format!("{}人", entry.staff_count)));
        }
        Ok(facts)
    }

    fn checklist(&self, _: &Case) -> Vec<CheckItem> {
        vec![
            CheckItem { code: "reason", text: "追加する理由が、施設の仕事に合っている" },
            CheckItem {
                code: "device_count", text: "職員数といまある端末に比べて、台数が多すぎない"
            },
        ]
    }

    fn fault_reasons(&self) -> &'static [FaultReason] {
        reasons::FAULT_REASONS
    }

    fn decision_reasons(&self) -> &'static [DecisionReason] {
        reasons::DECISION_REASONS
    }

    fn quantity(&self, values: &Value) -> Option<Quantity> {
        Some(Quantity { label: DEVICES.label, asked: Filing::read(values).ok()?.device_count })
    }

    fn not_offered(&self, conn: &mut Conn, facility: &Facility, verified: bool, now: At) -> Result<Option<Refusal>> {
        let registered = registration::find(conn, &facility.id)?.is_some_and(|entry| entry.holds(now));
        Ok((!(verified && registered)).then_some(Refusal::UsageStartFirst))
    }

    fn approves_itself(&self, conn: &mut Conn, case: &Case, values: &Value) -> Result<bool> {
        let asked = Filing::read(values)?.device_count;
        let given = device::places(conn, &case.facility.id)?.given;
        Ok(given.saturating_add(asked) <= rules::automatic_limit(conn, self.kind())?)
    }

    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, terms: &Terms) -> Result<()> {
        let (now, facility) = (tx.now(), uketsuke_core::facility::repo::get(tx.conn(), grant.facility())?);
        if facility.is_closed(tokyo_date(now.utc())) {
            return Err(Refusal::FacilityClosed.into());
        }
        if let Some(refusal) = self.not_offered(tx.conn(), &facility, true, now)? {
            return Err(refusal.into());
        }
        let count = terms.quantity.unwrap_or(Filing::read(values)?.device_count);
        device::give(tx, &self.means.keyring, grant, count, self.means.activation_code_days)
    }

    fn retract(&self, tx: &mut Tx<'_>, application: &Application) -> Result<()> {
        device::take_back(tx, &application.facility_id, &application.id)
    }
}

#[cfg(test)]
mod tests;
