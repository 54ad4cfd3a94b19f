//! Words in the list's box: looked up where they have an index, then the list is
//! narrowed to what was found.

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::facility::search::{self, Sought};
use crate::fold;
use crate::ids::{AccountId, FacilityId};
use crate::schema::{accounts, facilities};
use crate::secret::ReceiptNumber;

/// So many facilities or people are looked up first. Words that fit more
/// facilities are common: then the list is walked and each name looked at, and
/// its pages fill soon.
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
    let sought = Sought::read(words);
    if let Sought::NameParts(parts) = &sought {
        // One character has no index to look it up in.
        let short = parts.iter().all(|part| part.chars().nth(1).is_none());
        if short || search::is_common(conn, parts, MOST)? {
            return Ok(Hits::Named(parts.clone()));
        }
    }
    let mut query = facilities::table.select(facilities::id).into_boxed();
    for condition in search::conditions(conn, sought.clone()) {
        query = query.filter(condition);
    }
    let ids: Vec<FacilityId> = query.limit(MOST + 1).load(conn)?;
    Ok(match sought {
        Sought::NameParts(parts) if ids.len() as i64 > MOST => Hits::Named(parts),
        _ => Hits::Facilities(ids),
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
