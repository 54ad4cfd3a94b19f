//! The register of decisions about claims: what was granted, to whom, and how the
//! amount came about; and what was refused, and why. Written by the effect of a
//! decided application alone. What was decided never changes; only the account it
//! is paid to may be corrected, when a transfer came back.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::calculate::Calculation;
use super::payee::{self, Payee};
use super::programme::{Programme, fiscal_year};
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::grant::Grant;
use crate::ids::{ApplicationId, FacilityId, ProgrammeId};
use crate::refusal::Refusal;
use crate::schema::{payment_items, subsidy_covers, subsidy_decisions, subsidy_notices};

text_enum! {
    /// What was decided.
    pub enum Outcome {
        /// 交付
        Granted = "granted",
        /// 不交付
        Refused = "refused",
    }
}

/// One purchase, as claimed and as granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedLine {
    /// What it is.
    pub label: String,
    /// Claimed, yen.
    pub claimed: i64,
    /// Counted, yen.
    pub counted: i64,
    /// Why less was counted; empty where all was.
    pub reason: String,
}

/// All that a notice says, frozen with the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// 受付番号.
    pub receipt_number: String,
    /// The facility's code.
    pub facility_code: String,
    /// The facility's name.
    pub facility_name: String,
    /// The other office of its annex, for which the grant counts too; empty for none.
    pub annexed: String,
    /// The programme's name.
    pub programme: String,
    /// What was claimed, yen, as computed.
    pub claimed: i64,
    /// Line by line.
    pub lines: Vec<DecidedLine>,
    /// How the granted amount came about.
    pub calculation: Calculation,
    /// Why it was refused; empty for a grant.
    pub reason: String,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The application.
    pub application: ApplicationId,
    /// Whose.
    pub facility: FacilityId,
    /// Under which programme.
    pub programme: ProgrammeId,
    /// 年度.
    pub fiscal_year: i32,
    /// What.
    pub outcome: Outcome,
    /// Granted, yen.
    pub yen: i64,
    /// All that is said about it.
    pub decided: Decided,
    /// The account it is paid to.
    pub payee: Payee,
    /// Since when a returned transfer waits for the account to be corrected.
    pub held_since: Option<At>,
    /// When.
    pub decided_at: At,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = subsidy_decisions)]
struct Row {
    application_id: ApplicationId,
    facility_id: FacilityId,
    programme_id: ProgrammeId,
    rules_version: i32,
    fiscal_year: i32,
    outcome: Outcome,
    yen: i64,
    document: String,
    payee: String,
    held_since: Option<At>,
    decided_at: At,
}

impl TryFrom<Row> for Decision {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            application: row.application_id,
            facility: row.facility_id,
            programme: row.programme_id,
            fiscal_year: row.fiscal_year,
            outcome: row.outcome,
            yen: row.yen,
            decided: serde_json::from_str(&row.document)?,
            payee: payee::parse(&row.payee)?,
            held_since: row.held_since,
            decided_at: row.decided_at,
        })
    }
}

/// Enters a grant. It covers the facility, and the other office of its annex.
///
/// # Errors
/// [`Refusal::SubsidyNothing`] when it comes to no money,
/// [`Refusal::SubsidyTaken`] when one of the offices has a grant of this programme.
pub fn grant(
    tx: &mut Tx<'_>,
    grant: &Grant,
    programme: &Programme,
    (decided, payee): (&Decided, &Payee),
    annexed: Option<&FacilityId>,
) -> Result<()> {
    if decided.calculation.yen <= 0 {
        return Err(Refusal::SubsidyNothing.into());
    }
    let of = (grant.application(), grant.facility());
    insert(tx, of, programme, Outcome::Granted, (decided, payee))?;
    for facility in std::iter::once(grant.facility()).chain(annexed) {
        let cover = (
            subsidy_covers::programme_id.eq(&programme.id),
            subsidy_covers::facility_id.eq(facility),
            subsidy_covers::application_id.eq(grant.application()),
        );
        if !tx.insert_once(|c| diesel::insert_into(subsidy_covers::table).values(cover).execute(c))? {
            return Err(Refusal::SubsidyTaken.into());
        }
    }
    let told = json!({ "yen": decided.calculation.yen, "programme": programme.id, "version": programme.version });
    tx.record(
        Deed::new("subsidy.granted", "applications", grant.application().as_str())
            .at_facility(grant.facility())
            .with(told),
    )
}

