//! 受付番号: the number of an application, quotable on the phone.
//!
//! Ten random digits and a check digit, `1234-5678-901`. Eleven digits not
//! beginning with 0 can be mistaken neither for a 機関コード (10), a phone
//! number (0…) nor a 個人番号 (12).

use std::fmt;

use super::{random, typed};

const DIGITS: usize = 11;

/// Damm's table: a quasigroup under which the check digit notices every single
/// wrong digit and every swap of neighbours (H. M. Damm, 2004).
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// A receipt number in its one form, stored, shown and mailed alike: `1234-5678-901`.
///
/// Numbers come from a space of 9 × 10⁹ at random; a unique index settles the
/// rare collision (mint again).
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
#[serde(transparent)]
pub struct ReceiptNumber(String);

impl ReceiptNumber {
    /// A new number from the system's random source.
    pub fn mint() -> Self {
        let digits = format!("{}", 1_000_000_000 + random::below(9_000_000_000));
        let values: Vec<u8> = digits.bytes().map(|digit| digit - b'0').collect();
        Self::spell(&[&values[..], &[damm(&values)]].concat())
    }

    /// Reads a number in any width, with or without dashes and blanks; `None`
    /// if the check digit or the length says it was misheard.
    pub fn parse(typed: &str) -> Option<Self> {
        let values: Vec<u8> = typed::characters(typed)
            .take(DIGITS + 1)
            .map(|c| c.to_digit(10).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        let good = values.len() == DIGITS && values[0] != 0 && damm(&values) == 0;
        good.then(|| Self::spell(&values))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn spell(values: &[u8]) -> Self {
        let digits: String = values.iter().map(|value| char::from(b'0' + value)).collect();
        Self(format!("{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..]))
    }
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn damm(values: &[u8]) -> u8 {
    values.iter().fold(0, |row, value| DAMM[usize::from(row)][usize::from(*value)])
}

crate::db::text_column!(ReceiptNumber, |text| ReceiptNumber::parse(&text), |value| { value.0.as_str() });

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn minted_numbers_differ_and_read_back() {
        let numbers: HashSet<String> = (0..500).map(|_| ReceiptNumber::mint().0).collect();
        assert_eq!(numbers.len(), 500);
        for number in numbers {
            assert_eq!(number.len(), 13);
            assert!(!number.starts_with('0'));
            assert_eq!(ReceiptNumber::parse(&number), Some(ReceiptNumber(number)));
        }
    }

    #[test]
    fn a_number_is_read_however_it_is_typed() {
        let number = ReceiptNumber::mint();
        let full_width: String = number
            .as_str()
            .chars()
            .map(|c| if c == '-' { 'ー' } else { char::from_u32(c as u32 + 0xFEE0).unwrap() })
            .collect();
        for typed in [number.to_string(), number.as_str().replace('-', ""), full_width, format!(" {number}　")] {
            assert_eq!(ReceiptNumber::parse(&typed), Some(number.clone()), "{typed}");
        }
    }

    #[test]
    fn a_misheard_digit_and_a_swap_are_noticed() {
        let number = ReceiptNumber::mint();
        let digits: Vec<char> = number.as_str().chars().filter(char::is_ascii_digit).collect();
        for at in 0..DIGITS {
            for digit in ('0'..='9').filter(|digit| *digit != digits[at]) {
                let mut heard = digits.clone();
                heard[at] = digit;
                assert_eq!(ReceiptNumber::parse(&heard.iter().collect::<String>()), None);
            }
            if at > 0 && digits[at] != digits[at - 1] {
                let mut heard = digits.clone();
                heard.swap(at, at - 1);
                assert_eq!(ReceiptNumber::parse(&heard.iter().collect::<String>()), None);
            }
        }
        for typed in ["", "1234", "あ", "12345678901234567890", "0000-0000-000"] {
            assert_eq!(ReceiptNumber::parse(typed), None, "{typed}");
        }
    }
}
