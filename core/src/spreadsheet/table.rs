//! The one writer over all formats.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::cell::{Cell, Column};
use super::csv_table::{CsvTable, harmless};
use super::xlsx::Book;
use super::{Format, cp932};
use crate::db::At;

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows below the headings.
    pub rows: u64,
    /// Characters that became 〓.
    pub replaced: u64,
}

/// Writes one table to a file, row by row.
pub struct TableWriter {
    body: Body,
    written: Written,
}

enum Body {
    Xlsx(Box<Book>),
    Utf8(Box<CsvTable<BufWriter<File>>>),
    Cp932(BufWriter<File>),
}

impl TableWriter {
    /// Begins the file at `path`. `title` names the sheet of a book, at most 31
    /// characters; `at` is when it is made.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(path: &Path, format: Format, title: &str, columns: &[Column], at: At) -> io::Result<Self> {
        let file = || Ok::<_, io::Error>(BufWriter::new(File::create(path)?));
        let headings: Vec<&str> = columns.iter().map(|column| column.heading).collect();
        let mut written = Written::default();
        let body = match format {
            Format::Xlsx => Body::Xlsx(Box::new(Book::create(path, title, columns, at)?)),
            Format::CsvUtf8 => Body::Utf8(Box::new(CsvTable::new(file()?, &headings)?)),
            Format::CsvCp932 => {
                let mut out = file()?;
                written.replaced = line(&mut out, headings.into_iter())?;
                Body::Cp932(out)
            }
        };
        Ok(Self { body, written })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.written.rows += 1;
        match &mut self.body {
            Body::Xlsx(book) => book.row(cells),
            Body::Utf8(table) => table.row_of(cells),
            Body::Cp932(out) => {
                let safe: Vec<_> = cells.iter().map(safe_words).collect();
                self.written.replaced += line(out, safe.iter().map(AsRef::as_ref))?;
                Ok(())
            }
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(self) -> io::Result<Written> {
        match self.body {
            Body::Xlsx(book) => book.finish()?,
            Body::Utf8(table) => table.finish()?,
            Body::Cp932(mut out) => out.flush()?,
        }
        Ok(self.written)
    }
}

/// A cell's words; texts are disarmed, figures of ours may begin with a minus.
pub(super) fn safe_words(cell: &Cell) -> std::borrow::Cow<'_, str> {
    match cell {
        Cell::Text(text) => harmless(text),
        other => other.words(),
    }
}

/// A line of CSV in CP932. Quoted before it is encoded: the second byte of a
/// character may look like anything but a quotation mark.
fn line<'c>(out: &mut impl Write, cells: impl Iterator<Item = &'c str>) -> io::Result<u64> {
    let quoted: Vec<String> = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
    let (bytes, lost) = cp932::encode(&(quoted.join(",") + "\r\n"));
    out.write_all(&bytes)?;
    Ok(lost)
}
