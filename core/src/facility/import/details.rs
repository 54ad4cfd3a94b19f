//! Every single thing an import does, or would do, as a CSV to download: the
//! report shows the first few of each sort, this shows all.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use super::compare::FieldChange;
use super::report::{NamedFacility, RefusedCell};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::spreadsheet::CsvTable;

const HEADINGS: [&str; 9] = ["結果", "行", "機関コード", "所属機関", "名称", "項目", "前の値", "新しい値", "理由"];

/// Writes the details, as they come.
pub struct DetailWriter {
    table: CsvTable<BufWriter<File>>,
}

impl DetailWriter {
    /// Begins the CSV at `path`.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path) -> Result<Self> {
        let out = BufWriter::new(File::create(path).map_err(Error::internal)?);
        Ok(Self { table: CsvTable::new(out, &HEADINGS).map_err(Error::internal)? })
    }

    /// Ends it.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(self) -> Result<()> {
        self.table.finish().map_err(Error::internal)
    }

    /// A facility, and the fields that change.
    pub(super) fn facility(
        &mut self,
        result: &str,
        kind: FacilityKind,
        facility: &NamedFacility,
        changes: &[FieldChange],
    ) -> Result<()> {
        let line = line(facility.line);
        let head = [result, &line, &facility.code, kind.label(), &facility.name];
        if changes.is_empty() {
            return self.row(head, ["", "", "", ""]);
        }
        changes.iter().try_for_each(|change| self.row(head, [&change.label, &change.before, &change.after, ""]))
    }

    /// A row that repeats an earlier one, or whose code is doubtful.
    pub(super) fn remark(
        &mut self,
        result: &str,
        kind: FacilityKind,
        facility: &NamedFacility,
        why: &str,
    ) -> Result<()> {
        let line = line(facility.line);
        self.row([result, &line, &facility.code, kind.label(), &facility.name], ["", "", "", why])
    }

    /// A cell that cannot be taken.
    pub(super) fn refused(&mut self, cell: &RefusedCell) -> Result<()> {
        let line = line(cell.line);
        self.row(["取り込めない行", &line, "", "", ""], [&cell.column, "", &cell.value, &cell.reason])
    }

    fn row(&mut self, head: [&str; 5], tail: [&str; 4]) -> Result<()> {
        self.table.row(&[&head[..], &tail[..]].concat()).map_err(Error::internal)
    }
}

/// A facility the file does not name has no line.
fn line(number: u64) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}
