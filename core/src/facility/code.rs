//! The ten-digit 機関コード: prefecture (2), 機関区分 / 点数表 (1), seven digits (SPEC 2.2).
//!
//! Some kinds type all ten digits, some seven beside a picked prefecture. The
//! check digit of medical institutions gives advice only; it refuses nothing.

use super::kind::{CodeEntry, FacilityKind};
use super::prefecture::Prefecture;
use crate::fold::{code_digits, serde_text};
use crate::form::FieldFault;

/// Digits of a whole code.
const LENGTH: usize = 10;

/// Prefectures whose check digit counts the six digits alone: 埼玉, 千葉, 東京, 神奈川.
const SHORT_CHECK: [u8; 4] = [11, 12, 13, 14];

/// A facility's code: ten digits beginning with a prefecture's number.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct FacilityCode(String);

/// A code taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeParts<'c> {
    /// The first two digits.
    pub prefecture: Prefecture,
    /// The third: 機関区分 / 点数表.
    pub third_digit: char,
    /// The last seven.
    pub seven: &'c str,
}

impl FacilityCode {
    /// Reads what was typed for a facility of `kind`. Ten digits do where seven are
    /// asked for; a picked prefecture must be the one the digits name.
    pub fn read(kind: FacilityKind, raw: &str, picked: Option<Prefecture>) -> Result<Self, FieldFault> {
        let digits = code_digits(raw)?;
        match kind.entry().code {
            CodeEntry::Ten { .. } => Self::whole(digits, picked),
            CodeEntry::SevenWithPrefecture { third_digit, .. } if digits.len() == LENGTH => {
                let code = Self::whole(digits, picked)?;
                if code.parts().third_digit == third_digit { Ok(code) } else { Err(other_kind(kind)) }
            }
            CodeEntry::SevenWithPrefecture { third_digit, .. } => {
                if digits.len() != 7 {
                    return Err(FieldFault::DigitCount { want: 7, now: digits.len() });
                }
                let prefecture = picked.ok_or_else(prefecture_needed)?;
                Ok(Self::compose(prefecture, third_digit, &digits))
            }
        }
    }

    /// Reads ten digits that are nothing but digits: a stored code, a device's request.
    pub fn parse(text: &str) -> Option<Self> {
        let ten = text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_digit());
        let code = if ten { Self(text.to_owned()) } else { return None };
        code.find_prefecture().map(|_| code)
    }

    /// Puts a code together; `seven` are digits already counted.
    pub(super) fn compose(prefecture: Prefecture, third_digit: char, seven: &str) -> Self {
        Self(format!("{}{third_digit}{seven}", prefecture.as_str()))
    }

    fn whole(digits: String, picked: Option<Prefecture>) -> Result<Self, FieldFault> {
        if digits.len() != LENGTH {
            return Err(FieldFault::DigitCount { want: LENGTH, now: digits.len() });
        }
        let code = Self(digits);
        let named = code.find_prefecture().ok_or_else(no_prefecture)?;
        match picked {
            Some(picked) if picked != named => Err(other_prefecture(named, picked)),
            _ => Ok(code),
        }
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code taken apart.
    pub fn parts(&self) -> CodeParts<'_> {
        CodeParts { prefecture: self.prefecture(), third_digit: char::from(self.0.as_bytes()[2]), seven: &self.0[3..] }
    }

    /// The prefecture the code begins with.
    pub fn prefecture(&self) -> Prefecture {
        self.find_prefecture().expect("checked when the code was made")
    }

    fn find_prefecture(&self) -> Option<Prefecture> {
        Prefecture::parse(&self.0[..2])
    }

    /// Whether the check digit of a medical (1), dental (3) or pharmacy (4) code holds;
    /// `None` for codes that carry none. Advice only: 27 of 97,024 published codes fail.
    ///
    /// 保険医療機関コードの設定要領 (昭和51年 保発第45号 別添): weights 2,1,2,1 … from the right
    /// over all digits before it, the products' digits summed, 10 minus the last digit.
    pub fn check_digit_ok(&self) -> Option<bool> {
        let parts = self.parts();
        if !matches!(parts.third_digit, '1' | '3' | '4') {
            return None;
        }
        let (nine, check) = self.0.split_at(LENGTH - 1);
        Some(check.parse() == Ok(check_digit(parts.prefecture, nine)))
    }

    /// A medical, dental or pharmacy code from the six digits before the check digit.
    pub(super) fn with_check_digit(prefecture: Prefecture, third_digit: char, six: u64) -> Self {
        let nine = format!("{}{third_digit}{six:06}", prefecture.as_str());
        let check = check_digit(prefecture, &nine);
        Self(format!("{nine}{check}"))
    }

    /// The friendly question beside the field when the check digit of `kind` fails.
    pub fn advice(&self, kind: FacilityKind) -> Option<&'static str> {
        let doubtful = kind.entry().code.has_check_digit() && self.check_digit_ok() == Some(false);
        doubtful.then_some("番号の並びに打ち間違いがあるかもしれません。このコードで合っていますか")
    }
}

/// The tenth digit that nine digits ask for.
fn check_digit(prefecture: Prefecture, nine: &str) -> u32 {
    let from = if SHORT_CHECK.contains(&prefecture.number()) { 3 } else { 0 };
    let sum: u32 = nine[from..].bytes().rev().zip([2, 1].into_iter().cycle()).map(weighed).sum();
    (10 - sum % 10) % 10
}

/// The digits' sum of one digit times its weight.
fn weighed((digit, weight): (u8, u32)) -> u32 {
    let product = u32::from(digit - b'0') * weight;
    product / 10 + product % 10
}

fn no_prefecture() -> FieldFault {
    FieldFault::Sentence("コードの先頭2桁は都道府県の番号（01から47）です。確かめて入力してください".to_owned())
}

fn prefecture_needed() -> FieldFault {
    FieldFault::Sentence("都道府県を選んでください。7桁のコードと合わせて使います".to_owned())
}

fn other_prefecture(named: Prefecture, picked: Prefecture) -> FieldFault {
    FieldFault::Sentence(format!(
        "コードの先頭2桁（{named}）は{}のものです。選んだ都道府県（{}）と合いません",
        named.name(),
        picked.name()
    ))
}

fn other_kind(kind: FacilityKind) -> FieldFault {
    FieldFault::Sentence(format!(
        "入力した10桁は{}のコードではないようです。最後の7桁だけを入力してください",
        kind.label()
    ))
}

serde_text!(FacilityCode);

#[cfg(test)]
#[path = "code_list_tests.rs"]
mod list_tests;
#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;
