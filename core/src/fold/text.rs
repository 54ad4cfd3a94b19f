//! Free text: names, reasons, notes, file names. Kept exactly as typed, because
//! Unicode normalisation would change kanji in people's names; only the ends are
//! trimmed, and what cannot or must not be kept is refused.

use super::chars::{is_blank, is_unprintable, trimmed};
use super::contains_personal_number;
use crate::form::FieldFault;

/// One required line of at most `max` characters.
pub fn text(raw: &str, max: usize) -> Result<String, FieldFault> {
    required(optional_text(raw, max)?)
}

/// One line of at most `max` characters, or nothing.
pub fn optional_text(raw: &str, max: usize) -> Result<Option<String>, FieldFault> {
    let typed = trimmed(raw);
    if typed.contains(['\n', '\r']) {
        return Err(FieldFault::LineBreak);
    }
    checked(typed.to_owned(), max)
}

/// Required text of one or more lines, at most `max` characters; line ends become `\n`.
pub fn lines(raw: &str, max: usize) -> Result<String, FieldFault> {
    let unix = trimmed(raw).replace("\r\n", "\n").replace('\r', "\n");
    required(checked(unix, max)?)
}

/// A short name that people give to a thing of theirs (端末識別メモ): any run of
/// blanks or line ends becomes one blank; empty takes the name away.
pub fn one_line_label(raw: &str, max: usize) -> Result<String, FieldFault> {
    let one_line = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    optional_text(&one_line, max).map(Option::unwrap_or_default)
}

/// The name of a file as its owner calls it, without folders; at most `max` characters.
pub fn file_name(raw: &str, max: usize) -> Result<String, FieldFault> {
    text(raw.rsplit(['/', '\\']).next().unwrap_or(raw), max)
}

fn required(read: Option<String>) -> Result<String, FieldFault> {
    read.ok_or(FieldFault::Missing)
}

/// The rules all free text shares. Text of nothing but invisible characters is nothing.
fn checked(typed: String, max: usize) -> Result<Option<String>, FieldFault> {
    if typed.chars().all(is_blank) {
        return Ok(None);
    }
    let now = typed.chars().count();
    if now > max {
        return Err(FieldFault::TooLong { max, now });
    }
    if typed.chars().any(|c| c != '\n' && is_unprintable(c)) {
        return Err(FieldFault::Unprintable);
    }
    if contains_personal_number(&typed) {
        return Err(FieldFault::PersonalNumber);
    }
    Ok(Some(typed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use FieldFault::*;

    #[test]
    fn text_is_kept_as_typed_but_for_its_ends() {
        let rows = [
            ("山田", "山田"),
            ("　山田　太郎 ", "山田　太郎"),
            ("\u{200B}髙橋\u{200F}", "髙橋"),
            ("神\u{FA19}𠮷﨑辻\u{E0101}", "神\u{FA19}𠮷﨑辻\u{E0101}"),
            ("㈱①ｱｲｳＡＢＣ", "㈱①ｱｲｳＡＢＣ"),
            ("がきく\u{3099}", "がきく\u{3099}"),
            ("👨‍👩‍👧 家族", "👨‍👩‍👧 家族"),
            ("'; DROP TABLE accounts; --", "'; DROP TABLE accounts; --"),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
            ("{{ 7*7 }} %s ${x}", "{{ 7*7 }} %s ${x}"),
        ];
        for (raw, kept) in rows {
            assert_eq!(text(raw, 40).as_deref(), Ok(kept), "{raw:?}");
        }
    }

    #[test]
    fn text_that_cannot_be_kept_is_refused() {
        let rows = [
            ("", Missing),
            (" 　\t\u{200B}\u{202E}", Missing),
            ("あいうえおかきくけこさ", TooLong { max: 10, now: 11 }),
            ("a\0b", Unprintable),
            ("a\u{1B}[31mb", Unprintable),
            ("abc\u{202E}fdp.exe", TooLong { max: 10, now: 11 }),
            ("a\u{202E}b", Unprintable),
            ("a\u{2066}b", Unprintable),
            ("a\tb", Unprintable),
            ("a\nb", LineBreak),
            ("a\r\nb", LineBreak),
        ];
        for (raw, fault) in rows {
            assert_eq!(text(raw, 10), Err(fault), "{raw:?}");
        }
        assert_eq!(text("番号は123456789018です", 40), Err(PersonalNumber));
    }

    #[test]
    fn optional_text_may_be_left_out() {
        assert_eq!(optional_text(" 　", 10), Ok(None));
        assert_eq!(optional_text(" メモ", 10), Ok(Some("メモ".into())));
        assert_eq!(optional_text("a\u{7}b", 10), Err(Unprintable));
    }

    #[test]
    fn lines_take_line_breaks_and_nothing_else() {
        assert_eq!(lines(" 一行目\r\n二行目\r三行目\n", 20).as_deref(), Ok("一行目\n二行目\n三行目"));
        assert_eq!(lines("\r\n\r\n", 20), Err(Missing));
        assert_eq!(lines("a\u{2028}b", 20), Err(Unprintable));
        assert_eq!(lines("1234\n5678\n9018", 20), Err(PersonalNumber));
    }

    #[test]
    fn a_label_becomes_one_line() {
        assert_eq!(one_line_label(" 受付\r\nの　 端末 ", 20).as_deref(), Ok("受付 の 端末"));
        assert_eq!(one_line_label(" \n ", 20).as_deref(), Ok(""));
        assert_eq!(one_line_label("a\u{202E}b", 20), Err(Unprintable));
    }

    #[test]
    fn a_file_name_loses_its_folders() {
        assert_eq!(file_name("../../etc/passwd", 100).as_deref(), Ok("passwd"));
        assert_eq!(file_name(r"C:\書類\通知書.pdf", 100).as_deref(), Ok("通知書.pdf"));
        assert_eq!(file_name("a\0.png", 100), Err(Unprintable));
        assert_eq!(file_name("控え_1234-5678-9018.pdf", 100), Err(PersonalNumber));
        assert_eq!(file_name("folder/", 100), Err(Missing));
    }
}
