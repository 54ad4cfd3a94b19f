//! A form to be filled in with Excel: a heading, how to use it, what is known
//! already, and a small table whose cells take what its columns say. Texts are
//! text cells, whatever they begin with. The same form is the same bytes.

use std::io;

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, DocProperties, Format, FormatAlign, FormatBorder, Formula, Workbook,
    Worksheet, XlsxError, utility,
};

use super::cell::Cell;
use crate::db::At;

/// ISO 216 A4, as Excel numbers papers.
const A4: u8 = 9;
/// Where facts stand: the label, and the value beside it. Column A numbers the rows.
const FACTS_AT: (u16, u16) = (1, 2);

/// What the cells of a column take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: they are filled in.
    Given,
    /// A text, digits included.
    Text,
    /// A date.
    Date,
    /// A whole number between these, both included.
    Number(i32, i32),
    /// One of these words.
    Choice(Vec<String>),
}

/// A column of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormColumn {
    /// The words on top.
    pub heading: &'static str,
    /// How wide it is, in half-width characters.
    pub width: u8,
    /// What its cells take.
    pub takes: Takes,
}

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct FormSheet {
    /// What it is called: its sheet (at most 31 characters), its heading, and its file.
    pub title: &'static str,
    /// How to use it, line by line.
    pub notes: Vec<&'static str>,
    /// What is known: labels and values.
    pub facts: Vec<(&'static str, String)>,
    /// The columns of the table.
    pub columns: Vec<FormColumn>,
    /// The rows of the table, all that can be filled in.
    pub rows: Vec<Vec<Cell>>,
    /// A label and the column whose sum stands above the table, for show.
    pub sum: Option<(&'static str, u16)>,
}

impl FormSheet {
    /// The form as an Excel book.
    ///
    /// # Errors
    /// When Excel could not hold it: a title, a text or a list that is too long.
    pub fn write(&self, at: At) -> io::Result<Vec<u8>> {
        self.book(at).and_then(|mut book| book.save_to_buffer()).map_err(io::Error::other)
    }

    fn book(&self, at: At) -> Result<Workbook, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&DocProperties::new().set_title(self.title).set_creation_datetime(&at.utc()));
        let sheet = book.add_worksheet().set_name(self.title)?.set_landscape().set_paper_size(A4);
        sheet.set_print_fit_to_pages(1, 0);
        let heading = self.head(sheet)?;
        let line = Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Top);
        let top = line.clone().set_bold().set_background_color(Color::RGB(0xE6E6E6));
        for (at, column) in (0..).zip(&self.columns) {
            sheet.set_column_width(at, f64::from(column.width))?;
            sheet.write_string_with_format(heading, at, column.heading, &top)?;
            let shape = line.clone().set_num_format(column.takes.shape());
            for (row, cells) in (heading + 1..).zip(&self.rows) {
                put(sheet, (row, at), cells.get(usize::from(at)).unwrap_or(&Cell::Empty), &shape)?;
            }
            if let Some(rule) = column.takes.rule()? {
                sheet.add_data_validation(heading + 1, at, heading + self.count(), at, &rule)?;
            }
        }
        Ok(book)
    }

    /// Everything above the table; the row of its headings.
    fn head(&self, sheet: &mut Worksheet) -> Result<u32, XlsxError> {
        let bold = Format::new().set_bold();
        sheet.write_string_with_format(0, 0, self.title, &bold.clone().set_font_size(14))?;
        let mut row = 1;
        for note in &self.notes {
            sheet.write_string(row, 0, *note)?;
            row += 1;
        }
        let (label, value) = FACTS_AT;
        for (name, known) in &self.facts {
            sheet.write_string_with_format(row, label, *name, &bold)?;
            sheet.write_string_with_format(row, value, known, &Format::new().set_num_format("@"))?;
            row += 1;
        }
        if let Some((name, column)) = self.sum {
            let heading = row + 2;
            let range = utility::cell_range(heading + 1, column, heading + self.count(), column);
            let formula = Formula::new(format!("=SUM({range})")).set_result(self.total(column).to_string());
            let shape = Format::new().set_num_format("#,##0").set_align(FormatAlign::Left);
            sheet.write_string_with_format(row, label, name, &bold)?;
            sheet.write_formula_with_format(row, value, formula, &shape)?;
            row += 1;
        }
        Ok(row + 1)
    }

    fn count(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    fn total(&self, column: u16) -> i64 {
        let number = |row: &Vec<Cell>| match row.get(usize::from(column)) {
            Some(Cell::Number(number)) => *number,
            _ => 0,
        };
        self.rows.iter().map(number).sum()
    }
}

