//! The entries a new portal begins with.

use diesel::prelude::*;

use super::model::State;
use super::write::{Input, insert};
use crate::content::Category;
use crate::content::SiteChoice;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::FaqId;
use crate::schema::faq_entries;

/// category, site, question, keywords, answer; with a header.
const FIRST: &str = include_str!("first.csv");

/// Publishes the first entries, if there are none of any kind. Answers how many.
///
/// # Errors
/// From the database only.
pub fn load_first(tx: &mut Tx<'_>) -> Result<usize> {
    let any: Option<FaqId> = faq_entries::table.select(faq_entries::id).first(tx.conn()).optional()?;
    if any.is_some() {
        return Ok(0);
    }
    let inputs = first()?;
    for input in &inputs {
        insert(tx, input, State::Published, None)?;
    }
    Ok(inputs.len())
}

/// The entries of the file.
///
/// # Errors
/// `Internal` when the file is damaged, which a test would find.
pub(super) fn first() -> Result<Vec<Input>> {
    let mut rows = csv::Reader::from_reader(FIRST.as_bytes());
    let input = |(n, row): (usize, csv::Result<csv::StringRecord>)| {
        let row = row.map_err(Error::internal)?;
        let field = |at: usize| row.get(at).unwrap_or_default();
        let damaged = || Error::boxed(format!("row {} of the first questions is damaged", n + 2));
        Ok(Input {
            category: Category::parse(field(0)).ok_or_else(damaged)?,
            site: SiteChoice::parse(field(1)).ok_or_else(damaged)?,
            position: i32::try_from(n + 1).unwrap_or(i32::MAX) * 10,
            question: field(2).to_owned(),
            keywords: field(3).to_owned(),
            answer: field(4).replace("\\n", "\n"),
        })
    };
    rows.records().enumerate().map(input).collect()
}
