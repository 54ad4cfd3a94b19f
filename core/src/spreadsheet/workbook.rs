//! The Excel workbook: text cells for text (nothing is a formula), dates as
//! dates, a heading that stays in view and filters.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

use super::{Cell, Sheet};
use crate::error::{Error, Result};

/// The widest a column is made, characters.
const WIDEST: usize = 50;
/// What a cell of Excel holds at most, characters.
const LONGEST: usize = 32_767;

pub(super) fn write(sheet: &Sheet) -> Result<Vec<u8>> {
    build(sheet).map_err(Error::internal)
}

fn build(sheet: &Sheet) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let (heading, day) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"));
    for (column, text) in (0..).zip(&sheet.headings) {
        page.write_string_with_format(0, column, *text, &heading)?;
        page.set_column_width(column, f64::from(width(sheet, usize::from(column))))?;
    }
    for (line, row) in (1..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(row) {
            match cell {
                Cell::Text(text) => page.write_string(line, column, text.chars().take(LONGEST).collect::<String>())?,
                Cell::Number(number) => page.write_number(line, column, *number)?,
                Cell::Date(date) => {
                    let date = ExcelDateTime::parse_from_str(&date.to_string())?;
                    page.write_datetime_with_format(line, column, &date, &day)?
                }
                Cell::Empty => page,
            };
        }
    }
    page.set_freeze_panes(1, 0)?;
    if let (Ok(last), Some(columns)) = (u32::try_from(sheet.rows.len()), sheet.headings.len().checked_sub(1)) {
        page.autofilter(0, 0, last, u16::try_from(columns).unwrap_or(u16::MAX))?;
    }
    book.save_to_buffer()
}

/// Wide enough for the longest of the first rows; a full-width character takes two.
fn width(sheet: &Sheet, column: usize) -> u32 {
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let cells = sheet.rows.iter().take(200).filter_map(|row| row.get(column)).map(|cell| wide(&cell.text()));
    let longest = cells.chain([wide(sheet.headings[column])]).max().unwrap_or(0);
    u32::try_from(longest.min(WIDEST) + 2).unwrap_or(10)
}
