//! What claims say, as last sent: for sums, and for finding a receipt that was
//! claimed before, by whomever. The filing stays the record.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::programme::{Programme, fiscal_year};
use crate::application::State;
use crate::clock::tokyo_date;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::fold::search_key;
use crate::ids::{ApplicationId, FacilityId, ProgrammeId};
use crate::on_backend;
use crate::schema::{applications, evidence, subsidy_claims, subsidy_purchases};

/// One purchase of a claim, as far as it tells receipts apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Where.
    pub shop: String,
    /// When (Asia/Tokyo).
    pub bought_on: NaiveDate,
    /// For how much, yen.
    pub yen: i64,
}

/// Notes a claim as it is sent, and once more each time it is corrected.
///
/// # Errors
/// From the database only.
pub fn note(
    tx: &mut Tx<'_>,
    (application, facility): (&ApplicationId, &FacilityId),
    programme: &Programme,
    yen: i64,
    purchases: &[Purchase],
) -> Result<()> {
    let (now, year) = (tx.now(), fiscal_year(tokyo_date(tx.now().utc())));
    diesel::delete(subsidy_purchases::table.filter(subsidy_purchases::application_id.eq(application)))
        .execute(tx.conn())?;
    let row = (
        subsidy_claims::application_id.eq(application),
        subsidy_claims::facility_id.eq(facility),
        subsidy_claims::programme_id.eq(&programme.id),
        subsidy_claims::rules_version.eq(programme.version),
        subsidy_claims::fiscal_year.eq(year),
        subsidy_claims::yen.eq(yen),
        subsidy_claims::filed_at.eq(now),
    );
    if !tx.insert_once(|c| diesel::insert_into(subsidy_claims::table).values(row).execute(c))? {
        // The year is that of the first sending.
        diesel::update(subsidy_claims::table.find(application)).set(subsidy_claims::yen.eq(yen)).execute(tx.conn())?;
    }
    let rows: Vec<_> = purchases
        .iter()
        .zip(1_i32..)
        .map(|(one, line)| {
            (
                subsidy_purchases::application_id.eq(application),
                subsidy_purchases::line.eq(line),
                subsidy_purchases::shop.eq(shop_key(&one.shop)),
                subsidy_purchases::bought_on.eq(one.bought_on),
                subsidy_purchases::yen.eq(one.yen),
            )
        })
        .collect();
    on_backend!(tx.conn(), c => diesel::insert_into(subsidy_purchases::table).values(rows).execute(c))?;
    Ok(())
}

/// How many claims of a programme are sent and not decided.
///
/// # Errors
/// From the database only.
pub fn count_undecided(conn: &mut Conn, programme: &ProgrammeId) -> Result<i64> {
    let open: Vec<State> = State::open().filter(|state| *state != State::Draft).collect();
    let own = subsidy_claims::table
        .inner_join(applications::table)
        .filter(subsidy_claims::programme_id.eq(programme))
        .filter(applications::state.eq_any(open));
    Ok(own.count().get_result(conn)?)
}

/// The applications of others that claim a receipt of this one: the same file, or
/// the same shop, day and amount.
///
/// # Errors
/// From the database only.
pub fn same_receipts(
    conn: &mut Conn,
    application: &ApplicationId,
    purchases: &[Purchase],
    files: &[String],
) -> Result<BTreeSet<ApplicationId>> {
    let mut found: BTreeSet<ApplicationId> = evidence::table
        .inner_join(subsidy_claims::table.on(subsidy_claims::application_id.eq(evidence::application_id)))
        .filter(evidence::sha256.eq_any(files))
        .filter(evidence::application_id.ne(application))
        .select(evidence::application_id)
        .load(conn)?
        .into_iter()
        .collect();
    for one in purchases {
        let others: Vec<ApplicationId> = subsidy_purchases::table
            .filter(subsidy_purchases::bought_on.eq(one.bought_on))
            .filter(subsidy_purchases::yen.eq(one.yen))
            .filter(subsidy_purchases::shop.eq(shop_key(&one.shop)))
            .filter(subsidy_purchases::application_id.ne(application))
            .select(subsidy_purchases::application_id)
            .limit(20)
            .load(conn)?;
        found.extend(others);
    }
    Ok(found)
}

fn shop_key(shop: &str) -> String {
    search_key(shop).split_whitespace().collect()
}
