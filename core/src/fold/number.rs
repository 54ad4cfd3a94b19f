//! Digits, whole numbers and yen as people write them.

use super::chars::{is_blank, is_dash, is_separator, narrowed, squeezed, trimmed};
use crate::form::FieldFault;

/// The most that one amount of money can be, in yen.
const MOST_YEN: i64 = 9_999_999_999;

/// Words after a count.
const COUNTERS: [&str; 8] = ["台", "人", "名", "個", "件", "枚", "つ", "回"];

/// Words that people copy along from before a code; a longer one stands before its end.
const CODE_WORDS: [&str; 11] = [
    "登録記号番号",
    "健診・保健指導機関番号",
    "医療機関コード",
    "薬局コード",
    "助産所コード",
    "機関コード",
    "コード",
    "番号",
    "No",
    "NO",
    "№",
];

/// The prefixes printed before a 登録記号番号 on notices.
const CODE_PREFIXES: [char; 2] = ['協', '契'];

/// A number whose digits alone count: width, blanks, dashes, dots and brackets fold away.
pub fn digits(raw: &str) -> Result<String, FieldFault> {
    if trimmed(raw).is_empty() {
        return Err(FieldFault::Missing);
    }
    let squeezed = squeezed(raw);
    if squeezed.is_empty() || !squeezed.bytes().all(|b| b.is_ascii_digit()) {
        return Err(FieldFault::NotDigits);
    }
    Ok(squeezed)
}

/// As [`digits`], of exactly `want` digits.
pub fn digits_exact(raw: &str, want: usize) -> Result<String, FieldFault> {
    let digits = digits(raw)?;
    match digits.len() {
        now if now == want => Ok(digits),
        now => Err(FieldFault::DigitCount { want, now }),
    }
}

/// The digits of a facility's code, as they stand on notices: without the words
/// before them, a leading 協 or 契, 第 and 号.
pub fn code_digits(raw: &str) -> Result<String, FieldFault> {
    let between = |c: char| is_blank(c) || is_separator(c) || c == ':';
    let typed = narrowed(raw);
    let whole = typed.trim_matches(between);
    let unnamed = CODE_WORDS.iter().find_map(|word| whole.strip_prefix(word)).unwrap_or(whole);
    let unnamed = unnamed.trim_start_matches(between);
    let bare = unnamed.strip_prefix(CODE_PREFIXES).unwrap_or(unnamed).trim_start_matches(between);
    let numbered = bare.strip_prefix('第').and_then(|rest| rest.strip_suffix('号'));
    digits(numbered.unwrap_or(bare))
}

/// A count from `min` to `max`, both included: 「３台」, 「3人」, 「1,000」.
pub fn number(raw: &str, min: i64, max: i64) -> Result<i64, FieldFault> {
    let typed = compact(raw)?;
    let bare = COUNTERS.iter().find_map(|word| typed.strip_suffix(word)).unwrap_or(&typed);
    let out_of_range = FieldFault::OutOfRange { min, max };
    let (sign, bare) = match bare.strip_prefix(is_dash) {
        Some(rest) => (-1, rest),
        None => (1, bare),
    };
    let ungrouped = ungrouped(bare).ok_or(FieldFault::NotDigits)?;
    // Digits too many for an i64 are out of any range.
    let value = ungrouped.parse::<i64>().map_err(|_| out_of_range.clone())? * sign;
    if (min..=max).contains(&value) { Ok(value) } else { Err(out_of_range) }
}

/// An amount of whole yen: 「41,000円」, 「￥４１０００－」, 「4万1000円」.
pub fn yen(raw: &str) -> Result<i64, FieldFault> {
    let typed = compact(raw)?;
    let bare = typed.trim_start_matches(['¥', '￥', '\\']);
    let bare = bare.trim_end_matches('也').trim_end_matches(is_dash).trim_end_matches('円');
    let (tens_of_thousands, rest) = bare.split_once('万').unwrap_or(("0", bare));
    let rest = if rest.is_empty() && bare.ends_with('万') { "0" } else { rest };
    let part = |text: &str| ungrouped(text)?.parse::<i64>().ok();
    let amount = part(tens_of_thousands)
        .zip(part(rest))
        .and_then(|(high, low)| high.checked_mul(10_000)?.checked_add(low))
        .ok_or(FieldFault::NotYen)?;
    if amount > MOST_YEN { Err(FieldFault::OutOfRange { min: 0, max: MOST_YEN }) } else { Ok(amount) }
}

/// Narrow and without any blanks; [`FieldFault::Missing`] when nothing is left.
fn compact(raw: &str) -> Result<String, FieldFault> {
    let compact: String = narrowed(raw).chars().filter(|&c| !is_blank(c)).collect();
    if compact.is_empty() { Err(FieldFault::Missing) } else { Ok(compact) }
}