impl Takes {
    /// How Excel shows its values; a text stays as it is typed.
    fn shape(&self) -> &'static str {
        match self {
            Self::Given => "General",
            Self::Text | Self::Choice(_) => "@",
            Self::Date => "yyyy/mm/dd",
            Self::Number(..) => "#,##0",
        }
    }

    /// What Excel refuses to take. Dates are free: people also write 令和8年….
    fn rule(&self) -> Result<Option<DataValidation>, XlsxError> {
        let rule = match self {
            Self::Given | Self::Text | Self::Date => return Ok(None),
            Self::Number(least, most) => DataValidation::new()
                .allow_whole_number(DataValidationRule::Between(*least, *most))
                .set_error_message(format!("{least}から{most}までの整数を入力してください"))?,
            Self::Choice(words) => {
                DataValidation::new().allow_list_strings(words)?.set_error_message("一覧から選んでください")?
            }
        };
        Ok(Some(rule))
    }
}

fn put(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, shape: &Format) -> Result<(), XlsxError> {
    match cell {
        Cell::Number(number) => sheet.write_number_with_format(row, column, *number as f64, shape)?,
        Cell::Date(on) => sheet.write_datetime_with_format(row, column, on, shape)?,
        Cell::Empty => sheet.write_blank(row, column, shape)?,
        other => sheet.write_string_with_format(row, column, other.words(), shape)?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx};
    use chrono::NaiveDate;

    use super::*;
    use crate::testing::start;

    fn form() -> FormSheet {
        let column = |heading, takes| FormColumn { heading, width: 12, takes };
        let on = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        FormSheet {
            title: "内訳",
            notes: vec!["記入してください"],
            facts: vec![("コード", "0112345678".to_owned()), ("名称", "=1+1".to_owned())],
            columns: vec![
                column("行", Takes::Given),
                column("日付", Takes::Date),
                column("店", Takes::Text),
                column("品目", Takes::Choice(vec!["ペン".to_owned(), "紙".to_owned()])),
                column("金額", Takes::Number(1, 999)),
            ],
            rows: vec![
                vec![Cell::Number(1), Cell::Date(on), Cell::text("+81"), Cell::text("紙"), Cell::Number(300)],
                vec![Cell::Number(2), Cell::text("きのう"), Cell::Empty, Cell::Empty, Cell::Number(40)],
                vec![Cell::Number(3)],
            ],
            sum: Some(("合計", 4)),
        }
    }

    #[test]
    fn a_form_keeps_texts_as_texts_and_adds_up_for_show() {
        let content = form().write(start().into()).expect("writes");
        let mut book = Xlsx::new(io::Cursor::new(content)).expect("a book");
        let sheet = book.worksheet_range("内訳").expect("a sheet");
        let text = |row, column| sheet.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
        assert_eq!((text(0, 0), text(1, 0)), ("内訳".to_owned(), "記入してください".to_owned()));
        assert_eq!((text(2, 1), text(2, 2)), ("コード".to_owned(), "0112345678".to_owned()));
        assert_eq!(sheet.get_value((3, 2)), Some(&Data::String("=1+1".to_owned())), "no formula");
        assert_eq!((text(4, 1), text(4, 2)), ("合計".to_owned(), "340".to_owned()));
        let headings: Vec<String> = (0..5).map(|column| text(6, column)).collect();
        assert_eq!(headings, ["行", "日付", "店", "品目", "金額"]);
        assert!(matches!(sheet.get_value((7, 1)), Some(Data::DateTime(_))));
        assert_eq!((text(7, 2), text(7, 3), text(8, 1)), ("+81".to_owned(), "紙".to_owned(), "きのう".to_owned()));
        let formulas = book.worksheet_formula("内訳").expect("formulas");
        let known: Vec<_> = formulas.used_cells().map(|(.., formula)| formula.as_str()).collect();
        assert_eq!(known, ["SUM(E8:E10)"], "the sum alone");
    }

    #[test]
    fn the_same_form_is_the_same_file_and_its_cells_are_guarded() {
        let write = || form().write(start().into()).expect("writes");
        assert_eq!(write(), write());
        let mut archive = zip::ZipArchive::new(io::Cursor::new(write())).expect("an archive");
        let sheet = io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").expect("a sheet")).expect("UTF-8");
        assert!(sheet.contains("sqref=\"D8:D10\"") && sheet.contains("ペン,紙"), "{sheet}");
        assert!(sheet.contains("sqref=\"E8:E10\"") && sheet.contains("type=\"whole\""), "{sheet}");
    }

    #[test]
    fn what_excel_could_not_hold_is_an_error() {
        let long = FormSheet {
            title: "三十一文字より長い題名はExcelのシートの名前にできません、長すぎます", ..form()
        };
        assert!(long.write(start().into()).is_err());
    }
}
