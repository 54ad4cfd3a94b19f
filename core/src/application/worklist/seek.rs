//! Words in the list's box: looked up where they have an index, then the list is
//! narrowed to what was found.

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::facility::search;
use crate::fold;
use crate::ids::{AccountId, FacilityId};
use crate::schema::accounts;
use crate::secret::ReceiptNumber;

/// So many people are looked up first.
const MOST: i64 = 500;

/// What words stand for.
pub(super) enum Hits {
    /// One application.
    Number(ReceiptNumber),
    /// All of these facilities'.
    Facilities(Vec<FacilityId>),
    /// All of facilities whose name has these parts.
    Named(Vec<String>),
    /// All that these people filed.
    Accounts(Vec<AccountId>),
}

pub(super) fn seek(conn: &mut Conn, words: &str) -> Result<Hits> {
    if let Some(number) = ReceiptNumber::parse(words) {
        return Ok(Hits::Number(number));
    }
    if words.contains(['@', '＠']) {
        return Ok(Hits::Accounts(accounts_of(conn, words)?));
    }
    Ok(match search::seek(conn, words)? {
        search::Hits::Facilities(ids) => Hits::Facilities(ids),
        search::Hits::Named(parts) => Hits::Named(parts),
    })
}

/// Whose mail address is this, or begins so.
fn accounts_of(conn: &mut Conn, words: &str) -> Result<Vec<AccountId>> {
    let mut query = accounts::table.select(accounts::id).into_boxed();
    query = match fold::email(words, 254) {
        Ok(email) => query.filter(accounts::email_key.eq(email.key().to_owned())),
        Err(_) => {
            let begin = words.trim().replace('＠', "@").to_lowercase();
            match conn {
                // Compared byte by byte: all that begins so lies between these two.
                Conn::Sqlite(_) => query
                    .filter(accounts::email_key.ge(begin.clone()))
                    .filter(accounts::email_key.lt(format!("{begin}\u{10ffff}"))),
                Conn::Postgres(_) => query.filter(accounts::email_key.like(format!("{}%", escaped(&begin)))),
            }
        }
    };
    Ok(query.limit(MOST).load(conn)?)
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
