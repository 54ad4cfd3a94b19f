//! Text in CP932, and what that cannot hold: such a character becomes 〓 and is
//! counted, so that nobody takes the file for the whole truth.

use std::borrow::Cow;

use encoding_rs::{EncoderResult, SHIFT_JIS};
use unicode_normalization::char::compose;

/// Stands for a character that CP932 lacks (JIS X 0208 2-14, 0x81AC).
const GETA: [u8; 2] = [0x81, 0xac];

/// Characters that CP932 knows under another number, as typed on other systems.
const TWINS: [(char, char); 7] = [
    ('\u{301c}', '\u{ff5e}'), // 〜
    ('\u{2016}', '\u{2225}'), // ‖
    ('\u{2014}', '\u{2015}'), // —
    ('\u{a2}', '\u{ffe0}'),   // ¢
    ('\u{a3}', '\u{ffe1}'),   // £
    ('\u{a5}', '\u{ffe5}'),   // ¥, which would come out as a backslash
    ('\u{ac}', '\u{ffe2}'),   // ¬
];

/// How many characters of a text CP932 cannot hold.
pub fn lost(text: &str) -> u64 {
    if text.is_ascii() { 0 } else { encode(text).1 }
}

/// The text in CP932, and how many characters became 〓.
pub(super) fn encode(text: &str) -> (Vec<u8>, u64) {
    let text = nearest(text);
    let (mut encoder, mut out, mut lost) = (SHIFT_JIS.new_encoder(), Vec::with_capacity(text.len() + 16), 0);
    let mut rest: &str = &text;
    loop {
        // CP932 never takes more bytes than UTF-8; room for an escape comes on top.
        out.reserve(rest.len() + 16);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut out, true);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return (out, lost),
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(_) => {
                out.extend(GETA);
                lost += 1;
            }
        }
    }
}

/// Twins replaced, marks joined to their kana, and variation selectors (which
/// choose a shape of the kanji before them) left out.
fn nearest(text: &str) -> Cow<'_, str> {
    let special = |c: char| is_selector(c) || is_mark(c) || TWINS.iter().any(|(typed, _)| *typed == c);
    if !text.contains(special) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_selector(*c)) {
        let joined = out.chars().next_back().filter(|_| is_mark(c)).and_then(|before| compose(before, c));
        match joined {
            Some(joined) => {
                out.pop();
                out.push(joined);
            }
            None => out.push(TWINS.iter().find(|(typed, _)| *typed == c).map_or(c, |(_, known)| *known)),
        }
    }
    out.into()
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// The combining voiced and semi-voiced sound marks.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cp932_lacks_becomes_a_geta_and_is_counted() {
        for (text, wanted, count) in [
            ("さくら接骨院", "さくら接骨院", 0),
            ("髙﨑", "髙﨑", 0),
            ("𠮷田と草彅", "〓田と草彅", 1),
            ("😀😀𩸽", "〓〓〓", 3),
            ("１〜３ ¥100", "１～３ ￥100", 0),
            ("葛\u{e0100}城", "葛城", 0),
            ("か\u{3099}は\u{309a}", "がぱ", 0),
            ("①Ⅲ㈱", "①Ⅲ㈱", 0),
            ("神\u{fa19}", "神\u{fa19}", 0),
            ("", "", 0),
        ] {
            let (bytes, replaced) = encode(text);
            let (read, _, broken) = SHIFT_JIS.decode(&bytes);
            assert_eq!((read.as_ref(), replaced, broken), (wanted, count, false), "{text}");
            assert_eq!(lost(text), count, "{text}");
        }
    }
}
