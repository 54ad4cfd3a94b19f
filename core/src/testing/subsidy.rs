//! Grants of 助成金, as if they had been claimed and decided.

use diesel::prelude::*;

use super::approved_as;
use crate::application::ApplicationKind;
use crate::clock::tokyo_date;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility;
use crate::ids::ApplicationId;
use crate::schema::subsidy_notices;
use crate::scope::FacilityScope;
use crate::storage::StoredKey;
use crate::subsidy::calculate::calculate;
use crate::subsidy::decision::{self, Decided, DecidedLine};
use crate::subsidy::payee::Payee;
use crate::subsidy::programme::{self, fiscal_year};
use crate::subsidy::rules::ItemKind;
use crate::transfer::AccountType;

/// An account at a bank that the sample list knows.
pub fn payee() -> Payee {
    Payee {
        bank: "0001".to_owned(),
        bank_name: "みずほ".to_owned(),
        branch: "240".to_owned(),
        branch_name: "新宿".to_owned(),
        account_type: AccountType::Ordinary,
        number: "0123456".to_owned(),
        holder: "ｶ)ｻｸﾗｾﾂｺﾂｲﾝ".to_owned(),
    }
}

/// Grants the facility what its programme gives for one smartphone of `cost` yen;
/// the notice is not made yet.
///
/// # Errors
/// As [`decision::grant`].
pub fn granted(tx: &mut Tx<'_>, scope: &FacilityScope, cost: i64) -> Result<ApplicationId> {
    let grant = approved_as(tx, scope, ApplicationKind::Subsidy)?;
    let facility = facility::repo::get(tx.conn(), scope.facility())?;
    let today = tokyo_date(tx.now().utc());
    let programme = programme::offered(tx.conn(), facility.kind, today)?.ok_or(Error::NotFound)?;
    let line = DecidedLine {
        label: ItemKind::Smartphone.label().to_owned(),
        claimed: cost,
        counted: cost,
        reason: String::new(),
    };
    let calculation = calculate(&programme.rules, &[(ItemKind::Smartphone, cost)]);
    let decided = Decided {
        receipt_number: grant.application().to_string(),
        facility_code: facility.code.as_str().to_owned(),
        facility_name: facility.name,
        annexed: String::new(),
        programme: programme.rules.name.clone(),
        claimed: calculation.yen,
        lines: vec![line],
        calculation,
        reason: String::new(),
    };
    decision::grant(tx, &grant, &programme, (&decided, &payee()), None)?;
    Ok(grant.application().clone())
}

/// Enters a notice as if its file lay in the store: the grant waits to be paid.
///
/// # Errors
/// From the database only.
pub fn noticed(tx: &mut Tx<'_>, application: &ApplicationId) -> Result<()> {
    let on = tokyo_date(tx.now().utc());
    let year = fiscal_year(on);
    let own = subsidy_notices::table.filter(subsidy_notices::fiscal_year.eq(year));
    let last: Option<i32> = own.select(diesel::dsl::max(subsidy_notices::number)).first(tx.conn())?;
    diesel::insert_into(subsidy_notices::table)
        .values((
            subsidy_notices::application_id.eq(application),
            subsidy_notices::fiscal_year.eq(year),
            subsidy_notices::number.eq(last.unwrap_or(0) + 1),
            subsidy_notices::issued_on.eq(on),
            subsidy_notices::storage_key.eq(Some(StoredKey::mint(crate::storage::Area::Notice))),
        ))
        .execute(tx.conn())?;
    Ok(())
}
