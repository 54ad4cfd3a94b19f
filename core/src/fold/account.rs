//! The 口座番号 by which a facility is matched: seven digits, or ゆうちょ銀行's
//! 記号・番号 turned into them. It exists only to be compared, so it never prints.

use super::chars::{is_blank, is_dash, narrowed, trimmed};
use crate::form::FieldFault;

/// Digits of an account number in the payment system; shorter ones are zero-padded.
const LENGTH: usize = 7;

/// Words that people copy along from the passbook; a longer one stands before its parts.
const WORDS: [&str; 20] = [
    "ゆうちょ銀行",
    "ゆうちょ",
    "口座番号",
    "記号番号",
    "口座",
    "記号",
    "番号",
    "普通",
    "当座",
    "貯蓄",
    "預金",
    "貯金",
    "(普)",
    "(当)",
    "No",
    "NO",
    "№",
    "の",
    ":",
    "・",
];

/// A folded account number of seven digits.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountNumber(String);

impl AccountNumber {
    /// The seven digits, to be hashed and compared, never shown or logged.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Pads to seven digits, as 口座番号 compares (leading zeros do not count).
    fn padded(digits: &str) -> Self {
        Self(format!("{digits:0>LENGTH$}"))
    }
}

impl std::fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountNumber(..)")
    }
}

/// Reads a 口座番号 of up to seven digits, or ゆうちょ銀行's 記号 and 番号.
pub fn account_number(raw: &str) -> Result<AccountNumber, FieldFault> {
    if trimmed(raw).is_empty() {
        return Err(FieldFault::Missing);
    }
    let groups = groups(raw).ok_or(FieldFault::NotDigits)?;
    let now = groups.iter().map(String::len).sum();
    if now <= LENGTH {
        return Ok(AccountNumber::padded(&groups.concat()));
    }
    match (passbook(&groups), groups.as_slice()) {
        (Some((symbol, number)), _) => from_passbook(symbol, &number),
        // Padded with more zeros than the payment system has.
        (None, [one]) if one.trim_start_matches('0').len() <= LENGTH => {
            Ok(AccountNumber::padded(one.trim_start_matches('0')))
        }
        (None, _) => Err(too_long(now)),
    }
}

/// The groups of digits; `None` when there are none, or anything else among them.
fn groups(raw: &str) -> Option<Vec<String>> {
    let mut typed = narrowed(raw);
    for word in WORDS {
        typed = typed.replace(word, " ");
    }
    let groups: Vec<String> = typed
        .split(|c| is_blank(c) || is_dash(c) || "().,/".contains(c))
        .filter(|group| !group.is_empty())
        .map(str::to_owned)
        .collect();
    let digits = groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit()));
    (digits && !groups.is_empty()).then_some(groups)
}

/// The 記号's first digit (which tells the kind of account) and the 番号: five digits
/// (with one more after a reissue) and up to eight, or both written together, or the
/// eight of the 番号 alone.
fn passbook(groups: &[String]) -> Option<(char, String)> {
    let symbol = |text: &str| text.chars().next().filter(|first| matches!(first, '0' | '1'));
    match groups {
        [both] if both.len() == 13 => Some((symbol(both)?, both[5..].to_owned())),
        [number] if number.len() == 8 && number.ends_with('1') => Some(('1', number.clone())),
        [first, number] if first.len() == 5 && number.len() <= 8 => Some((symbol(first)?, number.clone())),
        [first, reissue, number] if first.len() == 5 && reissue.len() == 1 && number.len() <= 8 => {
            Some((symbol(first)?, number.clone()))
        }
        _ => None,
    }
}

/// ゆうちょ銀行 「記号番号から振込用の店名・預金種目・口座番号への変換」: a 総合口座 (記号 1…)
/// drops the last digit of its 番号, which is 1; a 振替口座 (記号 0…) keeps all of it.
fn from_passbook(symbol: char, number: &str) -> Result<AccountNumber, FieldFault> {
    match symbol {
        '0' if number.len() <= LENGTH => Ok(AccountNumber::padded(number)),
        '1' => number.strip_suffix('1').map(AccountNumber::padded).ok_or_else(last_digit_fault),
        _ => Err(too_long(number.len())),
    }
}

/// Bank and branch written in front, or a 記号 and 番号 that are none.
fn too_long(now: usize) -> FieldFault {
    FieldFault::AccountTooLong { max: LENGTH, now }
}

fn last_digit_fault() -> FieldFault {
    FieldFault::Sentence("ゆうちょ銀行の番号は最後が1の数字です。通帳の記号と番号を確かめて入力してください".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use FieldFault::*;

    #[test]
    fn account_numbers_fold() {
        let rows = [
            ("1234567", "1234567"),
            ("123", "0000123"),
            ("０１２３４５６", "0123456"),
            ("普通 123-4567", "1234567"),
            ("普通預金口座 №1234567", "1234567"),
            ("ゆうちょ銀行 12340-12345671", "1234567"),
            ("12345-67", "1234567"),
            ("12340-12345671", "1234567"),
            ("１２３４０ー１２３４５６７１", "1234567"),
            ("記号：12340　番号：12345671", "1234567"),
            ("記号12340 番号1234561", "0123456"),
            ("12340-1-12345671", "1234567"),
            ("1234012345671", "1234567"),
            ("12345671", "1234567"),
            ("00123-4-567890", "0567890"),
            ("ゆうちょ銀行　記号12340の番号12345671", "1234567"),
            ("口座：1234567（普通）", "1234567"),
            ("0000001234", "0001234"),
            ("00000000", "0000000"),
        ];
        for (raw, folded) in rows {
            let read = account_number(raw);
            assert_eq!(read.as_ref().map(AccountNumber::as_str), Ok(folded), "{raw:?}");
        }
    }

    #[test]
    fn what_is_no_account_number_is_said() {
        let rows = [
            ("", Missing),
            ("　", Missing),
            ("口座番号", NotDigits),
            ("12a4567", NotDigits),
            ("😀", NotDigits),
            ("1\0", NotDigits),
            ("' OR 1=1 --", NotDigits),
            ("12345678", too_long(8)),
            ("123456789012", too_long(12)),
            ("123-1234567", too_long(10)),
            ("0001-123-1234567", too_long(14)),
            ("92340-12345671", too_long(13)),
            ("12340-12345678", last_digit_fault()),
        ];
        for (raw, fault) in rows {
            assert_eq!(account_number(raw), Err(fault), "{raw:?}");
        }
    }

    #[test]
    fn an_account_number_never_prints() {
        let read = account_number("1234567").expect("reads");
        assert_eq!(format!("{read:?}"), "AccountNumber(..)");
    }
}
