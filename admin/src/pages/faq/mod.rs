//! 「よくある質問」: written, published, found; the words that mean the same, and what
//! was searched in vain. Editors; auditors and support read.

pub mod edit;
pub mod list;
pub mod misses;
pub mod show;
pub mod synonyms;

use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::FaqId;

/// The list's address.
const PATH: &str = "/faq";

fn parse(id: &str) -> Result<FaqId> {
    FaqId::parse(id).ok_or(Error::NotFound)
}
