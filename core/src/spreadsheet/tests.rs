//! Files read back as a spreadsheet would read them.

use std::path::PathBuf;

use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::NaiveDate;
use encoding_rs::SHIFT_JIS;

use super::{Cell, Column, Format, TableWriter, Written};
use crate::testing::start;

const COLUMNS: &[Column] =
    &[Column::new("コード", 14), Column::new("名称", 30), Column::new("件数", 8), Column::new("日付", 12)];

fn rows() -> Vec<Vec<Cell>> {
    let on = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
    vec![
        vec![Cell::text("0112345678"), Cell::text("𠮷田 \"整骨院\",\n2階"), Cell::Number(-3), Cell::Date(on)],
        vec![Cell::text("=1+1"), Cell::text("＠SUM(A1)"), Cell::Decimal(1.25), Cell::Time(start().into())],
        vec![Cell::text("+81312345678"), Cell::text("\u{0}\u{1f}_x0041_"), Cell::Empty, Cell::Empty],
    ]
}

fn written(format: Format) -> (tempfile::TempDir, PathBuf, Written) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let mut table = TableWriter::create(&path, format, "施設", COLUMNS, start().into()).unwrap();
    for row in rows() {
        table.row(&row).unwrap();
    }
    let written = table.finish().unwrap();
    (folder, path, written)
}

#[test]
fn an_excel_book_keeps_codes_as_texts_and_dates_as_dates() {
    let (folder, path, written) = written(Format::Xlsx);
    assert_eq!(written, Written { rows: 3, replaced: 0 });
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    assert_eq!(book.sheet_names(), ["施設"]);
    let sheet = book.worksheet_range("施設").unwrap();
    let text = |row, column| match sheet.get_value((row, column)) {
        Some(Data::String(text)) => text.clone(),
        other => panic!("no text at {row},{column}: {other:?}"),
    };
    assert_eq!((text(0, 0), text(0, 3)), ("コード".into(), "日付".into()));
    assert_eq!((text(1, 0), text(1, 1)), ("0112345678".into(), "𠮷田 \"整骨院\",\n2階".into()));
    assert_eq!((text(2, 0), text(2, 1)), ("=1+1".into(), "＠SUM(A1)".into()), "texts, exactly as they are");
    assert_eq!(text(3, 0), "+81312345678");
    assert_eq!(sheet.get_value((1, 2)), Some(&Data::Float(-3.0)));
    let serial = |row, column| match sheet.get_value((row, column)) {
        Some(Data::DateTime(at)) => at.as_f64(),
        other => panic!("no date at {row},{column}: {other:?}"),
    };
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    assert_eq!(serial(1, 3), (day(2026, 11, 25) - day(1899, 12, 30)).num_days() as f64);
    let ten_o_clock = (day(2026, 11, 20) - day(1899, 12, 30)).num_days() as f64 + 10.0 / 24.0;
    assert!((serial(2, 3) - ten_o_clock).abs() < 1e-6, "in Japan's time");
    let formulas = book.worksheet_formula("施設").unwrap();
    assert!(formulas.is_empty(), "no cell is a formula");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "what was written on the way is gone");
}

#[test]
fn the_headings_of_a_book_are_frozen_and_filtered() {
    let (_folder, path, _) = written(Format::Xlsx);
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let sheet = std::io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(sheet.contains("ySplit=\"1\"") && sheet.contains("state=\"frozen\""), "{sheet}");
    assert!(sheet.contains("<autoFilter ref=\"A1:D4\""), "{sheet}");
}

#[test]
fn a_csv_in_utf8_opens_without_harm() {
    let (_folder, path, written) = written(Format::CsvUtf8);
    assert_eq!(written, Written { rows: 3, replaced: 0 });
    assert_eq!(
        std::fs::read_to_string(path).unwrap(),
        "\u{feff}\"コード\",\"名称\",\"件数\",\"日付\"\r\n\
         \"0112345678\",\"𠮷田 \"\"整骨院\"\",\n2階\",\"-3\",\"2026-11-25\"\r\n\
         \"'=1+1\",\"'＠SUM(A1)\",\"1.2\",\"2026-11-20 10:00\"\r\n\
         \"'+81312345678\",\"'\u{0}\u{1f}_x0041_\",\"\",\"\"\r\n"
    );
}

#[test]
fn a_csv_in_cp932_counts_what_it_cannot_hold() {
    let (_folder, path, written) = written(Format::CsvCp932);
    assert_eq!(written, Written { rows: 3, replaced: 1 });
    let bytes = std::fs::read(path).unwrap();
    let (text, _, broken) = SHIFT_JIS.decode(&bytes);
    assert!(
        !broken && text.starts_with("\"コード\",\"名称\",\"件数\",\"日付\"\r\n\"0112345678\",\"〓田 \"\"整骨院\"\"")
    );
    assert!(text.contains("\r\n\"'=1+1\",\"'＠SUM(A1)\",") && text.ends_with("\r\n"));
}
