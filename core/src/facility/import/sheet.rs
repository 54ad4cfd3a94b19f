//! An Excel book (.xlsx) as the CSV it could have been: its first sheet, row by
//! row, into a file of our own. Lines keep their numbers.
//!
//! The archive is examined before (macros, bombs, passwords), cells are read as
//! they come; only the table of shared texts lies in memory, which that
//! examination bounds.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use calamine::{Data, DataRef, Reader, Xlsx};

use super::columns::fault;
use crate::error::{Error, Result};
use crate::evidence::EvidenceError;
use crate::evidence::sniff::{EvidenceKind, sniff};

/// A cell further right is a slip: the master has thirteen columns.
const MAX_COLUMNS: u32 = 200;

/// Writes the first sheet of the book at `path` as CSV; the file is at its start.
pub(super) fn to_csv(path: &Path) -> Result<File> {
    examine(path)?;
    let mut out = BufWriter::new(tempfile::tempfile().map_err(Error::internal)?);
    copy(path, &mut out)?;
    let mut file = out.into_inner().map_err(|e| Error::internal(e.into_error()))?;
    file.seek(SeekFrom::Start(0)).map_err(Error::internal)?;
    Ok(file)
}

fn examine(path: &Path) -> Result<()> {
    match sniff(path, "master.xlsx") {
        Ok(EvidenceKind::Xlsx) => Ok(()),
        Err(EvidenceError::Storage(error)) => Err(Error::internal(error)),
        Err(EvidenceError::Fault(found)) => Err(fault(found.sentence("ファイル"))),
        Ok(_) => Err(unreadable()),
    }
}

fn copy(path: &Path, out: &mut impl Write) -> Result<()> {
    let file = BufReader::new(File::open(path).map_err(Error::internal)?);
    let mut book = Xlsx::new(file).map_err(|_| unreadable())?;
    let first = book.sheet_names().first().cloned().ok_or_else(unreadable)?;
    let mut cells = book.worksheet_cells_reader(&first).map_err(|_| unreadable())?;
    let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(out);
    let (mut row, mut line, mut width): (Vec<String>, u32, usize) = (Vec::new(), 0, 0);
    while let Some(cell) = cells.next_cell().map_err(|_| unreadable())? {
        let (at, column) = cell.get_position();
        let text = words(cell.get_value());
        if text.is_empty() || column >= MAX_COLUMNS {
            continue;
        }
        while line < at {
            write(&mut csv, &mut row, &mut width)?;
            line += 1;
        }
        row.resize((column as usize).max(row.len()), String::new());
        row.insert(column as usize, text);
    }
    write(&mut csv, &mut row, &mut width)?;
    csv.flush().map_err(Error::internal)
}

/// A row without cells is an empty line: the reader skips it and counts it. Other
/// rows are as wide as the first, since a book leaves empty cells out.
fn write(csv: &mut csv::Writer<&mut impl Write>, row: &mut Vec<String>, width: &mut usize) -> Result<()> {
    if *width == 0 {
        *width = row.len();
    }
    row.resize(if row.is_empty() { 1 } else { row.len().max(*width) }, String::new());
    csv.write_record(row.iter()).map_err(Error::internal)?;
    row.clear();
    Ok(())
}

/// A cell as somebody would read it; a line break in it becomes a blank, so that
/// a row is a line.
fn words(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => Data::from(other.clone()).to_string(),
    };
    text.replace(['\r', '\n'], " ")
}

fn unreadable() -> Error {
    fault("Excelのファイルを開けません。「CSV UTF-8」の形で保存し直してから選んでください".to_owned())
}
