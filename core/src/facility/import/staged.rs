//! The readable rows of a file that waits to be applied: a CSV of our own, with
//! keyed hashes where the file had secrets, so that none lies on a disk.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use chrono::NaiveDate;

use super::row::{Macs, MasterRow, Rest};
use crate::error::{Error, Result};

/// Stands before hashes, which no account number or date begins with.
const MARK: &str = "mac:";

/// Writes a staged file.
pub(super) struct StagedWriter {
    csv: csv::Writer<BufWriter<File>>,
    headed: bool,
}

impl StagedWriter {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(Error::internal)?;
        Ok(Self { csv: csv::Writer::from_writer(BufWriter::new(file)), headed: false })
    }

    /// Adds a row; the first one decides the columns, which are the file's own.
    pub(super) fn write(&mut self, row: &MasterRow) -> Result<()> {
        let cells = cells(row);
        if !self.headed {
            self.record(cells.iter().map(|(heading, _)| (*heading).to_owned()))?;
            self.headed = true;
        }
        self.record(cells.into_iter().map(|(_, value)| value))
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.csv.flush().map_err(Error::internal)
    }

    fn record(&mut self, cells: impl Iterator<Item = String>) -> Result<()> {
        self.csv.write_record(cells.collect::<Vec<_>>()).map_err(Error::internal)
    }
}

/// The hashes in a staged cell.
pub(super) fn hashes(cell: &str) -> Option<Macs> {
    let hashes = cell.strip_prefix(MARK)?.split('+').map(str::to_owned).collect::<Macs>();
    let is_hash = |hash: &String| hash.rsplit_once('.').is_some_and(|(_, hex)| hex.len() == 64);
    hashes.iter().all(is_hash).then_some(hashes)
}

/// A row under the headings that `columns` reads.
fn cells(MasterRow { kind, code, name, rest, .. }: &MasterRow) -> Vec<(&'static str, String)> {
    let Rest {
        kana,
        postal_code,
        address,
        phone,
        manager_name,
        account_number,
        manager_birth,
        designated_on,
        closed_on,
    } = rest.clone();
    let hashed = |macs: Option<Macs>| macs.map_or(String::new(), |macs| format!("{MARK}{}", macs.join("+")));
    let date = |date: Option<NaiveDate>| date.map_or(String::new(), |date| date.to_string());
    let always = [("code", code.as_str().to_owned()), ("kind", kind.as_str().to_owned()), ("name", name.clone())];
    let sometimes = [
        ("kana", kana),
        ("postal_code", postal_code),
        ("address", address),
        ("phone", phone),
        ("manager_name", manager_name),
        ("account_number", account_number.map(hashed)),
        ("manager_birth_date", manager_birth.map(hashed)),
        ("designated_on", designated_on.map(date)),
        ("closed_on", closed_on.map(date)),
    ];
    let present = sometimes.into_iter().filter_map(|(heading, value)| Some((heading, value?)));
    always.into_iter().chain(present).collect()
}
