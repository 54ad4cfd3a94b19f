//! Consent to the texts of the site, with the version that was shown. A new
//! version asks again at the next login.

use diesel::prelude::*;

use crate::db::{Conn, Tx, text_enum};
use crate::error::Result;
use crate::ids::{AccountId, ConsentId};
use crate::schema::consents;

text_enum! {
    /// A text one consents to.
    pub enum Document {
        /// 利用規約
        Terms = "terms",
        /// プライバシーポリシー
        Privacy = "privacy",
    }
}

impl Document {
    /// The version in force: the date on which its text was last changed.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Terms => "2026-11-01",
            Self::Privacy => "2026-11-01",
        }
    }

    /// The name users read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Terms => "利用規約",
            Self::Privacy => "プライバシーポリシー",
        }
    }
}

/// The texts whose version in force this person has not consented to.
///
/// # Errors
/// From the database only.
pub fn missing(conn: &mut Conn, account: &AccountId) -> Result<Vec<Document>> {
    let given: Vec<(Document, String)> = consents::table
        .filter(consents::account_id.eq(account))
        .select((consents::document, consents::version))
        .load(conn)?;
    let lacks = |document: &Document| !given.iter().any(|(d, v)| d == document && v == document.version());
    Ok(Document::ALL.iter().copied().filter(lacks).collect())
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

/// Records consent to all versions in force.
///
/// # Errors
/// From the database only.
pub fn record_all(tx: &mut Tx<'_>, account: &AccountId) -> Result<()> {
    Document::ALL.iter().try_for_each(|document| record(tx, account, *document, document.version()))
}
