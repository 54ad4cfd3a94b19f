//! What an import did, or would do: the same for dry run and real run. It is
//! kept as JSON beside the import and holds no secret.

use serde::{Deserialize, Serialize};

use super::compare::FieldChange;
use crate::facility::kind::FacilityKind;

/// Examples kept of each sort; the counts are always whole.
pub const MAX_EXAMPLES: usize = 50;
/// Refused cells kept, so that one file in the wrong shape does not fill the table.
pub const MAX_REFUSED: usize = 500;

/// A facility as reports name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFacility {
    /// The line of the file, from 1; 0 where the file does not name it.
    pub line: u64,
    /// 機関コード.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A facility that changes, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFacility {
    /// Which.
    pub facility: NamedFacility,
    /// What.
    pub changes: Vec<FieldChange>,
}

/// A row that says again what an earlier one said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// The line of the file.
    pub line: u64,
    /// The line of the first row with this code.
    pub first_line: u64,
    /// 機関コード.
    pub code: String,
}

/// A cell that cannot be taken; its whole row is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedCell {
    /// The line of the file.
    pub line: u64,
    /// The column's words.
    pub column: String,
    /// What stands there; for secrets, a note instead.
    pub value: String,
    /// Why it cannot be taken, and what to do.
    pub reason: String,
}

/// What happens to one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCount {
    /// The kind.
    pub kind: FacilityKind,
    /// Facilities open before.
    pub open_before: u64,
    /// Facilities the file names.
    pub named: u64,
    /// Facilities that close because the file no longer names them.
    pub closed: u64,
}

impl KindCount {
    /// More than a twentieth would close: perhaps half a file.
    pub fn closes_many(&self) -> bool {
        self.closed * 20 > self.open_before
    }
}

/// The report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// 「UTF-8」, 「Shift_JIS（CP932）」 or 「Excel（.xlsx）」.
    pub encoding: String,
    /// It is a bureau's list without headings.
    pub bureau_list: bool,
    /// Headings that mean nothing to us.
    pub ignored_columns: Vec<String>,
    /// Rows read, without the headings.
    pub rows: u64,
    /// Facilities that open.
    pub opened: u64,
    /// Facilities that change.
    pub changed: u64,
    /// Closed facilities that are open again.
    pub reopened: u64,
    /// Facilities that close because the file no longer names them.
    pub closed: u64,
    /// Facilities whose closing date lies ahead.
    pub closing: u64,
    /// Facilities that stay as they are.
    pub unchanged: u64,
    /// Facilities whose match secrets move to the current key and stay the same.
    pub rehashed: u64,
    /// Rows that repeat an earlier one.
    pub duplicates: u64,
    /// Rows that cannot be taken.
    pub refused: u64,
    /// Codes whose check digit fails: advice only.
    pub doubtful: u64,
    /// Kind by kind.
    pub kinds: Vec<KindCount>,
    /// Some that open.
    pub opened_examples: Vec<NamedFacility>,
    /// Some that change or reopen.
    pub changed_examples: Vec<ChangedFacility>,
    /// Some that close.
    pub closed_examples: Vec<NamedFacility>,
    /// Some repeated rows.
    pub duplicate_examples: Vec<Duplicate>,
    /// Some doubtful codes.
    pub doubtful_examples: Vec<NamedFacility>,
    /// The refused cells.
    pub refused_cells: Vec<RefusedCell>,
}

impl Report {
    /// Whether the master would stay as it is.
    pub fn changes_nothing(&self) -> bool {
        self.opened + self.changed + self.reopened + self.closed + self.closing == 0
    }

    /// The kinds of which more than a twentieth would close.
    pub fn alarming(&self) -> Vec<&KindCount> {
        self.kinds.iter().filter(|count| count.closes_many()).collect()
    }

    /// The counts of a kind, begun if need be.
    pub(super) fn kind(&mut self, kind: FacilityKind) -> &mut KindCount {
        let at = self.kinds.iter().position(|count| count.kind == kind).unwrap_or_else(|| {
            self.kinds.push(KindCount { kind, open_before: 0, named: 0, closed: 0 });
            self.kinds.len() - 1
        });
        &mut self.kinds[at]
    }

    /// Notes a refused row with its cells.
    pub(super) fn refuse(&mut self, cells: Vec<RefusedCell>) {
        self.refused += 1;
        let room = MAX_REFUSED.saturating_sub(self.refused_cells.len());
        self.refused_cells.extend(cells.into_iter().take(room));
    }
}