/// Enters a refusal.
///
/// # Errors
/// From the database only.
pub fn refuse(
    tx: &mut Tx<'_>,
    of: (&ApplicationId, &FacilityId),
    programme: &Programme,
    (decided, payee): (&Decided, &Payee),
) -> Result<()> {
    insert(tx, of, programme, Outcome::Refused, (decided, payee))?;
    tx.record(Deed::new("subsidy.refused", "applications", of.0.as_str()).at_facility(of.1))
}

fn insert(
    tx: &mut Tx<'_>,
    (application, facility): (&ApplicationId, &FacilityId),
    programme: &Programme,
    outcome: Outcome,
    (decided, payee): (&Decided, &Payee),
) -> Result<()> {
    let now = tx.now();
    let row = Row {
        application_id: application.clone(),
        facility_id: facility.clone(),
        programme_id: programme.id.clone(),
        rules_version: programme.version,
        fiscal_year: fiscal_year(tokyo_date(now.utc())),
        outcome,
        yen: if outcome == Outcome::Granted { decided.calculation.yen } else { 0 },
        document: serde_json::to_string(decided)?,
        payee: payee::text(payee)?,
        held_since: None,
        decided_at: now,
    };
    diesel::insert_into(subsidy_decisions::table).values(&row).execute(tx.conn())?;
    Ok(())
}

/// Takes a decision back, as long as nothing came of it.
///
/// # Errors
/// [`Refusal::UndoOver`] when its notice is made or it is being paid.
pub fn take_back(tx: &mut Tx<'_>, application: &ApplicationId) -> Result<()> {
    let noticed: i64 =
        subsidy_notices::table.filter(subsidy_notices::application_id.eq(application)).count().get_result(tx.conn())?;
    let paid: i64 =
        payment_items::table.filter(payment_items::application_id.eq(application)).count().get_result(tx.conn())?;
    if noticed + paid > 0 {
        return Err(Refusal::UndoOver.into());
    }
    diesel::delete(subsidy_covers::table.filter(subsidy_covers::application_id.eq(application))).execute(tx.conn())?;
    diesel::delete(subsidy_decisions::table.find(application)).execute(tx.conn())?;
    tx.record(Deed::new("subsidy.taken_back", "applications", application.as_str()))
}

/// The decision about an application.
///
/// # Errors
/// From the database, or when the stored text is damaged.
pub fn find(conn: &mut Conn, application: &ApplicationId) -> Result<Option<Decision>> {
    let row = subsidy_decisions::table.find(application).select(Row::as_select()).first(conn).optional()?;
    row.map(Decision::try_from).transpose()
}

/// Whether a grant of the programme covers one of these facilities.
///
/// # Errors
/// From the database only.
pub fn covers(conn: &mut Conn, programme: &ProgrammeId, facilities: &[&FacilityId]) -> Result<bool> {
    let own = subsidy_covers::table
        .filter(subsidy_covers::programme_id.eq(programme))
        .filter(subsidy_covers::facility_id.eq_any(facilities.to_vec()));
    let count: i64 = own.count().get_result(conn)?;
    Ok(count > 0)
}

/// The grant of a facility whose transfer came back, if there is one.
///
/// # Errors
/// From the database only.
pub fn find_held(conn: &mut Conn, facility: &FacilityId) -> Result<Option<ApplicationId>> {
    let own = subsidy_decisions::table
        .filter(subsidy_decisions::facility_id.eq(facility))
        .filter(subsidy_decisions::held_since.is_not_null());
    Ok(own.select(subsidy_decisions::application_id).first(conn).optional()?)
}

/// What was granted of a programme in a fiscal year, yen.
///
/// # Errors
/// From the database only.
pub fn granted_sum(conn: &mut Conn, programme: &ProgrammeId, year: i32) -> Result<i64> {
    let own = subsidy_decisions::table
        .filter(subsidy_decisions::programme_id.eq(programme))
        .filter(subsidy_decisions::fiscal_year.eq(year));
    let sum = diesel::dsl::sql::<diesel::sql_types::BigInt>("cast(coalesce(sum(yen), 0) as bigint)");
    Ok(own.select(sum).first(conn)?)
}

/// Decisions after `after`, in the order of their applications.
///
/// # Errors
/// As [`find`].
pub fn list_after(conn: &mut Conn, after: Option<&ApplicationId>, most: i64) -> Result<Vec<Decision>> {
    let mut query = subsidy_decisions::table.into_boxed();
    if let Some(after) = after {
        query = query.filter(subsidy_decisions::application_id.gt(after.clone()));
    }
    let rows: Vec<Row> =
        query.order(subsidy_decisions::application_id).limit(most).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Decision::try_from).collect()
}
