//! 「規約」: the texts people agree to, and their versions. Editors; auditors and
//! support read.

pub mod list;
pub mod new;

use uketsuke_core::error::{Error, Result};
use uketsuke_core::legal::Document;

/// The list's address.
const PATH: &str = "/terms";

fn parse(text: &str) -> Result<Document> {
    Document::parse(text).ok_or(Error::NotFound)
}
