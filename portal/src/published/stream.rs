//! The live list as CSV, page by page: a connection to the database is held for one
//! page, and one page is in memory.

use std::io;

use actix_web::web::Bytes;
use futures_util::stream::{self, Stream};
use uketsuke_core::db::{At, Db};
use uketsuke_core::published::{self, COLUMNS, Entry, Place, Sought};
use uketsuke_core::spreadsheet::CsvTable;

/// Entries per page.
const PAGE: i64 = 1_000;

/// Where the writing stands.
enum Position {
    Headings,
    After(Option<Place>),
    End,
}

/// The list as CSV (RFC 4180), headings first.
pub(super) fn csv(db: Db, sought: Sought, now: At) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((db, sought, Position::Headings), move |(db, sought, at)| async move {
        let after = match at {
            Position::Headings => return Ok(Some((headings()?, (db, sought, Position::After(None))))),
            Position::End => return Ok(None),
            Position::After(after) => after,
        };
        let asked = sought.clone();
        let read = db.read(move |c| published::page(c, &asked, after.as_ref(), now, PAGE));
        let entries = read.await.map_err(io::Error::other)?;
        let next = match entries.last() {
            None => return Ok(None),
            Some(last) if entries.len() as i64 == PAGE => Position::After(Some(last.place())),
            Some(_) => Position::End,
        };
        Ok(Some((rows(&entries)?, (db, sought, next))))
    })
}

fn headings() -> io::Result<Bytes> {
    let mut out = Vec::new();
    CsvTable::new(&mut out, &COLUMNS)?.finish()?;
    Ok(out.into())
}

fn rows(entries: &[Entry]) -> io::Result<Bytes> {
    let mut out = Vec::new();
    let mut table = CsvTable::going_on(&mut out);
    for entry in entries {
        table.row(&entry.line().cells().each_ref().map(String::as_str))?;
    }
    table.finish()?;
    Ok(out.into())
}
