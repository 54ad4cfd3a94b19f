//! Lists as files: as many rows as fit a file that is made while one waits, and
//! a record of who took what out of the house.

use crate::audit::Deed;
use crate::db::{Actor, At, Conn, Db};
use crate::error::{Error, Result};
use crate::scope::StaffScope;
use crate::spreadsheet::{Cell, Column, Format, TableWriter, Written, lost};
use crate::storage::{Received, Storage};

/// The most rows of one file.
pub const MAX_ROWS: u64 = 10_000;
/// Rows read in one step.
pub const BATCH: u16 = 1_000;

/// What a list is called, and its columns.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    /// Its stable name, for the record.
    pub key: &'static str,
    /// Its name for users: the sheet, and the first part of the file's name; at
    /// most 31 characters.
    pub title: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
}

/// A list that can be taken as a file: its rows from the first to the last, step
/// by step, under the conditions of the screen it comes from.
pub trait Listing: Clone + Send + 'static {
    /// What it is.
    fn sheet(&self) -> Sheet;

    /// The conditions in words, as (label, value): shown before and recorded after.
    fn conditions(&self) -> Vec<(&'static str, String)>;

    /// The next rows, about [`BATCH`] of them; none at the end.
    ///
    /// # Errors
    /// `Forbidden` when the scope may not see the list.
    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>>;
}

/// What a file would hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Preview {
    /// Rows, at most [`MAX_ROWS`].
    pub rows: u64,
    /// Whether there are more rows than one file takes.
    pub too_many: bool,
    /// Characters that CP932 cannot hold.
    pub unmappable: u64,
}

/// Walks the list without writing it.
///
/// # Errors
/// As [`Listing::next`].
pub fn preview(conn: &mut Conn, scope: &StaffScope, mut listing: impl Listing) -> Result<Preview> {
    let headings: u64 = listing.sheet().columns.iter().map(|column| lost(column.heading)).sum();
    let mut seen = Preview { unmappable: headings, ..Preview::default() };
    loop {
        let rows = listing.next(conn, scope)?;
        if rows.is_empty() {
            return Ok(seen);
        }
        for row in rows {
            if seen.rows == MAX_ROWS {
                return Ok(Preview { too_many: true, ..seen });
            }
            seen.rows += 1;
            seen.unmappable += row.iter().map(lost_of).sum::<u64>();
        }
    }
}

fn lost_of(cell: &Cell) -> u64 {
    match cell {
        Cell::Text(text) => lost(text),
        _ => 0,
    }
}

/// A file, written and recorded.
#[derive(Debug)]
pub struct ListFile {
    /// On the local disk; gone when dropped.
    pub content: Received,
    /// When it was made.
    pub at: At,
}

/// Writes the list to the local disk and records that it was taken; nothing when
/// it has more than [`MAX_ROWS`].
///
/// # Errors
/// As [`Listing::next`]; no file leaves without its record.
pub async fn write(
    db: &Db,
    storage: &Storage,
    (scope, actor): (&StaffScope, Actor),
    listing: impl Listing,
    format: Format,
) -> Result<Option<ListFile>> {
    let scratch = storage.scratch().await?;
    let at: At = db.clock().now().into();
    let (sheet, conditions) = (listing.sheet(), listing.conditions());
    let scope = scope.clone();
    let (scratch, written) = db
        .patient()
        .read(move |c| {
            let sheet = listing.sheet();
            let table = TableWriter::create(scratch.path(), format, sheet.title, sheet.columns, at);
            let written = fill(c, &scope, listing, table.map_err(Error::internal)?)?;
            Ok((scratch, written))
        })
        .await?;
    let Some(written) = written else { return Ok(None) };
    let content = scratch.finish().await?;
    db.write(actor, move |tx| {
        let filter: serde_json::Map<_, _> =
            conditions.into_iter().map(|(label, value)| (label.to_owned(), value.into())).collect();
        let detail = serde_json::json!({
            "format": format, "rows": written.rows, "replaced": written.replaced, "filter": filter,
        });
        tx.record(Deed::new("list.exported", "lists", sheet.key).with(detail))
    })
    .await?;
    Ok(Some(ListFile { content, at }))
}

fn fill(
    conn: &mut Conn,
    scope: &StaffScope,
    mut listing: impl Listing,
    mut table: TableWriter,
) -> Result<Option<Written>> {
    let mut count = 0;
    loop {
        let rows = listing.next(conn, scope)?;
        if rows.is_empty() {
            return table.finish().map(Some).map_err(Error::internal);
        }
        count += rows.len() as u64;
        if count > MAX_ROWS {
            return Ok(None);
        }
        for row in rows {
            table.row(&row).map_err(Error::internal)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::audit_events;
    use crate::spreadsheet::Column;
    use crate::staff::role::Role;
    use crate::testing::{TestDb, add_staff, test_db};
    use diesel::prelude::*;

    /// So many rows of one cell each.
    #[derive(Clone)]
    struct Rows(u64);

    impl Listing for Rows {
        fn sheet(&self) -> Sheet {
            const COLUMNS: &[Column] = &[Column::new("名称", 10)];
            Sheet { key: "rows", title: "行", columns: COLUMNS }
        }

        fn conditions(&self) -> Vec<(&'static str, String)> {
            vec![("状態", "送信済み".to_owned())]
        }

        fn next(&mut self, _: &mut Conn, _: &StaffScope) -> Result<Vec<Vec<Cell>>> {
            let step = self.0.min(u64::from(BATCH));
            self.0 -= step;
            Ok((0..step).map(|_| vec![Cell::text("𠮷田")]).collect())
        }
    }

    fn recorded(db: &TestDb) -> Vec<(String, String)> {
        let rows = audit_events::table.select((audit_events::action, audit_events::detail));
        db.read_blocking(|c| Ok(rows.load(c)?)).expect("reads")
    }

    #[tokio::test]
    async fn a_file_has_ten_thousand_rows_at_most_and_none_leaves_unrecorded() {
        let (db, folder) = (test_db(), tempfile::tempdir().unwrap());
        let storage = Storage::local(folder.path()).unwrap();
        let scope = add_staff(&db, Role::Auditor);
        let see = |rows| db.read_blocking(|c| preview(c, &scope, Rows(rows))).expect("walks");
        assert_eq!(see(MAX_ROWS), Preview { rows: MAX_ROWS, too_many: false, unmappable: MAX_ROWS });
        assert!(see(MAX_ROWS + 1).too_many);

        let take = |rows, format| write(&db, &storage, (&scope, scope.actor()), Rows(rows), format);
        for format in Format::ALL {
            assert!(take(MAX_ROWS + 1, *format).await.expect("walks").is_none(), "{format}");
        }
        assert!(recorded(&db).is_empty(), "what was not made was not taken");
        let file = take(3, Format::CsvCp932).await.expect("writes").expect("a file");
        let bytes = std::fs::read(file.content.path()).expect("reads");
        let (text, ..) = encoding_rs::SHIFT_JIS.decode(&bytes);
        assert_eq!(text, "\"名称\"\r\n\"〓田\"\r\n\"〓田\"\r\n\"〓田\"\r\n");
        let detail = r#"{"filter":{"状態":"送信済み"},"format":"csv_cp932","replaced":3,"rows":3}"#;
        assert_eq!(recorded(&db), [("list.exported".to_owned(), detail.to_owned())]);
        drop(file);
        assert_eq!(storage.sweep_halves(db.clock().now() + chrono::Duration::days(3_650)).await.unwrap(), 0);
    }
}
