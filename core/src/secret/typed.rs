//! Reading codes as people really type them: full-width, spaced, dashed.

/// Dashes of every keyboard, the kana long mark included.
const DASHES: &str = "-\u{02D7}\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2043}\u{207B}\
\u{208B}\u{2212}\u{2500}\u{2501}\u{30A0}\u{30FC}\u{FE58}\u{FE63}\u{FF0D}\u{FF70}";

/// The characters that carry meaning: half-width, upper-case, without blanks,
/// dashes and what cannot be seen.
pub(crate) fn characters(typed: &str) -> impl Iterator<Item = char> {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && !DASHES.contains(*c) && !is_invisible(*c))
        .map(|c| half_width(c).to_ascii_uppercase())
}

/// Zero-width and direction marks, which a paste from a mail or PDF brings along.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::characters;

    #[test]
    fn width_case_blanks_and_dashes_do_not_matter() {
        for typed in
            ["AB12", "ab12", "ＡＢ１２", "a b-1　2", " ａｂ－１ー２ ", "\u{feff}AB\u{200b}12\u{202c}", "A–B—1―2"]
        {
            assert_eq!(characters(typed).collect::<String>(), "AB12", "{typed:?}");
        }
    }
}
