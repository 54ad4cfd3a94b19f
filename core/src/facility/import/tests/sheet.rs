//! Excel books.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::*;

fn book(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row as u32, column as u16, *cell).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a book")
}

#[tokio::test]
async fn a_book_gives_the_same_facilities_as_the_csv() {
    let (csv, excel) = (test_db(), test_db());
    let rows: Vec<Vec<&str>> = MASTER.lines().map(|line| line.split(',').collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let from_csv = applied(&csv, MASTER.as_bytes(), options(None)).await;
    let from_book = applied(&excel, &book(&rows), options(None)).await;
    assert_eq!(from_book.encoding, "Excel（.xlsx）");
    assert_eq!(Report { encoding: from_csv.encoding.clone(), ..from_book }, from_csv);
    let again = applied(&excel, MASTER.as_bytes(), options(None)).await;
    assert!(again.changes_nothing(), "{again:?}");
}

#[tokio::test]
async fn numbers_dates_gaps_and_line_breaks_are_read_as_people_see_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in ["備考", "登録記号番号", "名称", "指定日", "口座番号"].iter().enumerate()
    {
        sheet.write_string(0, column as u16, *heading).expect("a heading");
    }
    let day_format = Format::new().set_num_format("yyyy/m/d");
    let date = ExcelDateTime::from_ymd(2010, 4, 1).expect("a date");
    // A row is left empty between the headings and the first facility.
    sheet.write_number(2, 1, 2_712_345_000.0).expect("a number");
    sheet.write_string(2, 2, "さくら\n整骨院").expect("a name");
    sheet.write_datetime_with_format(2, 3, &date, &day_format).expect("a date");
    sheet.write_number(3, 1, 131_234_567.0).expect("a number without its zero");
    sheet.write_string(3, 2, "ゆり整骨院").expect("a name");
    let bytes = book.save_to_buffer().expect("a book");
    let db = test_db();
    let report = report_of(&db, &bytes, options(Some(JudoTherapy))).await;
    assert_eq!((report.rows, report.opened, report.refused), (2, 1, 1));
    let cell = &report.refused_cells[0];
    assert_eq!((cell.line, cell.value.as_str()), (4, "131234567"), "the sheet's own line");
    let opened = &report.opened_examples[0];
    assert_eq!((opened.line, opened.name.as_str()), (3, "さくら 整骨院"));
}