/// Digits without the commas that set them in threes; `None` when a comma or
/// anything else stands where it means something else.
fn ungrouped(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split([',', '、']).collect();
    let digits_only = groups.iter().all(|g| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit()));
    let in_threes = groups.iter().skip(1).all(|g| g.len() == 3);
    let first_fits = groups.len() == 1 || groups.first().is_some_and(|g| g.len() <= 3);
    (digits_only && in_threes && first_fits).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use FieldFault::*;

    #[test]
    fn digits_fold() {
        let rows = [
            ("1234567", "1234567"),
            ("１２３－４５６７", "1234567"),
            ("（12）34.56 7", "1234567"),
            ("\u{202E}12\u{200B}3", "123"),
            ("007", "007"),
        ];
        for (raw, folded) in rows {
            assert_eq!(digits(raw).as_deref(), Ok(folded), "{raw:?}");
        }
        for dash in super::super::chars::DASHES {
            assert_eq!(digits(&format!("12{dash}34")).as_deref(), Ok("1234"), "{dash:?}");
        }
    }

    #[test]
    fn what_is_not_digits_is_said() {
        let rows = [
            ("", Missing),
            ("　\u{200B}", Missing),
            ("---", NotDigits),
            ("12a4", NotDigits),
            ("一二三", NotDigits),
            ("①②③", NotDigits),
            ("٣٤٥", NotDigits),
            ("1😀2", NotDigits),
            ("1\0", NotDigits),
            ("1' OR '1'='1", NotDigits),
        ];
        for (raw, fault) in rows {
            assert_eq!(digits(raw), Err(fault), "{raw:?}");
        }
        assert_eq!(digits_exact("123-456-789", 10), Err(DigitCount { want: 10, now: 9 }));
        assert_eq!(digits_exact("12-34", 4).as_deref(), Ok("1234"));
    }

    #[test]
    fn a_code_may_carry_its_printed_prefix() {
        for raw in ["協2712345000", "契 2712345-0-00", "（協）２７１２３４５０００", " 2712345000 "] {
            assert_eq!(code_digits(raw).as_deref(), Ok("2712345000"), "{raw:?}");
        }
        for raw in
            ["登録記号番号：協第2712345000号", "№ ２７１２３４５０００", "【協】2712345000", "機関コード（2712345000）"]
        {
            assert_eq!(code_digits(raw).as_deref(), Ok("2712345000"), "{raw:?}");
        }
        assert_eq!(code_digits("登録記号番号："), Err(Missing));
        assert_eq!(code_digits("第2712345000"), Err(NotDigits));
        assert_eq!(code_digits("協"), Err(Missing));
        assert_eq!(code_digits("協協2712345000"), Err(NotDigits));
    }

    #[test]
    fn counts_are_read_with_their_words() {
        let rows =
            [("3", 3), ("３台", 3), ("3人", 3), (" １０ 名 ", 10), ("1,000", 1000), ("１，０００", 1000), ("007", 7)];
        for (raw, value) in rows {
            assert_eq!(number(raw, 1, 9999), Ok(value), "{raw:?}");
        }
        let out = OutOfRange { min: 1, max: 20 };
        let rows = [
            ("", Missing),
            ("台", NotDigits),
            ("0", out.clone()),
            ("21", out.clone()),
            ("-3", out.clone()),
            ("－３台", out.clone()),
            ("99999999999999999999", out),
            ("2.5", NotDigits),
            ("1,5", NotDigits),
            ("2-3", NotDigits),
            ("二", NotDigits),
            ("1e3", NotDigits),
            ("+3", NotDigits),
            ("3; DROP TABLE", NotDigits),
        ];
        for (raw, fault) in rows {
            assert_eq!(number(raw, 1, 20), Err(fault), "{raw:?}");
        }
    }

    #[test]
    fn yen_is_read_as_written_on_receipts() {
        let rows = [
            ("41000", 41_000),
            ("41,000円", 41_000),
            ("４１０００", 41_000),
            ("￥41,000", 41_000),
            ("¥41,000-", 41_000),
            (" 41 000 ", 41_000),
            ("41,000円也", 41_000),
            ("4万1000円", 41_000),
            ("４万円", 40_000),
            ("0円", 0),
        ];
        for (raw, value) in rows {
            assert_eq!(yen(raw), Ok(value), "{raw:?}");
        }
        let rows = [
            ("", Missing),
            ("円", NotYen),
            ("-41000", NotYen),
            ("41,00", NotYen),
            ("4.1万円", NotYen),
            ("41000ドル", NotYen),
            ("万", NotYen),
            ("10000000000", OutOfRange { min: 0, max: MOST_YEN }),
            ("99999999999999999999", NotYen),
        ];
        for (raw, fault) in rows {
            assert_eq!(yen(raw), Err(fault), "{raw:?}");
        }
    }
}
