//! Activation codes: what a facility types once into the client app.
//!
//! 16 characters, grouped in fours: 15 random ones (75 bits) and a check
//! character, so that a typing slip is told from a wrong code and costs no try.

use std::fmt;

use super::{random, typed};

/// The 32 letters of a code. I, L, O and U are left out; what looks like them is folded.
pub(super) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const LENGTH: usize = 16;
const GROUP: usize = 4;

/// Why what was typed cannot be a code at all; it costs no try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeSlip {
    /// Not 16 characters; `now` counts them without blanks and dashes.
    Length {
        /// How many there are.
        now: usize,
    },
    /// A character no code contains.
    Character(char),
    /// 16 good characters that do not belong together: one is mistyped or two are swapped.
    Check,
}

impl CodeSlip {
    /// The sentence users read.
    pub fn sentence(&self) -> String {
        match self {
            Self::Length { now: 0 } => "アクティベーションコードを入力してください".to_owned(),
            Self::Length { now } => {
                format!("アクティベーションコードは16文字で入力してください（今は{now}文字です）")
            }
            Self::Character(_) => "アクティベーションコードは英数字で入力してください".to_owned(),
            Self::Check => "アクティベーションコードに打ち間違いがあるようです。1文字ずつ確かめてください".to_owned(),
        }
    }
}

/// A well-formed activation code in the clear. `Debug` prints a constant.
#[derive(Clone, PartialEq, Eq)]
pub struct ActivationCode(String);

impl ActivationCode {
    /// A new code from the system's random source.
    pub fn mint() -> Self {
        let mut values: Vec<u8> = random::bytes::<{ LENGTH - 1 }>().iter().map(|byte| byte & 31).collect();
        values.push(check_value(&values));
        Self(values.iter().map(|value| char::from(ALPHABET[usize::from(*value)])).collect())
    }

    /// Reads a code in any case and width, with blanks and dashes, look-alikes folded.
    pub fn parse(typed: &str) -> Result<Self, CodeSlip> {
        let values = typed::characters(typed)
            .take(LENGTH * 4)
            .map(|c| value_of(c).ok_or(CodeSlip::Character(c)))
            .collect::<Result<Vec<u8>, _>>()?;
        let Some((check, body)) = values.split_last().filter(|_| values.len() == LENGTH) else {
            return Err(CodeSlip::Length { now: values.len() });
        };
        if *check != check_value(body) {
            return Err(CodeSlip::Check);
        }
        Ok(Self(values.iter().map(|value| char::from(ALPHABET[usize::from(*value)])).collect()))
    }

    /// The 16 characters without dashes: what is MACed, sealed and put in the QR code.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The code as people read it: `XXXX-XXXX-XXXX-XXXX`.
    pub fn grouped(&self) -> String {
        grouped(&self.0)
    }
}

impl fmt::Debug for ActivationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActivationCode(secret)")
    }
}

/// Groups of four with dashes between.
pub(super) fn grouped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = characters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// The five bits a folded, upper-case character stands for.
pub(super) fn value_of(c: char) -> Option<u8> {
    let c = match c {
        'O' => '0',
        'I' | 'L' | '|' => '1',
        'U' => 'V',
        other => other,
    };
    ALPHABET.iter().position(|letter| char::from(*letter) == c).and_then(|at| u8::try_from(at).ok())
}

/// Σ αⁱ·cᵢ in GF(2⁵). Every position has a weight of its own, so any one wrong
/// character and any two swapped ones change it.
fn check_value(body: &[u8]) -> u8 {
    body.iter().rev().fold(0, |sum, value| times_alpha(sum ^ value))
}

/// Multiplication by the generator of GF(2⁵), x⁵ + x² + 1.
fn times_alpha(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 0b10_0000 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn minted_codes_differ_and_read_back() {
        let codes: HashSet<String> = (0..200).map(|_| ActivationCode::mint().0).collect();
        assert_eq!(codes.len(), 200);
        for code in codes {
            assert_eq!(code.len(), LENGTH);
            assert_eq!(ActivationCode::parse(&code).map(|c| c.0), Ok(code));
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let mut values: Vec<u8> = (0..15).collect();
        values.push(check_value(&values));
        let spelled: String = values.iter().map(|value| char::from(ALPHABET[usize::from(*value)])).collect();
        let code = ActivationCode::parse(&spelled).unwrap();
        let grouped = code.grouped();
        assert_eq!(grouped.len(), 19);
        let full_width: String = code.reveal().chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
        for typed in [
            grouped.clone(),
            grouped.to_lowercase(),
            grouped.replace('-', " "),
            grouped.replace('-', "ー"),
            grouped.replace('0', "o").replace('1', "l"),
            grouped.replace('0', "Ｏ").replace('1', "I"),
            full_width,
            format!("　{grouped}\n"),
        ] {
            assert_eq!(ActivationCode::parse(&typed), Ok(code.clone()), "{typed}");
        }
    }

    #[test]
    fn every_single_slip_and_every_swap_is_noticed() {
        let code = ActivationCode::mint();
        let letters: Vec<char> = code.reveal().chars().collect();
        for at in 0..LENGTH {
            for letter in ALPHABET.iter().map(|l| char::from(*l)).filter(|l| *l != letters[at]) {
                let mut slipped = letters.clone();
                slipped[at] = letter;
                let slipped: String = slipped.into_iter().collect();
                assert_eq!(ActivationCode::parse(&slipped), Err(CodeSlip::Check), "{at} {letter}");
            }
            for other in (0..at).filter(|other| letters[*other] != letters[at]) {
                let mut swapped = letters.clone();
                swapped.swap(at, other);
                let swapped: String = swapped.into_iter().collect();
                assert_eq!(ActivationCode::parse(&swapped), Err(CodeSlip::Check), "{at} {other}");
            }
        }
    }

    #[test]
    fn what_cannot_be_a_code_says_why() {
        let full = ActivationCode::mint().grouped();
        let cases = [
            (String::new(), CodeSlip::Length { now: 0 }),
            ("ABC".to_owned(), CodeSlip::Length { now: 3 }),
            (format!("{full}0"), CodeSlip::Length { now: 17 }),
            (full.replacen('-', "あ", 1), CodeSlip::Character('あ')),
            (full.replacen('-', "*", 1), CodeSlip::Character('*')),
        ];
        for (typed, expected) in cases {
            assert_eq!(ActivationCode::parse(&typed), Err(expected), "{typed}");
            assert!(expected.sentence().starts_with("アクティベーションコード"));
        }
        assert!(ActivationCode::parse(&"0".repeat(1 << 20)).is_err(), "endless input is cut short");
    }

    #[test]
    fn debug_never_shows_the_code() {
        assert_eq!(format!("{:?}", ActivationCode::mint()), "ActivationCode(secret)");
    }
}
