//! New passwords: the known rule for short ones, length alone for long ones, and
//! never one that everybody knows or that the account itself gives away.
//!
//! A password is taken byte for byte as typed, blanks and Japanese included, with no
//! normalisation: logging in must hash the same raw text (ASVS 6.2.8).

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::form::{FieldErrors, FieldFault};

/// Shortest and longest password, in characters.
const LENGTH: (usize, usize) = (8, 100);

/// From this length on, upper case, lower case and digit are no longer asked for.
const FREE_FROM: usize = 15;

/// Context words and their parts count from this length on, in characters.
const SHORTEST_CONTEXT: usize = 4;

/// A repeated piece of at most this many characters is a pattern, not a password.
const LONGEST_PIECE: usize = 4;

/// Well-known passwords in lower case: the list beside this file, made by its rules.
static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(str::to_ascii_lowercase).collect()
});

/// A password that may be set. It never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

impl NewPassword {
    /// The password, to be hashed and forgotten.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(..)")
    }
}

/// What is wrong with the two boxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordFaults {
    /// The fault of the password itself.
    pub first: Option<FieldFault>,
    /// The fault of its repetition.
    pub again: Option<FieldFault>,
}

impl PasswordFaults {
    /// Notes the faults under the two fields, each given as (name, label).
    pub fn add_to(self, errors: &mut FieldErrors, first: (&str, &str), again: (&str, &str)) {
        for ((field, label), fault) in [(first, self.first), (again, self.again)] {
            if let Some(fault) = fault {
                errors.add(field, label, fault);
            }
        }
    }
}

/// Reads a new password and its repetition. `context` holds what must not be in it: the
/// portal's name, the facility's code, the part of the mail address before the `@`.
pub fn password(raw: &str, raw_again: &str, context: &[&str]) -> Result<NewPassword, PasswordFaults> {
    let faults = PasswordFaults { first: judge(raw, context).err(), again: judge_again(raw, raw_again) };
    match faults {
        PasswordFaults { first: None, again: None } => Ok(NewPassword(raw.to_owned())),
        faults => Err(faults),
    }
}

fn judge_again(raw: &str, raw_again: &str) -> Option<FieldFault> {
    match raw_again {
        "" => Some(FieldFault::Missing),
        again if again != raw => Some(FieldFault::PasswordsDiffer),
        _ => None,
    }
}

fn judge(raw: &str, context: &[&str]) -> Result<(), FieldFault> {
    let (min, max) = LENGTH;
    match raw.chars().count() {
        0 => return Err(FieldFault::Missing),
        now if now < min => return Err(FieldFault::TooShort { min, now }),
        now if now > max => return Err(FieldFault::TooLong { max, now }),
        now if now < FREE_FROM && !is_mixed(raw) => return Err(FieldFault::PasswordMix),
        _ => {}
    }
    if raw.chars().any(char::is_control) {
        return Err(FieldFault::Unprintable);
    }
    if is_common(raw) {
        return Err(FieldFault::PasswordCommon);
    }
    if holds_context(raw, context) {
        return Err(FieldFault::PasswordContext);
    }
    Ok(())
}

fn is_mixed(raw: &str) -> bool {
    let has = |kind: fn(&char) -> bool| raw.chars().any(|c| kind(&c));
    has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit)
}

/// On the list in whatever case, or one short piece over and over.
fn is_common(raw: &str) -> bool {
    COMMON.contains(&raw.to_ascii_lowercase()) || is_repetition(raw)
}

fn is_repetition(raw: &str) -> bool {
    let chars: Vec<char> = raw.to_lowercase().chars().collect();
    (1..=LONGEST_PIECE).any(|size| chars.iter().zip(chars.iter().skip(size)).all(|(a, b)| a == b))
}

