//! What two offices in one place (併設) mean for each other, as the procedures that
//! begin, end and touch it need it.

use chrono::NaiveDate;
use uketsuke_core::annex::{self, Annex};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{Conn, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::facility::{self, Facility};
use uketsuke_core::grant::Grant;
use uketsuke_core::operation::{self, Source};
use uketsuke_web::words;

/// Enters the day from which the main office's devices speak for the subordinate
/// one; a day that it declared itself stays.
pub(crate) fn start(tx: &mut Tx<'_>, grant: &Grant, annex: &Annex, main_starts_on: NaiveDate) -> Result<()> {
    let own = operation::find(tx.conn(), &annex.subordinate_id)?;
    if own.is_some_and(|entry| entry.source == Source::Declared) {
        return Ok(());
    }
    let starts_on = main_starts_on.max(tokyo_date(annex.declared_at.utc()));
    operation::record(tx, grant, &annex.subordinate_id, starts_on, Source::Annex)
}

/// The annex that a facility is in, in lines for its people.
pub(crate) fn lines(conn: &mut Conn, of: &Facility) -> Result<Vec<(String, String)>> {
    let Some(annex) = annex::find(conn, &of.id)? else { return Ok(Vec::new()) };
    let other = facility::repo::get(conn, annex.other(&of.id))?;
    let name = |office: &Facility| format!("{}（{}）", office.name, office.code.as_str());
    let (main, subordinate) = if annex.is_main(&of.id) { (of, &other) } else { (&other, of) };
    Ok(vec![
        ("主たる施術所".to_owned(), name(main)),
        ("従たる施術所".to_owned(), name(subordinate)),
        ("申告した日時".to_owned(), words::date_time_full(annex.declared_at.utc())),
    ])
}
