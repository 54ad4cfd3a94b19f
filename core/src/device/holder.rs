//! Who holds a device account of 居宅同意取得型: what the facility's manager types,
//! and how it is read.

use chrono::{Days, NaiveDate};

use super::model::{AccountRole, Device};
use crate::fold;
use crate::form::{FieldErrors, FieldFault};

/// ID: at least and at most so many letters or digits (SPEC 4.2).
pub const ID_CHARS: (usize, usize) = (2, 8);
/// The longest name, in characters; so for the kana.
const NAME_MAX_CHARS: usize = 50;
/// How far ahead a first day may lie, days.
const MOST_AHEAD: Days = Days::new(366);

/// The form as typed; the day is read by the page.
#[derive(Debug, Clone, Default)]
pub struct HolderTyped {
    /// A role's stable text.
    pub role: String,
    /// ID; typed once, when the account is made.
    pub user_id: String,
    /// 氏名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// 開始日, if it could be read.
    pub starts_on: Option<NaiveDate>,
}

/// The holder of an account, as understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// 権限.
    pub role: AccountRole,
    /// 氏名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// 開始日 (Asia/Tokyo).
    pub starts_on: NaiveDate,
}

/// An ID of people's own choosing.
pub(super) fn user_id(typed: &str) -> Result<String, FieldFault> {
    let id = fold::narrowed(typed.trim());
    if id.is_empty() {
        return Err(FieldFault::Missing);
    }
    let (least, most) = ID_CHARS;
    if !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let text = "IDには半角の英字と数字だけを使ってください。空白や記号は使えません";
        return Err(FieldFault::Sentence(text.to_owned()));
    }
    if !(least..=most).contains(&id.len()) {
        let text = format!("IDは{least}文字以上{most}文字以内で入力してください（今は{}文字です）", id.len());
        return Err(FieldFault::Sentence(text));
    }
    Ok(id)
}

/// Reads the form: ID and holder. `day` is what was wrong with the day. An account
/// that is there already keeps its ID, and its first day may stay however long ago
/// it was.
pub(super) fn read(
    typed: &HolderTyped,
    day: FieldErrors,
    today: NaiveDate,
    before: Option<&Device>,
) -> Result<(String, Holder), FieldErrors> {
    let mut errors = FieldErrors::default();
    let role = errors.take("role", "権限", AccountRole::parse(&typed.role).ok_or(FieldFault::NotChosen));
    let id = match before {
        Some(device) => Some(device.user_id.clone()),
        None => errors.take("user_id", "ID", user_id(&typed.user_id)),
    };
    let name = errors.take("name", "氏名", fold::text(&typed.name, NAME_MAX_CHARS));
    let kana = errors.take("kana", "フリガナ", fold::kana(&typed.kana, NAME_MAX_CHARS));
    errors.extend(day);
    let kept = before.and_then(|device| device.starts_on);
    let last = today.checked_add_days(MOST_AHEAD).unwrap_or(NaiveDate::MAX);
    if let Some(on) = typed.starts_on.filter(|on| Some(*on) != kept && !(today..=last).contains(on)) {
        let [first, last] = [today, last].map(|day| day.format("%Y年%-m月%-d日"));
        let which = if on < today { format!("{first}以降") } else { format!("{last}まで") };
        errors.add("starts_on", "開始日", FieldFault::Sentence(format!("開始日は{which}の日にしてください")));
    }
    let read = (|| Some((id?, Holder { role: role?, name: name?, kana: kana?, starts_on: typed.starts_on? })))();
    errors.into_result(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_two_to_eight_half_width_letters_or_digits() {
        for (typed, id) in
            [("ab", "ab"), (" Tanaka01 ", "Tanaka01"), ("ｔａｎａｋａ１", "tanaka1"), ("12345678", "12345678")]
        {
            assert_eq!(user_id(typed).as_deref(), Ok(id), "{typed}");
        }
        for typed in ["", " ", "a", "123456789", "田中", "ta naka", "ta-naka", "ta_1", "ab\u{200b}c", "ab\n1"] {
            assert!(user_id(typed).is_err(), "{typed:?}");
        }
    }
}
