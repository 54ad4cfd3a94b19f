//! Counts what an import does while it goes by, keeps the first few of each
//! sort for the report, and writes all of it to the details where asked for.

use super::compare::FieldChange;
use super::details::DetailWriter;
use super::repo::ChangeVerb;
use super::report::{ChangedFacility, Duplicate, MAX_EXAMPLES, NamedFacility, RefusedCell, Report};
use super::row::MasterRow;
use crate::error::Result;
use crate::facility::kind::FacilityKind;

/// The report of a run under way.
pub(super) struct Tally<'d> {
    pub report: Report,
    details: Option<&'d mut DetailWriter>,
}

impl<'d> Tally<'d> {
    pub fn new(report: Report, details: Option<&'d mut DetailWriter>) -> Self {
        Self { report, details }
    }

    pub fn opened(&mut self, row: &MasterRow) -> Result<()> {
        self.report.opened += 1;
        let facility = named(row);
        if let Some(details) = &mut self.details {
            details.facility("新しい施設", row.kind, &facility, &[])?;
        }
        example(&mut self.report.opened_examples, facility);
        Ok(())
    }

    pub fn changed(
        &mut self,
        verb: ChangeVerb,
        kind: FacilityKind,
        facility: &NamedFacility,
        changes: &[FieldChange],
    ) -> Result<()> {
        let words = match verb {
            ChangeVerb::Closed => {
                self.report.closed += 1;
                self.report.kind(kind).closed += 1;
                "廃止"
            }
            ChangeVerb::Reopened => {
                self.report.reopened += 1;
                "廃止の取消し"
            }
            ChangeVerb::Closing => {
                self.report.closing += 1;
                "廃止の予定"
            }
            ChangeVerb::Changed
            | ChangeVerb::Opened
            | ChangeVerb::Undone
            | ChangeVerb::Amended
            | ChangeVerb::Succeeded => {
                self.report.changed += 1;
                "変更"
            }
        };
        if let Some(details) = &mut self.details {
            details.facility(words, kind, facility, changes)?;
        }
        // What the file no longer names has no line, and a list of its own.
        if facility.line == 0 {
            example(&mut self.report.closed_examples, facility.clone());
        } else {
            let changed = ChangedFacility { facility: facility.clone(), changes: changes.to_vec() };
            example(&mut self.report.changed_examples, changed);
        }
        Ok(())
    }

    pub fn duplicate(&mut self, row: &MasterRow, first_line: u64) -> Result<()> {
        self.report.duplicates += 1;
        if let Some(details) = &mut self.details {
            details.remark("重なった行", row.kind, &named(row), &format!("{first_line}行目と同じ内容です"))?;
        }
        let duplicate = Duplicate { line: row.line, first_line, code: row.code.as_str().to_owned() };
        example(&mut self.report.duplicate_examples, duplicate);
        Ok(())
    }

    pub fn doubtful(&mut self, row: &MasterRow) -> Result<()> {
        self.report.doubtful += 1;
        if let Some(details) = &mut self.details {
            details.remark("番号を確かめたい行", row.kind, &named(row), "検査数字が合いません（取り込みます）")?;
        }
        example(&mut self.report.doubtful_examples, named(row));
        Ok(())
    }

    pub fn refused(&mut self, cells: Vec<RefusedCell>) -> Result<()> {
        if let Some(details) = &mut self.details {
            cells.iter().try_for_each(|cell| details.refused(cell))?;
        }
        self.report.refuse(cells);
        Ok(())
    }
}

fn named(row: &MasterRow) -> NamedFacility {
    NamedFacility { line: row.line, code: row.code.as_str().to_owned(), name: row.name.clone() }
}

/// Keeps an example while there is room.
fn example<T>(examples: &mut Vec<T>, one: T) {
    if examples.len() < MAX_EXAMPLES {
        examples.push(one);
    }
}
