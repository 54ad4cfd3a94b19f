//! The characters of a domestic bank transfer, and how typed text becomes them.
//!
//! Source: 全国銀行協会の総合振込レコードフォーマット (使用文字) on JIS X 0201 half-width: the katakana ｱ–ﾝ
//! without ｦ and without small letters, the marks ﾞ and ﾟ, A–Z, 0–9, the blank and `( ) - . / , ｢ ｣ ¥`.
//! Banks accept less in some items (a bank's name: no symbol but the hyphen; ¥ ｢ ｣ mostly in EDI text only).

use std::collections::BTreeSet;

/// Position n is the half-width letter U+FF71 + n, as JIS X 0201 orders them.
const LETTERS: &str = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// Letters on the left stand for those at the same place on the right.
type Pairs = (&'static str, &'static str);

const VOICED: Pairs = ("ヴガギグゲゴザジズゼゾダヂヅデドバビブベボ", "ウカキクケコサシスセソタチツテトハヒフヘホ");
const HALF_VOICED: Pairs = ("パピプペポ", "ハヒフヘホ");
/// Out of use, so they are read but never shown.
const OLD_VOICED: Pairs = ("ヷヸヹヺ", "ワイエオ");
/// Small letters and the three letters that the set lacks, as banks spell them.
const SUBSTITUTES: Pairs = (
    "ァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿヲヰヱ",
    "アイウエオツヤユヨワカケクシストヌハヒフヘホムラリルレロオイエ",
);
const HALF_SUBSTITUTES: Pairs = ("ｦｧｨｩｪｫｯｬｭｮ", "ｵｱｲｳｴｵﾂﾔﾕﾖ");

/// A text holds characters that no domestic transfer can carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("characters that a bank transfer cannot carry: {}", .chars.iter().collect::<String>())]
pub struct NotWritable {
    /// The characters as typed, each once, in the order of their first use.
    pub chars: Vec<char>,
}

/// Folds typed text into the half-width characters of a transfer: kana of any kind to large half-width katakana
/// (ヲ ヰ ヱ to ｵ ｲ ｴ), the long mark and dashes to `-`, the middle dot to `.`, the yen sign and the backslash
/// (one key on a Japanese keyboard) to `¥`, Latin letters to upper case; runs of blanks become one, the ends none.
///
/// Each half-width character counts as one, so ガ takes two. The rules are those of 全国銀行協会 (see the module).
///
/// # Errors
/// [`NotWritable`] names every character without a counterpart, for example kanji.
pub fn fold(typed: &str) -> Result<String, NotWritable> {
    let mut folded = String::with_capacity(typed.len());
    let mut chars = Vec::new();
    let mut seen = BTreeSet::new();
    for c in typed.chars() {
        match spelling(c) {
            Some((' ', _)) if folded.is_empty() || folded.ends_with(' ') => {}
            Some((letter, mark)) => folded.extend(std::iter::once(letter).chain(mark)),
            None if seen.insert(c) => chars.push(c),
            None => {}
        }
    }
    folded.truncate(folded.trim_end().len());
    if chars.is_empty() { Ok(folded) } else { Err(NotWritable { chars }) }
}

/// Whether a transfer can carry this text as it stands; true for the empty text.
/// The set is that of 全国銀行協会 (see the module).
pub fn is_writable(text: &str) -> bool {
    text.chars().all(in_set)
}

/// Shows half-width text in full-width letters for reading on screen: `ｶﾞ` as `ガ`, `A-1` as `Ａ－１`.
///
/// Folding the result gives the half-width text back. Characters outside the set stay as they are.
pub fn shown(half: &str) -> String {
    let mut full = String::with_capacity(half.len());
    let mut rest = half.chars().peekable();
    while let Some(c) = rest.next() {
        let letter = full_width(c);
        match rest.peek().and_then(|mark| joined(letter, *mark)) {
            Some(voiced) => {
                full.push(voiced);
                rest.next();
            }
            None => full.push(letter),
        }
    }
    full
}

