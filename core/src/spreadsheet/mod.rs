//! Lists as files that office programs open without harm: an Excel workbook,
//! CSV in UTF-8, and CSV in Shift_JIS (CP932) for old programs.

mod cp932;
mod csv_table;
#[cfg(test)]
mod tests;
mod workbook;

pub use csv_table::CsvTable;

use chrono::NaiveDate;

use crate::error::{Error, Result};

/// The most rows that are written at once; a longer list is narrowed first.
pub const MOST_ROWS: usize = 10_000;

crate::db::text_enum! {
    /// What sort of file.
    pub enum Format {
        /// Excel.
        Xlsx = "xlsx",
        /// CSV in UTF-8 with its mark.
        Csv = "csv",
        /// CSV in Shift_JIS as Windows knows it.
        CsvCp932 = "csv_cp932",
    }
}

impl Format {
    /// The words on the form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Xlsx => "Excel（.xlsx）",
            Self::Csv => "CSV（UTF-8）",
            Self::CsvCp932 => "CSV（Shift_JIS、古いソフト用）",
        }
    }

    /// The end of the file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv | Self::CsvCp932 => "csv",
        }
    }

    /// What the answer calls it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::CsvCp932 => "text/csv; charset=shift_jis",
        }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text; a code is text too, or its zeros in front are lost.
    Text(String),
    /// A figure to calculate with.
    Number(f64),
    /// A date.
    Date(NaiveDate),
    /// Nothing.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }
}

impl From<i64> for Cell {
    #[expect(clippy::cast_precision_loss, reason = "spreadsheets know no other figures")]
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<Option<NaiveDate>> for Cell {
    fn from(date: Option<NaiveDate>) -> Self {
        date.map_or(Self::Empty, Self::Date)
    }
}

impl Cell {
    /// As a CSV shows it.
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Empty => String::new(),
        }
    }
}

/// A table: headings and rows of as many cells.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The headings.
    pub headings: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A finished file.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many characters the format could not hold and 〓 stands for.
    pub replaced: usize,
}

impl Sheet {
    /// A table without rows.
    pub fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Writes the table as a file.
    ///
    /// # Errors
    /// `Internal` when a cell is longer than any program takes.
    pub fn write(&self, format: Format) -> Result<Written> {
        match format {
            Format::Xlsx => Ok(Written { bytes: workbook::write(self)?, replaced: 0 }),
            Format::Csv => Ok(Written { bytes: self.csv()?, replaced: 0 }),
            Format::CsvCp932 => {
                let text = String::from_utf8(self.csv()?).map_err(Error::internal)?;
                Ok(cp932::encode(text.trim_start_matches('\u{feff}')))
            }
        }
    }

    fn csv(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut table = CsvTable::new(&mut bytes, &self.headings).map_err(Error::internal)?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(Cell::text).collect();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            table.row(&cells).map_err(Error::internal)?;
        }
        table.finish().map_err(Error::internal)?;
        Ok(bytes)
    }
}
