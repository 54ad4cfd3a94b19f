//! Files are read back as an office program would.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chrono::NaiveDate;

use super::*;

fn sheet() -> Sheet {
    let mut sheet = Sheet::new(&["コード", "名称", "台数", "日付"]);
    let day = NaiveDate::from_ymd_opt(2026, 11, 25);
    sheet.rows.push(vec!["0112345678".into(), "=HYPERLINK(\"http://x\")".into(), 3_i64.into(), day.into()]);
    sheet.rows.push(vec!["1300000001".into(), "髙橋〜𠮷野家−①葛\u{e0100}飾".into(), 0_i64.into(), Cell::Empty]);
    sheet
}

#[test]
fn a_workbook_keeps_zeros_in_front_and_takes_nothing_for_a_formula() {
    let bytes = sheet().write(Format::Xlsx).unwrap().bytes;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let formulas = book.worksheet_formula("Sheet1").unwrap();
    assert_eq!(formulas.used_cells().count(), 0);
    let range = book.worksheet_range("Sheet1").unwrap();
    assert_eq!(range.get((0, 1)), Some(&Data::String("名称".into())));
    assert_eq!(range.get((1, 0)), Some(&Data::String("0112345678".into())));
    assert_eq!(range.get((1, 1)), Some(&Data::String("=HYPERLINK(\"http://x\")".into())));
    assert_eq!(range.get((1, 2)), Some(&Data::Float(3.0)));
    assert!(matches!(range.get((1, 3)), Some(Data::DateTime(day)) if day.as_f64() == 46351.0));
}

#[test]
fn an_old_program_gets_shift_jis_with_what_it_cannot_hold_counted() {
    let written = sheet().write(Format::CsvCp932).unwrap();
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&written.bytes);
    assert!(!broken);
    assert!(text.contains("\"髙橋～〓野家－①葛飾\""), "{text}");
    assert!(text.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{text}");
    assert!(text.starts_with("\"コード\"") && text.ends_with("\r\n") && !text.contains("&#"));
    assert_eq!(written.replaced, 2, "one kanji there is no code for, one variant");
    assert_eq!(sheet().write(Format::Csv).unwrap().replaced, 0);
}

#[test]
fn a_table_without_rows_is_a_file_with_headings() {
    for format in Format::ALL {
        let empty = Sheet::new(&["一", "二"]).write(*format).unwrap();
        assert!(!empty.bytes.is_empty(), "{format}");
    }
}
