//! An Excel book with one sheet: headings bold, frozen, repeated on paper and
//! with a filter; texts as text cells, dates as dates. Rows go to a file beside
//! the book as they come, so that memory does not grow with them.

use std::io;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::cell::{Cell, Column, in_japan};
use crate::db::At;

/// The longest text Excel takes is 32,767 characters.
const MAX_CHARS: usize = 32_000;

/// Writes one book.
pub(super) struct Book {
    book: Workbook,
    path: PathBuf,
    columns: u16,
    row: u32,
    shapes: Shapes,
}

/// How cells look.
struct Shapes {
    heading: Format,
    text: Format,
    number: Format,
    decimal: Format,
    date: Format,
    time: Format,
}

impl Shapes {
    fn new() -> Self {
        let shape = |code: &str| Format::new().set_num_format(code);
        Self {
            heading: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            text: shape("@"),
            number: shape("#,##0"),
            decimal: shape("#,##0.0"),
            date: shape("yyyy/mm/dd"),
            time: shape("yyyy/mm/dd hh:mm"),
        }
    }
}

impl Book {
    /// Begins the book that will lie at `path`; `title` names its sheet.
    pub(super) fn create(path: &Path, title: &str, columns: &[Column], at: At) -> io::Result<Self> {
        let mut book = Workbook::new();
        if let Some(folder) = path.parent() {
            book.set_tempdir(folder).map_err(failed)?;
        }
        book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&at.utc()));
        let shapes = Shapes::new();
        let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
        head(sheet, title, columns, &shapes.heading).map_err(failed)?;
        let columns = u16::try_from(columns.len()).map_err(io::Error::other)?;
        Ok(Self { book, path: path.to_owned(), columns, row: 0, shapes })
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.row += 1;
        let sheet = self.book.worksheet_from_index(0).map_err(failed)?;
        for (column, cell) in (0..self.columns).zip(cells) {
            put(sheet, (self.row, column), cell, &self.shapes).map_err(failed)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        let last = self.columns.saturating_sub(1);
        let sheet = self.book.worksheet_from_index(0).map_err(failed)?;
        sheet.autofilter(0, 0, self.row, last).map_err(failed)?;
        self.book.save(&self.path).map_err(failed)
    }
}

fn head(sheet: &mut Worksheet, title: &str, columns: &[Column], shape: &Format) -> Result<(), XlsxError> {
    sheet.set_name(title)?.set_landscape().set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    for (at, column) in (0..).zip(columns) {
        sheet.set_column_width(at, f64::from(column.width))?;
        sheet.write_string_with_format(0, at, column.heading, shape)?;
    }
    Ok(())
}

fn put(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, shapes: &Shapes) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            let text: String = text.chars().take(MAX_CHARS).collect();
            sheet.write_string_with_format(row, column, text, &shapes.text)?;
        }
        Cell::Number(number) => {
            sheet.write_number_with_format(row, column, *number as f64, &shapes.number)?;
        }
        Cell::Decimal(number) => {
            sheet.write_number_with_format(row, column, *number, &shapes.decimal)?;
        }
        Cell::Date(on) => {
            sheet.write_datetime_with_format(row, column, on, &shapes.date)?;
        }
        Cell::Time(at) => {
            sheet.write_datetime_with_format(row, column, in_japan(*at), &shapes.time)?;
        }
    }
    Ok(())
}

fn failed(error: XlsxError) -> io::Error {
    io::Error::other(error)
}
