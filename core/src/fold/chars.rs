//! Single characters: width, the twenty dashes, what cannot be seen, what
//! cannot be kept. The readers of this folder stand on these.

/// The characters that people type for a hyphen. Two of them are the long-vowel
/// mark of kana, full- and half-width: the key beside 「ほ」 gives it.
pub const DASHES: [char; 20] = [
    '\u{002D}', '\u{02D7}', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2043}',
    '\u{207B}', '\u{208B}', '\u{2212}', '\u{2500}', '\u{2501}', '\u{30A0}', '\u{30FC}', '\u{FE58}', '\u{FE63}',
    '\u{FF0D}', '\u{FF70}',
];

/// What stands between the digits of a number without meaning anything.
const SEPARATORS: &str = ".。．｡・･,、/()[]{}<>「」『』〔〕【】〈〉《》";

/// Whether people mean a hyphen by it.
pub fn is_dash(c: char) -> bool {
    DASHES.contains(&c)
}

/// Full-width ASCII to ASCII, the ideographic blank to a blank; all else as it is.
pub fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// The text with all of its ASCII narrow.
pub fn narrowed(raw: &str) -> String {
    raw.chars().map(narrow).collect()
}

/// Takes no room on screen, but harms nobody.
pub fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// Turns the reading direction around (UAX #9, explicit directional characters).
pub fn is_bidi(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A blank of any kind, or nothing to be seen at all.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_zero_width(c) || is_bidi(c)
}

/// Cannot be kept inside a text: control, direction, annotation and tag
/// characters, line separators and what Unicode calls non-characters. Private-use
/// characters stay: names are written with them.
pub fn is_unprintable(c: char) -> bool {
    let noncharacter = matches!(c, '\u{FDD0}'..='\u{FDEF}') || c as u32 & 0xFFFE == 0xFFFE;
    let steering = matches!(
        c,
        '\u{2028}' | '\u{2029}' | '\u{206A}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}'
    );
    c.is_control() || is_bidi(c) || steering || noncharacter
}

/// The text without blanks and invisible characters at both ends.
pub fn trimmed(raw: &str) -> &str {
    raw.trim_matches(is_blank)
}

/// A dot, comma, slash or bracket, which between digits means nothing.
pub fn is_separator(c: char) -> bool {
    SEPARATORS.contains(c)
}

/// Narrow, and without all that may stand between digits.
pub fn squeezed(raw: &str) -> String {
    raw.chars().map(narrow).filter(|&c| !(is_blank(c) || is_dash(c) || is_separator(c))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_different_dashes() {
        let distinct: std::collections::HashSet<char> = DASHES.into_iter().collect();
        assert_eq!(distinct.len(), 20);
    }

    #[test]
    fn width_folds_for_ascii_only() {
        assert_eq!(narrowed("ＡＢＣ１２３！～　ｱ神①㈱"), "ABC123!~ ｱ神①㈱");
    }

    #[test]
    fn invisible_ends_are_cut() {
        for raw in ["\u{200B} 山田\u{3000}", "\u{202E}山田\u{202C}", "\u{FEFF}\t山田\r\n\u{2060}"] {
            assert_eq!(trimmed(raw), "山田", "{raw:?}");
        }
        // A variation selector belongs to the kanji before it.
        assert_eq!(trimmed("辻\u{E0101} "), "辻\u{E0101}");
    }

    #[test]
    fn what_cannot_be_kept() {
        let bad = ['\0', '\u{1B}', '\u{7F}', '\u{85}', '\u{202E}', '\u{2066}', '\u{2028}', '\u{FFFF}', '\u{E0041}'];
        assert!(bad.into_iter().all(is_unprintable));
        let good = ['髙', '𠮷', '😀', '\u{200D}', '\u{FE0F}', '\u{E0101}', '\u{E000}', '　', '\u{FA19}'];
        assert!(!good.into_iter().any(is_unprintable));
    }

    #[test]
    fn squeezing_leaves_only_what_means_something() {
        assert_eq!(squeezed("（０３）１２３４ー５６７８"), "0312345678");
        assert_eq!(squeezed("１２．３４・５［６］ 7\u{200B}"), "1234567");
    }
}
