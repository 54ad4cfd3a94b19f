//! 「よくある質問」: shelves and search, one question, and whether it helped. Anyone.

pub mod list;
pub mod show;
pub mod vote;

use uketsuke_core::error::{Error, Result};
use uketsuke_core::faq::{Piece, marked, telling};
use uketsuke_core::ids::FaqId;

/// The longest sentence shown of an answer, characters.
const SENTENCE: usize = 90;

fn parse(id: &str) -> Result<FaqId> {
    FaqId::parse(id).ok_or(Error::NotFound)
}

/// An entry in a list of results.
pub(crate) struct Hit {
    pub href: String,
    pub category: &'static str,
    pub question: Vec<Piece>,
    pub sentence: Vec<Piece>,
}

impl Hit {
    /// The entry with what was looked for marked, and the sentence that tells most.
    pub fn of(entry: &uketsuke_core::faq::Entry, variants: &[String]) -> Self {
        let answer = uketsuke_core::content::markdown::plain(&entry.answer);
        Self {
            href: format!("/faq/{}", entry.id),
            category: entry.category.label(),
            question: marked(&entry.question, variants),
            sentence: marked(&telling(&answer, variants, SENTENCE), variants),
        }
    }
}
