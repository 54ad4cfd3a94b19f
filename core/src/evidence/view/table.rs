//! Sheets of an Excel file as they were saved: the values that stood in the
//! cells. Formulas are not computed, links are not followed.

use std::io::Cursor;

use calamine::{Data, Reader, open_workbook_auto_from_rs};
use serde::{Deserialize, Serialize};

/// The most sheets, rows and columns that are shown, and characters of a cell.
const MOST: (usize, usize, usize, usize) = (20, 300, 40, 300);

/// All sheets that are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The sheets, in their order.
    pub sheets: Vec<Sheet>,
    /// How many sheets there are.
    pub of: usize,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its cells, row by row.
    pub rows: Vec<Vec<String>>,
    /// How many rows and columns it has in all.
    pub of: (usize, usize),
}

impl Sheet {
    /// Whether some of it is left to the download.
    pub fn is_cut(&self) -> bool {
        self.of.0 > MOST.1 || self.of.1 > MOST.2
    }
}

/// Reads the sheets of a file; `None` when it is not one.
pub fn read(file: Vec<u8>) -> Option<Table> {
    let mut book = open_workbook_auto_from_rs(Cursor::new(file)).ok()?;
    let names = book.sheet_names();
    let of = names.len();
    let sheets = names.into_iter().take(MOST.0).map(|name| {
        let range = book.worksheet_range(&name).unwrap_or_default();
        let rows = range.rows().take(MOST.1).map(|row| row.iter().take(MOST.2).map(text).collect()).collect();
        Sheet { name: name.chars().take(MOST.3).collect(), rows, of: (range.height(), range.width()) }
    });
    Some(Table { sheets: sheets.collect(), of })
}

fn text(cell: &Data) -> String {
    let text = match cell {
        Data::DateTime(at) if at.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year}-{month:02}-{day:02}"),
                _ => format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        other => other.to_string(),
    };
    match text.char_indices().nth(MOST.3) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
