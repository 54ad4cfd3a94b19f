//! What a decision does: the register is written, and the notice ordered. The
//! amount is reckoned anew from what was approved, by the rules it was sent under.

use uketsuke_core::application::procedure::Terms;
use uketsuke_core::application::{Application, repo};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::facility;
use uketsuke_core::grant::Grant;
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::calculate::{Calculation, calculate};
use uketsuke_core::subsidy::decision::{self, Decided, DecidedLine};
use uketsuke_core::subsidy::notice;
use uketsuke_core::subsidy::programme::{self, fiscal_year, fiscal_year_name};

use super::filing::Filing;
use crate::Means;

/// What is granted on these terms.
pub(super) fn reckon(filing: &Filing, terms: &Terms) -> Calculation {
    let counted = |number: usize, yen: i64| terms.allowed.get(&number.to_string()).map_or(yen, |part| part.yen);
    let costs: Vec<_> = filing.lines.iter().map(|line| (line.item, counted(line.number, line.yen))).collect();
    calculate(&filing.programme.rules, &costs)
}

fn decided(conn: &mut Conn, application: &Application, filing: &Filing, terms: &Terms) -> Result<Decided> {
    let facility = facility::repo::get(conn, &application.facility_id)?;
    let lines = filing.lines.iter().map(|line| {
        let lower = terms.allowed.get(&line.number.to_string());
        DecidedLine {
            label: line.label(),
            claimed: line.yen,
            counted: lower.map_or(line.yen, |part| part.yen),
            reason: lower.map_or(String::new(), |part| part.reason.clone()),
        }
    });
    Ok(Decided {
        receipt_number: application.number_text().to_owned(),
        facility_code: facility.code.as_str().to_owned(),
        facility_name: facility.name,
        annexed: filing.annexed.as_ref().map(super::filing::Annexed::shown).unwrap_or_default(),
        programme: filing.programme.rules.name.clone(),
        claimed: filing.calculation.yen,
        lines: lines.collect(),
        calculation: reckon(filing, terms),
        reason: String::new(),
    })
}

/// What the budget of this year has left before and after a grant of `yen`; a line in
/// words where it is not enough. Nothing where no budget is set.
pub(super) fn budget(conn: &mut Conn, filing: &Filing, yen: i64, now: At) -> Result<Vec<(String, String)>> {
    let year = fiscal_year(tokyo_date(now.utc()));
    let programme = &filing.programme.id;
    let Some(all) = programme::find_budget(conn, programme, year)? else { return Ok(Vec::new()) };
    let left = all - decision::granted_sum(conn, programme, year)?;
    let name = format!("{}の予算の残り", fiscal_year_name(year));
    let mut rows = vec![(name, format!("{}　→　{}", shown(left), shown(left - yen)))];
    if yen > left {
        let why = "交付すると、予算を超えます。管理者に予算を確かめてください".to_owned();
        rows.push(("注意".to_owned(), why));
    }
    Ok(rows)
}

/// Posts a grant.
pub(super) fn post(tx: &mut Tx<'_>, means: &Means, grant: &Grant, filing: &Filing, terms: &Terms) -> Result<()> {
    let application = repo::get(tx.conn(), grant.application())?;
    let decided = decided(tx.conn(), &application, filing, terms)?;
    let annexed = filing.annexed.as_ref().map(|annexed| &annexed.id);
    decision::grant(tx, grant, &filing.programme(), (&decided, &filing.payee), annexed)?;
    notice::order(tx, grant.application(), means.undo_for)
}

/// Posts a refusal.
pub(super) fn refuse(
    tx: &mut Tx<'_>,
    means: &Means,
    application: &Application,
    filing: &Filing,
    reason: &str,
) -> Result<()> {
    let mut decided = decided(tx.conn(), application, filing, &Terms::default())?;
    decided.calculation = Calculation::default();
    decided.reason = reason.to_owned();
    let of = (&application.id, &application.facility_id);
    decision::refuse(tx, of, &filing.programme(), (&decided, &filing.payee))?;
    notice::order(tx, &application.id, means.undo_for)
}
