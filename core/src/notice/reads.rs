//! Who has read which notice.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{AccountId, NoticeId};
use crate::schema::notice_reads;

/// Which of these the person has read.
///
/// # Errors
/// From the database only.
pub fn read_among(conn: &mut Conn, account: &AccountId, ids: &[NoticeId]) -> Result<HashSet<NoticeId>> {
    let read: Vec<NoticeId> = notice_reads::table
        .filter(notice_reads::account_id.eq(account).and(notice_reads::notice_id.eq_any(ids)))
        .select(notice_reads::notice_id)
        .load(conn)?;
    Ok(read.into_iter().collect())
}

/// Notes that the person has read it; again changes nothing.
///
/// # Errors
/// From the database only.
pub fn mark_read(tx: &mut Tx<'_>, account: &AccountId, id: &NoticeId) -> Result<()> {
    let now = tx.now();
    tx.insert_once(|c| {
        let row = (notice_reads::account_id.eq(account), notice_reads::notice_id.eq(id), notice_reads::read_at.eq(now));
        diesel::insert_into(notice_reads::table).values(row).execute(c)
    })?;
    Ok(())
}
