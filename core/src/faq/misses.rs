//! Searches that found nothing: what editors could write next.

use chrono::Duration;
use diesel::prelude::*;

use crate::content::may_read;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::facility::kind::Site;
use crate::fold;
use crate::schema::faq_misses;
use crate::scope::StaffScope;

/// How long a search that found nothing is remembered, days.
pub const MISS_DAYS: i64 = 90;
/// The longest search that is remembered, characters.
const MOST_CHARS: usize = 40;
/// The most different ones that are remembered.
const MOST_ROWS: i64 = 5_000;
/// Digits in a row that may be somebody's number.
const TELLING_DIGITS: usize = 5;

/// A search that found nothing.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = faq_misses)]
pub struct Miss {
    /// On which site.
    pub site: String,
    /// As it was first typed.
    pub words: String,
    /// How often.
    pub times: i32,
    /// When last.
    pub last_at: At,
}

/// Remembers a search that found nothing, unless it could tell of a person.
///
/// # Errors
/// From the database only.
pub fn note_miss(tx: &mut Tx<'_>, site: Site, typed: &str) -> Result<()> {
    let Ok(words) = fold::text(typed, MOST_CHARS) else { return Ok(()) };
    let key = fold::search_key(&words);
    if key.is_empty() || words.contains(['@', '＠']) || digits_in_a_row(&key) >= TELLING_DIGITS {
        return Ok(());
    }
    let now = tx.now();
    let again = diesel::update(faq_misses::table.find((site.as_str(), &key)))
        .set((faq_misses::times.eq(faq_misses::times + 1), faq_misses::last_at.eq(now)))
        .execute(tx.conn())?;
    if again > 0 || faq_misses::table.count().get_result::<i64>(tx.conn())? >= MOST_ROWS {
        return Ok(());
    }
    tx.insert_once(|c| {
        let row = (
            faq_misses::site.eq(site.as_str()),
            faq_misses::words_key.eq(&key),
            faq_misses::words.eq(&words),
            faq_misses::times.eq(1),
            faq_misses::first_at.eq(now),
            faq_misses::last_at.eq(now),
        );
        diesel::insert_into(faq_misses::table).values(row).execute(c)
    })?;
    Ok(())
}

fn digits_in_a_row(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

/// The most frequent searches that found nothing.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list_misses(conn: &mut Conn, scope: &StaffScope, most: i64) -> Result<Vec<Miss>> {
    may_read(scope)?;
    let ordered = faq_misses::table.order((faq_misses::times.desc(), faq_misses::words_key));
    Ok(ordered.limit(most).select(Miss::as_select()).load(conn)?)
}

/// Forgets old ones. Answers how many.
///
/// # Errors
/// From the database only.
pub fn sweep_misses(tx: &mut Tx<'_>) -> Result<usize> {
    let before = tx.now() - Duration::days(MISS_DAYS);
    Ok(diesel::delete(faq_misses::table.filter(faq_misses::last_at.lt(before))).execute(tx.conn())?)
}
