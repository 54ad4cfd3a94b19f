//! What waits to be paid: granted, its notice made, in no live batch, and not held
//! because a transfer came back.

use diesel::dsl::{count_star, exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::super::decision::Outcome;
use super::super::payee::{self, Payee};
use crate::db::Conn;
use crate::error::Result;
use crate::ids::ApplicationId;
use crate::schema::{payment_items, subsidy_decisions, subsidy_notices};

/// A grant that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The application.
    pub application: ApplicationId,
    /// Granted, yen.
    pub yen: i64,
    /// Where to.
    pub payee: Payee,
}

/// The grants that wait, for what is asked of them.
macro_rules! waiting {
    () => {{
        let live = payment_items::table
            .filter(payment_items::application_id.eq(subsidy_decisions::application_id))
            .filter(payment_items::released_at.is_null());
        let made = subsidy_notices::table
            .filter(subsidy_notices::application_id.eq(subsidy_decisions::application_id))
            .filter(subsidy_notices::storage_key.is_not_null());
        subsidy_decisions::table
            .filter(subsidy_decisions::outcome.eq(Outcome::Granted))
            .filter(subsidy_decisions::held_since.is_null())
            .filter(not(exists(live)))
            .filter(exists(made))
    }};
}

/// Grants that wait, in the order of their applications, at most `most`.
///
/// # Errors
/// From the database, or when a stored account is damaged.
pub fn list_waiting(conn: &mut Conn, most: i64) -> Result<Vec<Waiting>> {
    let rows: Vec<(ApplicationId, i64, String)> = waiting!()
        .order(subsidy_decisions::application_id)
        .limit(most)
        .select((subsidy_decisions::application_id, subsidy_decisions::yen, subsidy_decisions::payee))
        .load(conn)?;
    rows.into_iter()
        .map(|(application, yen, payee)| Ok(Waiting { application, yen, payee: payee::parse(&payee)? }))
        .collect()
}

/// How many wait, and how much that is, yen.
///
/// # Errors
/// From the database only.
pub fn count_waiting(conn: &mut Conn) -> Result<(i64, i64)> {
    let sum = sql::<BigInt>("cast(coalesce(sum(subsidy_decisions.yen), 0) as bigint)");
    Ok(waiting!().select((count_star(), sum)).first(conn)?)
}
