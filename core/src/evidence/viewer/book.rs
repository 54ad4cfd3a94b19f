//! Sheets of Excel books as tables: the values that the book keeps, never a
//! formula run, never a link followed. Bounded, and it tells what it left out.

use std::io::Cursor;

use calamine::{Data, DataType, Range, Reader, Sheet, SheetType, SheetVisible, Xls, Xlsx};
use serde::{Deserialize, Serialize};

use super::{Shown, ViewFault};
use crate::evidence::sniff::EvidenceKind;
use crate::fold;

/// Sheets that are offered.
pub const MAX_SHEETS: usize = 20;
/// Rows with something in them that are shown.
pub const MAX_ROWS: usize = 500;
/// Columns that are shown.
pub const MAX_COLUMNS: u32 = 50;
/// Characters of one cell that are shown.
pub const MAX_CELL_CHARS: usize = 500;
/// Characters of one sheet that are shown.
const MAX_SHEET_CHARS: usize = 400_000;

/// A sheet as a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Every sheet that is offered.
    pub sheets: Vec<SheetName>,
    /// Which of them this is, from 1.
    pub sheet: u32,
    /// How many columns the widest row has.
    pub columns: u32,
    /// The rows with something in them.
    pub rows: Vec<Row>,
    /// What is not shown.
    pub left_out: LeftOut,
}

/// A sheet's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetName {
    /// As the book has it.
    pub name: String,
    /// Whether Excel hides it.
    pub hidden: bool,
}

/// A row with something in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the sheet, from 1.
    pub number: u32,
    /// Its cells from column A on; the last one is not empty.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The value that the book keeps.
    pub text: String,
    /// The formula it came from, as text; usually none.
    pub formula: String,
}

/// What is not shown of a book.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// More sheets.
    pub sheets: usize,
    /// Whether there are more rows.
    pub rows: bool,
    /// Whether there are more columns.
    pub columns: bool,
    /// Whether texts were cut.
    pub texts: bool,
}

impl Table {
    /// About what it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.map(|cell| size_of::<Cell>() + cell.text.len() + cell.formula.len()).sum()
    }

    /// The letters over the columns.
    pub fn letters(&self) -> Vec<String> {
        (0..self.columns).map(letters).collect()
    }
}

/// A column's letters: A, B … Z, AA.
fn letters(column: u32) -> String {
    let last = char::from(b'A' + u8::try_from(column % 26).unwrap_or(0));
    if column < 26 { last.to_string() } else { format!("{}{last}", letters(column / 26 - 1)) }
}

/// One sheet of a book.
pub(super) fn sheet(content: Vec<u8>, kind: EvidenceKind, part: u32) -> Result<(Shown, Vec<u8>), ViewFault> {
    let content = Cursor::new(content);
    let (sheets, table) = match kind {
        EvidenceKind::Xlsx => of_xlsx(&mut Xlsx::new(content).map_err(broken)?, part)?,
        _ => of_xls(&mut Xls::new(content).map_err(broken)?, part)?,
    };
    let parts = u32::try_from(sheets).unwrap_or(u32::MAX);
    Ok((Shown { parts, size: None, table: Some(table), notices: Vec::new() }, Vec::new()))
}

/// The first sheet of a book that a test has made.
///
/// # Errors
/// As for any file.
#[cfg(any(test, feature = "testing"))]
pub fn first(content: Vec<u8>) -> Result<Table, ViewFault> {
    let (shown, _) = sheet(content, EvidenceKind::Xlsx, 1)?;
    shown.table.ok_or(ViewFault::Broken)
}

fn broken<E>(_: E) -> ViewFault {
    ViewFault::Broken
}

fn of_xlsx(book: &mut Xlsx<Cursor<Vec<u8>>>, part: u32) -> Result<(usize, Table), ViewFault> {
    let sheets = worksheets(book.sheets_metadata());
    let mut gathered = Gathered::of(&sheets, part)?;
    let name = sheets[part as usize - 1].name.clone();
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    while let Some(cell) = cells.next_cell_with_formula().map_err(broken)? {
        if !gathered.take(cell.pos, &words(&Data::from(cell.value)), cell.formula.as_deref().unwrap_or("")) {
            break;
        }
    }
    Ok((sheets.len().min(MAX_SHEETS), gathered.table))
}