/// Whether one character is in the set.
pub(crate) fn in_set(c: char) -> bool {
    matches!(c, 'ｱ'..='ﾝ' | 'ﾞ' | 'ﾟ' | 'A'..='Z' | '0'..='9')
        || matches!(c, ' ' | '(' | ')' | '-' | '.' | '/' | ',' | '｢' | '｣' | '¥')
}

/// The half-width letter of a typed character, and its voicing mark if it carries one.
fn spelling(c: char) -> Option<(char, Option<char>)> {
    match symbol(c).or_else(|| latin(c)).or_else(|| half_letter(c)) {
        Some(plain) => Some((plain, None)),
        None => letter(katakana(c)),
    }
}

fn symbol(c: char) -> Option<char> {
    match c {
        _ if c.is_whitespace() => Some(' '),
        // Hyphens, dashes, minus signs and the box line that input methods offer as one.
        'ー' | 'ｰ' | '゠' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2500}' | '\u{2501}' => {
            Some('-')
        }
        '\u{2E3A}' | '\u{2E3B}' | '\u{FE58}' | '\u{FE63}' => Some('-'),
        '・' | '･' | '·' => Some('.'),
        '「' | '｢' => Some('｢'),
        '」' | '｣' => Some('｣'),
        '¥' | '￥' | '\\' | '＼' => Some('¥'),
        'ﾞ' | '゛' | '\u{3099}' => Some('ﾞ'),
        'ﾟ' | '゜' | '\u{309A}' => Some('ﾟ'),
        _ => None,
    }
}

/// ASCII of either width, in upper case.
fn latin(c: char) -> Option<char> {
    let narrow = if matches!(c, '！'..='～') { shifted(c, '！', '!')? } else { c };
    Some(narrow.to_ascii_uppercase()).filter(|upper| upper.is_ascii() && in_set(*upper))
}

fn half_letter(c: char) -> Option<char> {
    paired(HALF_SUBSTITUTES, c).or_else(|| Some(c).filter(|c| matches!(c, 'ｱ'..='ﾝ')))
}

/// Hiragana as katakana; anything else as it is.
fn katakana(c: char) -> char {
    if matches!(c, 'ぁ'..='ゖ') { shifted(c, 'ぁ', 'ァ').unwrap_or(c) } else { c }
}

fn letter(katakana: char) -> Option<(char, Option<char>)> {
    let marked = |pairs, mark| paired(pairs, katakana).map(|base| (base, Some(mark)));
    let (base, mark) = marked(VOICED, 'ﾞ')
        .or_else(|| marked(HALF_VOICED, 'ﾟ'))
        .or_else(|| marked(OLD_VOICED, 'ﾞ'))
        .unwrap_or_else(|| (paired(SUBSTITUTES, katakana).unwrap_or(katakana), None));
    let place = LETTERS.chars().position(|c| c == base)?;
    Some((char::from_u32('ｱ' as u32 + u32::try_from(place).ok()?)?, mark))
}

fn full_width(half: char) -> char {
    match half {
        ' ' => '\u{3000}',
        '¥' => '￥',
        '｢' => '「',
        '｣' => '」',
        'ﾞ' => '゛',
        'ﾟ' => '゜',
        '!'..='~' => shifted(half, '!', '！').unwrap_or(half),
        'ｱ'..='ﾝ' => LETTERS.chars().nth((half as usize).saturating_sub('ｱ' as usize)).unwrap_or(half),
        _ => half,
    }
}

/// One letter for a full-width letter and the half-width mark after it.
fn joined(letter: char, mark: char) -> Option<char> {
    let (voiced, bases) = match mark {
        'ﾞ' => VOICED,
        'ﾟ' => HALF_VOICED,
        _ => return None,
    };
    paired((bases, voiced), letter)
}

fn paired(pairs: Pairs, c: char) -> Option<char> {
    pairs.0.chars().zip(pairs.1.chars()).find(|(left, _)| *left == c).map(|(_, right)| right)
}

/// The character as far from `to` as `c` is from `from`.
fn shifted(c: char, from: char, to: char) -> Option<char> {
    char::from_u32((c as u32).checked_sub(from as u32)?.checked_add(to as u32)?)
}

#[cfg(test)]
mod tests;