/// Whether a context word, or a part of one between `.`, `-`, `_` and `+`, is inside.
fn holds_context(raw: &str, context: &[&str]) -> bool {
    let raw = raw.to_lowercase();
    let words =
        context.iter().flat_map(|word| std::iter::once(*word).chain(word.split(['.', '-', '_', '+', '@', ' '])));
    words.filter(|word| word.chars().count() >= SHORTEST_CONTEXT).any(|word| raw.contains(&word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use FieldFault::*;

    fn first_fault(raw: &str) -> Option<FieldFault> {
        let context = ["施術所等向け総合ポータルサイト", "2712345000", "taro.yamada+x"];
        password(raw, raw, &context).err().and_then(|faults| faults.first)
    }

    #[test]
    fn good_passwords_are_taken_byte_for_byte() {
        let long = format!("{}x", "ab1Zq9-~".repeat(12));
        let good = [
            "Kz7mQp2w",
            " Kz7mQp2w ",
            "correct horse battery staple",
            "わたしのひみつのことばはこれですよ",
            "Kz7m😀Qp2",
            "Kz7'; DROP TABLE--",
            "<script>Kz7m</script>",
            "Ｋｚ７ｍＱｐ２ｗ Kz7",
            "Ｋｚ７ｍＱｐ２ｗＫｚ７ｍＱｐ２",
            long.as_str(),
        ];
        for raw in good {
            let read = password(raw, raw, &["taro"]);
            assert_eq!(read.as_ref().map(NewPassword::reveal), Ok(raw));
        }
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        let rows = [
            ("", Missing),
            ("Ab1", TooShort { min: 8, now: 3 }),
            ("kz7mqp2w", PasswordMix),
            ("KZ7MQP2W", PasswordMix),
            ("KzxmQpyw", PasswordMix),
            ("12345678", PasswordMix),
            ("Ｋｚ７ｍＱｐ２ｗ", PasswordMix),
            ("Kz7m\0Qp2w", Unprintable),
            ("Kz7m\nQp2w", Unprintable),
            ("Password1", PasswordCommon),
            ("PaSSword1", PasswordCommon),
            ("P@ssw0rd123", PasswordCommon),
            ("Qwerty123", PasswordCommon),
            ("1qaz2wsX", PasswordCommon),
            ("Sakura2024", PasswordCommon),
            ("Seikotsu2024", PasswordCommon),
            ("Ab1xAb1xAb1x", PasswordCommon),
            ("aaaaaaaaaaaaaaaa", PasswordCommon),
            ("123456789012345", PasswordCommon),
            ("passwordpassword", PasswordCommon),
            ("xX2712345000", PasswordContext),
            ("Yamada19xx", PasswordContext),
            ("TARO.yamada+x1", PasswordContext),
            ("施術所等向け総合ポータルサイトAb1", PasswordContext),
        ];
        for (raw, fault) in rows {
            assert_eq!(first_fault(raw), Some(fault), "{raw:?}");
        }
        assert_eq!(first_fault(&"a1B".repeat(34)), Some(TooLong { max: 100, now: 102 }));
    }

    #[test]
    fn both_boxes_are_judged() {
        let faults = |raw, again| password(raw, again, &[]).expect_err("faulty");
        let both = |first, again| PasswordFaults { first, again };
        assert_eq!(faults("", ""), both(Some(Missing), Some(Missing)));
        assert_eq!(faults("Kz7mQp2w", ""), both(None, Some(Missing)));
        assert_eq!(faults("Kz7mQp2w", "Kz7mQp2W"), both(None, Some(PasswordsDiffer)));
        assert_eq!(faults("short", "short").again, None);

        let mut errors = FieldErrors::default();
        faults("", "x").add_to(&mut errors, ("password", "パスワード"), ("again", "パスワード（確認）"));
        assert_eq!(errors.of("password"), ["パスワードを入力してください"]);
        assert_eq!(errors.iter().count(), 2);
    }

    #[test]
    fn passwords_equal_in_their_first_72_bytes_differ() {
        let stem = "ab1Zq9-~x".repeat(8);
        let (one, two) = (format!("{stem}1"), format!("{stem}2"));
        assert!(password(&one, &two, &[]).is_err());
    }

    #[test]
    fn the_list_is_large_and_all_of_it_could_be_typed() {
        let text = include_str!("common_passwords.txt");
        let listed: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(listed.len() >= 3000, "{}", listed.len());
        assert_eq!(COMMON.len(), listed.len(), "each stands once, whatever its case");
        for entry in listed {
            let length = entry.chars().count();
            assert!((8..=100).contains(&length), "{entry}");
            assert!(length >= FREE_FROM || is_mixed(entry), "{entry}");
        }
    }

    #[test]
    fn a_password_never_prints() {
        let read = password("Kz7mQp2w", "Kz7mQp2w", &[]).expect("good");
        assert_eq!(format!("{read:?}"), "NewPassword(..)");
    }
}