fn of_xls(book: &mut Xls<Cursor<Vec<u8>>>, part: u32) -> Result<(usize, Table), ViewFault> {
    let sheets = worksheets(book.sheets_metadata());
    let mut gathered = Gathered::of(&sheets, part)?;
    let name = sheets[part as usize - 1].name.clone();
    let values: Range<Data> = book.worksheet_range(&name).map_err(broken)?;
    let formulas: Range<String> = book.worksheet_formula(&name).unwrap_or_default();
    let (top, left) = values.start().unwrap_or_default();
    for (row, column, value) in values.used_cells() {
        let at = (top + u32::try_from(row).map_err(broken)?, left + u32::try_from(column).map_err(broken)?);
        let formula = formulas.get_value(at).map_or("", String::as_str);
        if !gathered.take(at, &words(value), formula) {
            break;
        }
    }
    Ok((sheets.len().min(MAX_SHEETS), gathered.table))
}

fn worksheets(all: &[Sheet]) -> Vec<Sheet> {
    all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).cloned().collect()
}

/// A cell as somebody would read it.
fn words(value: &Data) -> String {
    match value {
        Data::DateTime(at) if at.is_duration() => {
            let seconds = (at.as_f64() * 86_400.0).round() as i64;
            format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
        }
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, ..) = at.to_ymd_hms_milli();
            if (hour, minute) == (0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
            }
        }
        value if value.is_empty() => String::new(),
        value => value.to_string(),
    }
}

/// Takes cells in order until enough is there.
struct Gathered {
    table: Table,
    chars: usize,
}

impl Gathered {
    fn of(sheets: &[Sheet], part: u32) -> Result<Self, ViewFault> {
        if part as usize > sheets.len().min(MAX_SHEETS) {
            return Err(if sheets.is_empty() { ViewFault::Broken } else { ViewFault::NoSuchPart });
        }
        let mut left_out = LeftOut { sheets: sheets.len().saturating_sub(MAX_SHEETS), ..LeftOut::default() };
        let name = |sheet: &Sheet| SheetName {
            name: shown(&sheet.name, &mut left_out.texts),
            hidden: sheet.visible != SheetVisible::Visible,
        };
        let sheets = sheets.iter().take(MAX_SHEETS).map(name).collect();
        Ok(Self { table: Table { sheets, sheet: part, columns: 0, rows: Vec::new(), left_out }, chars: 0 })
    }

    /// Takes a cell; whether more may come.
    fn take(&mut self, (row, column): (u32, u32), text: &str, formula: &str) -> bool {
        if text.is_empty() && formula.is_empty() {
            return true;
        }
        let left_out = &mut self.table.left_out;
        if column >= MAX_COLUMNS {
            left_out.columns = true;
            return true;
        }
        let number = row.saturating_add(1);
        if self.table.rows.last().is_none_or(|last| last.number != number) {
            if self.table.rows.len() >= MAX_ROWS || self.chars >= MAX_SHEET_CHARS {
                left_out.rows = true;
                return false;
            }
            self.table.rows.push(Row { number, cells: Vec::new() });
        }
        // A mark of files alone; people never see it.
        let formula = formula.replace("_xlfn.", "");
        let cell = Cell { text: shown(text, &mut left_out.texts), formula: shown(&formula, &mut left_out.texts) };
        self.chars += cell.text.chars().count() + cell.formula.chars().count();
        if let Some(row) = self.table.rows.last_mut() {
            let at = column as usize;
            if row.cells.len() <= at {
                row.cells.resize(at + 1, Cell::default());
            }
            row.cells[at] = cell;
        }
        self.table.columns = self.table.columns.max(column + 1);
        true
    }
}

/// A text that can do nothing but be read: not too long, nothing that cannot be
/// seen or that turns the letters around.
fn shown(text: &str, cut: &mut bool) -> String {
    let mut chars = text.chars();
    let clean = |c: char| if c != '\n' && fold::is_unprintable(c) { char::REPLACEMENT_CHARACTER } else { c };
    let kept = chars.by_ref().take(MAX_CELL_CHARS).map(clean).collect();
    *cut |= chars.next().is_some();
    kept
}
