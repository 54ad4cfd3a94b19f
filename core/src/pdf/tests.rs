//! Whole documents. Without a Japanese font on the machine they have nothing to say.

use krilla::text::Font;

use super::{PdfError, Sheet, missing};

fn font() -> Option<Font> {
    super::font::load(None)
}

fn letter(font: &Font, rows: usize) -> Result<Vec<u8>, PdfError> {
    let mut sheet = Sheet::new(font.clone(), "助成金交付決定通知書");
    sheet.right("令和8年度 第12号");
    sheet.heading("助成金交付決定通知書");
    sheet.paragraph("次のとおり交付します。\n\n葛\u{e0100}城市\tＡ\u{0}");
    sheet.facts(&[("施設".to_owned(), "長い値。".repeat(900)), ("備考".to_owned(), "一行目\n二行目".to_owned())]);
    sheet.subheading("内訳");
    let row = |n: usize| vec![format!("端末{n}"), "19,500円".to_owned()];
    sheet.table(&["項目", "金額", "備考"], &[3.0, 1.0], &(0..rows).map(row).collect::<Vec<_>>(), &[false, true]);
    sheet.table(&["空"], &[], &[], &[]);
    sheet.finish()
}

fn pages(file: &[u8]) -> usize {
    file.windows(12).filter(|part| *part == b"/Type /Page\n").count()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let Some(font) = font() else { return };
    assert_eq!(letter(&font, 3).unwrap(), letter(&font, 3).unwrap());
}

#[test]
fn long_tables_go_on_on_the_next_page() {
    let Some(font) = font() else { return };
    let (short, long) = (letter(&font, 1).unwrap(), letter(&font, 120).unwrap());
    assert_eq!((pages(&short), pages(&long)), (4, 7));
}

#[test]
fn nothing_at_all_is_a_page() {
    let Some(font) = font() else { return };
    assert_eq!(pages(&Sheet::new(font.clone(), "空").finish().unwrap()), 1);
    assert!(matches!(Sheet::new(font, " ").finish(), Err(PdfError::Refused(_))));
}

#[test]
fn letters_that_the_font_lacks_are_named() {
    let Some(font) = font() else { return };
    assert_eq!(missing(&font, "髙﨑葛\u{e0100}か\u{309a}、A\n\u{e000}漢\u{e000}"), ['\u{e000}']);
    let mut sheet = Sheet::new(font, "題");
    sheet.paragraph("外字\u{e000}です");
    assert!(matches!(sheet.finish(), Err(PdfError::Letters(letters)) if letters == ['\u{e000}']));
}
