//! 「よくある質問」: questions with their answers, in categories, found by what people
//! type: parts of words, kana for kanji, other spellings, other words for the same.
//!
//! Finding goes through an index of characters and pairs of characters (`index`),
//! the same on both databases; ranking looks at the few entries it names (`search`).

mod first;
mod index;
mod mark;
mod misses;
mod model;
mod search;
mod synonyms;
mod terms;
#[cfg(test)]
mod tests;
mod votes;
mod write;

pub use crate::content::Category;
pub use first::load_first;
pub use index::rebuild;
pub use mark::{Piece, marked, telling};
pub use misses::{MISS_DAYS, Miss, list_misses, note_miss, sweep_misses};
pub use model::{Entry, Filter, State, get, get_published, list, of_category, shelf};
pub use search::{Found, search};
pub use synonyms::{Synonyms, add_synonyms, change_synonyms, list_synonyms, remove_synonyms};
pub use terms::{Term, Variant};
pub use votes::{Tally, tallies, vote};
pub use write::{Input, QUESTION_MAX_CHARS, Typed, add, amend, publish, retire};
