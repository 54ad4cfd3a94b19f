//! The records of a file, one by one, whatever the file is: CSV in UTF-8 or
//! CP932, or an Excel book. What is no table at all is told at once.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use csv::{ReaderBuilder, StringRecord};

use super::columns::fault;
use super::{sheet, text};
use crate::error::{Error, Result};

/// A record is shorter; one that is not has a quotation mark left open.
const MAX_RECORD_BYTES: u64 = 256 * 1024;
/// Rows of the largest file taken: four times the country.
const MAX_ROWS: u64 = 1_000_000;
/// First bytes that tell what a file is.
const HEAD: usize = 4 * 1024;

const EXCEL: &[u8] = b"PK\x03\x04";
const OLD_EXCEL: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const UTF16: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// A file being read.
pub(super) struct Records {
    csv: csv::Reader<Metered<Box<dyn Read>>>,
    read_since: Rc<Cell<u64>>,
    quotes: Rc<Cell<u64>>,
    rows: u64,
    /// Where the last record began, if it goes over several lines.
    long_from: Option<u64>,
    /// What the file is, in words of the report.
    pub format: &'static str,
}

impl Records {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self> {
        let head = head(path).map_err(Error::internal)?;
        if head.starts_with(EXCEL) {
            return Ok(Self::of(Box::new(sheet::to_csv(path)?), "Excel（.xlsx）"));
        }
        if head.starts_with(OLD_EXCEL) {
            return Err(fault("古い形のExcel（.xls）です。.xlsxで保存し直してから選んでください".to_owned()));
        }
        if UTF16.iter().any(|mark| head.starts_with(mark)) {
            return Err(fault("文字コードがUTF-16です。「CSV UTF-8」の形で保存し直してから選んでください".to_owned()));
        }
        if head.contains(&0) {
            return Err(fault(
                "CSVでもExcel（.xlsx）でもないファイルです。施設の一覧のファイルを選んでください".to_owned(),
            ));
        }
        let (encoding, text) = text::open(path).map_err(Error::internal)?;
        Ok(Self::of(Box::new(text), encoding.label()))
    }

    fn of(text: Box<dyn Read>, format: &'static str) -> Self {
        let metered = Metered { inner: text, read_since: Rc::default(), quotes: Rc::default() };
        let (read_since, quotes) = (metered.read_since.clone(), metered.quotes.clone());
        let csv = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(metered);
        Self { csv, read_since, quotes, rows: 0, long_from: None, format }
    }

    /// Reads the next record that holds anything; `false` at the end.
    ///
    /// # Errors
    /// `Invalid` (field `file`) when the file cannot be read on.
    pub fn next(&mut self, record: &mut StringRecord) -> Result<bool> {
        loop {
            let begun = self.csv.position().line();
            self.read_since.set(0);
            if !self.csv.read_record(record).map_err(|error| unreadable(error, begun))? {
                return self.end().map(|()| false);
            }
            self.long_from = record.iter().any(|cell| cell.contains('\n')).then_some(begun);
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                self.rows += 1;
                return if self.rows <= MAX_ROWS { Ok(true) } else { Err(too_many()) };
            }
        }
    }
}

impl Records {
    /// A quotation mark left open swallows the rest of the file as one record.
    fn end(&self) -> Result<()> {
        match self.long_from.filter(|_| self.quotes.get() % 2 == 1) {
            Some(line) => Err(open_quote(line)),
            None => Ok(()),
        }
    }
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Stops a record that never ends, before all of the file is in memory, and
/// counts quotation marks, which come in pairs.
struct Metered<R> {
    inner: R,
    read_since: Rc<Cell<u64>>,
    quotes: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.read_since.get() > MAX_RECORD_BYTES {
            return Err(io::Error::other(Endless));
        }
        let read = self.inner.read(out)?;
        self.read_since.set(self.read_since.get() + read as u64);
        self.quotes.set(self.quotes.get() + memchr::memchr_iter(b'"', &out[..read]).count() as u64);
        Ok(read)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a record that does not end")]
struct Endless;

fn unreadable(error: csv::Error, line: u64) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<Endless>()) => open_quote(line),
        csv::ErrorKind::Io(error) => Error::internal(error),
        _ => fault("CSVとして読めません。表計算ソフトで「CSV」の形で保存し直してください".to_owned()),
    }
}

fn open_quote(line: u64) -> Error {
    fault(format!("{line}行目から始まる行が終わりません。引用符（\"）が閉じられているか確かめてください"))
}

fn too_many() -> Error {
    fault(format!("行が多すぎます（{}万行まで）。所属機関ごとに分けてから選んでください", MAX_ROWS / 10_000))
}
