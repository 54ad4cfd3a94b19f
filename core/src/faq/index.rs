//! The index: for each published entry, every kanji and every pair of neighbouring
//! characters of its question, keywords and answer, with the weight of the best
//! place where it stands.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::model::{Entry, State};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::FaqId;
use crate::on_backend;
use crate::schema::{faq_entries, faq_grams};

/// Rows in one insert.
const ROWS: usize = 500;
/// What a place weighs.
const PLACES: [i16; 3] = [4, 3, 1];

/// What is looked up for a folded word: its pairs, or itself if it is one character.
pub(super) fn grams(key: &str) -> Vec<String> {
    let mut grams: Vec<String> = key.split(' ').flat_map(of_word).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

fn of_word(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    match chars.len() {
        0 => Vec::new(),
        1 => vec![word.to_owned()],
        _ => chars.windows(2).map(|pair| pair.iter().collect()).collect(),
    }
}

/// Also single characters, for searches of one; kana alone mean nothing.
fn stored(key: &str) -> Vec<String> {
    let singles = key.chars().filter(|c| !matches!(c, '\u{3040}'..='\u{30FF}' | ' ')).map(String::from);
    singles.chain(grams(key)).collect()
}

/// Puts an entry into the index, in place of what stood there of it.
pub(super) fn put(tx: &mut Tx<'_>, entry: &Entry) -> Result<()> {
    take_out(tx, &entry.id)?;
    let mut weights: BTreeMap<String, i16> = BTreeMap::new();
    for (key, weight) in [&entry.question_key, &entry.keywords_key, &entry.answer_key].into_iter().zip(PLACES) {
        for gram in stored(key) {
            let best = weights.entry(gram).or_insert(weight);
            *best = (*best).max(weight);
        }
    }
    let rows: Vec<_> = weights
        .into_iter()
        .map(|(gram, weight)| {
            (
                faq_grams::gram.eq(gram),
                faq_grams::site.eq(entry.site),
                faq_grams::entry_id.eq(entry.id.clone()),
                faq_grams::weight.eq(weight),
            )
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        on_backend!(tx.conn(), c => diesel::insert_into(faq_grams::table).values(rows.to_vec()).execute(c))?;
    }
    Ok(())
}

/// Takes an entry out of the index.
pub(super) fn take_out(tx: &mut Tx<'_>, id: &FaqId) -> Result<()> {
    diesel::delete(faq_grams::table.filter(faq_grams::entry_id.eq(id))).execute(tx.conn())?;
    Ok(())
}

/// Makes the whole index anew, after its rules changed. Answers how many entries.
///
/// # Errors
/// From the database only.
pub fn rebuild(tx: &mut Tx<'_>) -> Result<usize> {
    diesel::delete(faq_grams::table).execute(tx.conn())?;
    let published: Vec<Entry> = faq_entries::table
        .filter(faq_entries::state.eq(State::Published))
        .select(Entry::as_select())
        .load(tx.conn())?;
    published.iter().try_for_each(|entry| put(tx, entry))?;
    Ok(published.len())
}
