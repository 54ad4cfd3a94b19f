//! CSV as spreadsheets open it without harm: UTF-8 with its mark, CRLF, every
//! cell quoted (RFC 4180), and nothing that would be taken for a formula.

use std::io::{self, Write};

use super::cell::Cell;
use super::table::safe_words;

/// What Excel and others take for a formula at the beginning of a cell.
const FORMULA_STARTS: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];

/// Writes rows of one table.
pub struct CsvTable<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> CsvTable<W> {
    /// Begins a table with its headings.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn new(mut out: W, headings: &[&str]) -> io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut table = Self::going_on(out);
        table.row(headings)?;
        Ok(table)
    }

    /// Goes on with a table that is written in pieces: no mark, no headings.
    pub fn going_on(out: W) -> Self {
        let csv = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        Self { csv }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        for cell in cells {
            self.csv.write_field(harmless(cell).as_ref())?;
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    pub(super) fn row_of(&mut self, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            self.csv.write_field(safe_words(cell).as_ref())?;
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    /// Ends the table.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

/// The cell, behind an apostrophe if it would be taken for a formula.
pub(super) fn harmless(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(FORMULA_STARTS) { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_open_in_a_spreadsheet_without_harm() {
        let mut out = Vec::new();
        let mut table = CsvTable::new(&mut out, &["コード", "名称"]).expect("begins");
        table.row(&["0112345678", "さくら \"整骨院\",\n2階"]).expect("writes");
        table.row(&["=1+1", "＠SUM(A1)"]).expect("writes");
        table.finish().expect("ends");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(
            text,
            "\u{feff}\"コード\",\"名称\"\r\n\"0112345678\",\"さくら \"\"整骨院\"\",\n2階\"\r\n\"'=1+1\",\"'＠SUM(A1)\"\r\n"
        );
    }

    #[test]
    fn every_start_of_a_formula_is_disarmed() {
        for start in FORMULA_STARTS {
            assert_eq!(harmless(&format!("{start}x")), format!("'{start}x"));
        }
        assert_eq!(harmless("x=1"), "x=1");
    }
}
