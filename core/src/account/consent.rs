//! Consent to the texts of the site, with the version that was shown. A new
//! version asks again at the next login.

use diesel::prelude::*;

use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::{AccountId, ConsentId};
use crate::legal;
pub use crate::legal::Document;
use crate::schema::consents;

/// The texts whose version in force this person has not consented to, each with that
/// version.
///
/// # Errors
/// From the database only.
pub fn missing(conn: &mut Conn, account: &AccountId, now: At) -> Result<Vec<(Document, String)>> {
    let given: Vec<(Document, String)> = consents::table
        .filter(consents::account_id.eq(account))
        .select((consents::document, consents::version))
        .load(conn)?;
    let mut wanted = legal::versions_in_force(conn, now)?;
    wanted.retain(|text| !given.contains(text));
    Ok(wanted)
}

/// Records consent to a version; again changes nothing.
///
/// # Errors
/// From the database only.
pub fn record(tx: &mut Tx<'_>, account: &AccountId, document: Document, version: &str) -> Result<()> {
    let now = tx.now();
    tx.insert_once(|c| {
        diesel::insert_into(consents::table)
            .values((
                consents::id.eq(ConsentId::mint()),
                consents::account_id.eq(account),
                consents::document.eq(document),
                consents::version.eq(version),
                consents::at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Records consent to those versions that were shown and are in force; what came
/// into force meanwhile has still to be asked for.
///
/// # Errors
/// From the database only.
pub fn record_shown(tx: &mut Tx<'_>, account: &AccountId, shown: &[(Document, String)]) -> Result<()> {
    let now = tx.now();
    for (document, version) in legal::versions_in_force(tx.conn(), now)? {
        if shown.contains(&(document, version.clone())) {
            record(tx, account, document, &version)?;
        }
    }
    Ok(())
}
