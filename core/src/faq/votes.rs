//! 「役に立ちましたか」: one voice for each person or browser, which may change.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::FaqId;
use crate::schema::faq_votes;

/// How an entry was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// 役に立った
    pub helpful: i64,
    /// 役に立たなかった
    pub not: i64,
}

/// Notes a voice; `voter` is a keyed hash of who spoke.
///
/// # Errors
/// From the database only.
pub fn vote(tx: &mut Tx<'_>, entry: &FaqId, voter: &str, helpful: bool) -> Result<()> {
    let now = tx.now();
    let fresh = tx.insert_once(|c| {
        let row = (
            faq_votes::entry_id.eq(entry),
            faq_votes::voter_hash.eq(voter),
            faq_votes::helpful.eq(helpful),
            faq_votes::voted_at.eq(now),
        );
        diesel::insert_into(faq_votes::table).values(row).execute(c)
    })?;
    if !fresh {
        diesel::update(faq_votes::table.find((entry, voter)))
            .set((faq_votes::helpful.eq(helpful), faq_votes::voted_at.eq(now)))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// The voices about these entries.
///
/// # Errors
/// From the database only.
pub fn tallies(conn: &mut Conn, ids: &[FaqId]) -> Result<HashMap<FaqId, Tally>> {
    let counted: Vec<(FaqId, bool, i64)> = faq_votes::table
        .filter(faq_votes::entry_id.eq_any(ids))
        .group_by((faq_votes::entry_id, faq_votes::helpful))
        .select((faq_votes::entry_id, faq_votes::helpful, count_star()))
        .load(conn)?;
    let mut tallies: HashMap<FaqId, Tally> = HashMap::new();
    for (id, helpful, count) in counted {
        let tally = tallies.entry(id).or_default();
        *(if helpful { &mut tally.helpful } else { &mut tally.not }) = count;
    }
    Ok(tallies)
}
