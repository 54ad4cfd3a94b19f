//! Finds a 個人番号 (My Number) in text, so that it is refused before it is
//! stored or logged: the law forbids keeping it (番号法 第20条).
//!
//! A number is twelve digits whose last is the check digit of 行政手続における特定の
//! 個人を識別するための番号の利用等に関する法律の規定による通知カード及び個人番号カード並びに
//! 情報提供ネットワークシステムによる特定個人情報の提供等に関する省令 第5条. Its digits may be
//! full-width and set in groups by blanks or by dashes. Digits that belong to a
//! longer number (a card number, a long code) are none.

use super::chars::{is_bidi, is_dash, is_zero_width, narrow};

/// Digits in a 個人番号.
const LENGTH: usize = 12;

/// More blanks or dashes than this between two groups tell them apart.
const WIDEST_GAP: usize = 3;

/// Digits next to each other, and what joins them to the group before.
#[derive(Debug, Default)]
struct Group {
    joined_by: Option<Gap>,
    digits: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Blank,
    Dash,
}

/// Whether a valid 12-digit 個人番号 stands in the text.
pub fn contains_personal_number(text: &str) -> bool {
    let groups = groups(text);
    chains(&groups).into_iter().any(|chain| is_number(chain) || grouped_evenly(chain))
}

/// Splits the text into groups of digits.
fn groups(text: &str) -> Vec<Group> {
    let mut groups = Vec::<Group>::new();
    let mut between = String::from("x");
    for c in text.chars().filter(|&c| !is_zero_width(c) && !is_bidi(c)).map(narrow) {
        let Some(digit) = c.to_digit(10) else {
            between.push(c);
            continue;
        };
        if groups.is_empty() || !between.is_empty() {
            groups.push(Group { joined_by: gap(&between), digits: Vec::new() });
            between.clear();
        }
        if let Some(group) = groups.last_mut() {
            group.digits.push(digit);
        }
    }
    groups
}

/// What a stretch between two groups is; `None` when it keeps them apart.
fn gap(between: &str) -> Option<Gap> {
    let joins = between.chars().all(|c| c.is_whitespace() || is_dash(c));
    if !joins || between.chars().count() > WIDEST_GAP {
        return None;
    }
    Some(if between.chars().any(is_dash) { Gap::Dash } else { Gap::Blank })
}

/// The longest stretches of groups joined by one and the same kind of gap; where there
/// is another kind, the groups stand alone.
fn chains(groups: &[Group]) -> Vec<&[Group]> {
    let mut chains = Vec::new();
    for kind in [Gap::Blank, Gap::Dash] {
        chains.extend(groups.chunk_by(|_, next| next.joined_by == Some(kind)));
    }
    chains
}

/// Whether the whole chain is one valid number.
fn is_number(chain: &[Group]) -> bool {
    let digits: Vec<u32> = chain.iter().flat_map(|group| &group.digits).copied().collect();
    check_digit_holds(&digits)
}

/// Whether a number in even groups (4-4-4) stands between other numbers of a
/// chain of blanks. A chain of dashes is one number, as on a card.
fn grouped_evenly(chain: &[Group]) -> bool {
    let blanks = chain.iter().skip(1).all(|group| group.joined_by == Some(Gap::Blank));
    blanks
        && [1, 2, 3, 4, 6, 12].into_iter().any(|size| {
            chain
                .windows(LENGTH / size)
                .any(|window| window.iter().all(|group| group.digits.len() == size) && is_number(window))
        })
}

/// 省令 第5条: 11 − (Σ Pn·Qn mod 11), 0 where the remainder is 0 or 1, with Pn the
/// n-th digit from the right of the first eleven, Qn = n+1 up to n = 6, then n−5.
fn check_digit_holds(digits: &[u32]) -> bool {
    let [body @ .., check] = digits else { return false };
    if digits.len() != LENGTH {
        return false;
    }
    let weights = (2..=7).chain(2..=6);
    let sum: u32 = body.iter().rev().zip(weights).map(|(digit, weight)| digit * weight).sum();
    let want = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    *check == want
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_however_they_are_written() {
        let found = [
            "123456789018",
            "１２３４５６７８９０１８",
            "私の番号は123456789018です",
            "1234 5678 9018",
            "1234　5678　9018",
            "1234-5678-9018",
            "１２３４－５６７８ー９０１８",
            "1234 - 5678 - 9018",
            "123456 789018",
            "1 2 3 4 5 6 7 8 9 0 1 8",
            "123\u{200B}456789018",
            "電話 03-1111-2222、1234 5678 9018",
            "2024 1234 5678 9018 99",
            "mynumber_123456789018.png",
            "<b>123456789018</b>",
            "No.1-123456789018",
            "1234\n5678\n9018",
        ];
        for text in found {
            assert!(contains_personal_number(text), "{text:?}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        let other = [
            "",
            "12345678901",
            "123456789012",
            "1234567890180",
            "0123456789018",
            "1234-5678-9018-3456",
            "03-1234-5678",
            "IMG_20241120_1530.jpg",
            "1234、5678、9018",
            "1234円 5678円 9018円",
            "1234     5678     9018",
            "一二三四五六七八九〇一八",
            "😀\u{202E}\0",
        ];
        for text in other {
            assert!(!contains_personal_number(text), "{text:?}");
        }
    }

    #[test]
    fn exactly_one_check_digit_holds() {
        let holding = (0..10).filter(|check| contains_personal_number(&format!("98765432109{check}")));
        assert_eq!(holding.count(), 1);
    }
}
