//! The person who registers: the form as typed, and what is read from it.

use serde::{Deserialize, Serialize};

use crate::fold::{self, Email, NewPassword, Phone};
use crate::form::{FieldErrors, FieldFault};

/// Longest 姓 or 名, characters.
const NAME_MAX: usize = 40;

/// The fields of 「登録 3/4 担当者」 exactly as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct PersonForm {
    /// 姓
    pub family_name: String,
    /// 名
    pub given_name: String,
    /// 電話番号
    pub phone: String,
    /// メールアドレス
    pub email: String,
    /// パスワード
    pub password: String,
    /// パスワード（確認用）
    pub password_again: String,
}

/// A person as read from the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// 姓, exactly as typed.
    pub family_name: String,
    /// 名, exactly as typed.
    pub given_name: String,
    /// The phone number, folded.
    pub phone: Phone,
    /// The mail address, folded.
    pub email: Email,
}

impl From<&Person> for PersonForm {
    /// Fills the form again; passwords are never shown.
    fn from(person: &Person) -> Self {
        Self {
            family_name: person.family_name.clone(),
            given_name: person.given_name.clone(),
            phone: person.phone.as_str().to_owned(),
            email: person.email.as_typed().to_owned(),
            ..Self::default()
        }
    }
}

/// What could be read. The password may be good while something else is not: it
/// is then kept (hashed), so that nobody has to type it a second time.
#[derive(Debug)]
pub struct PersonReading {
    /// The person, if every field is right.
    pub person: Option<Person>,
    /// The new password, if it is right.
    pub password: Option<NewPassword>,
    /// All faults.
    pub errors: FieldErrors,
}

impl PersonForm {
    /// Reads the form. `code` is the facility's (it must not be the password);
    /// with `has_password` empty password fields keep the one already given.
    pub fn read(&self, code: &str, has_password: bool, email_max_chars: usize) -> PersonReading {
        let mut errors = FieldErrors::default();
        let (family, given) = self.names();
        let family_name = errors.take("family_name", "姓", fold::text(family, NAME_MAX));
        let given_name = errors.take("given_name", "名", fold::text(given, NAME_MAX));
        let phone = errors.take("phone", "電話番号", fold::phone(&self.phone));
        let email = errors.take("email", "メールアドレス", fold::email(&self.email, email_max_chars));
        let kept = has_password && self.password.is_empty() && self.password_again.is_empty();
        let local = email.as_ref().map_or("", Email::local_part);
        let password = if kept { None } else { self.read_password(&mut errors, &[code, local]) };
        let person = match (family_name, given_name, phone, email) {
            (Some(family_name), Some(given_name), Some(phone), Some(email)) => {
                Some(Person { family_name, given_name, phone, email })
            }
            _ => None,
        };
        PersonReading { person, password, errors }
    }

    /// 「山田　太郎」 in the box for 姓 is split at its blank when 名 is empty.
    fn names(&self) -> (&str, &str) {
        let whole = self.family_name.trim();
        match whole.split_once([' ', '\u{3000}']) {
            Some((family, given)) if self.given_name.trim().is_empty() => (family, given),
            _ => (&self.family_name, &self.given_name),
        }
    }

    fn read_password(&self, errors: &mut FieldErrors, context: &[&str]) -> Option<NewPassword> {
        super::password::read_boxes(errors, &self.password, &self.password_again, context)
    }
}

/// The fault of a tick that is missing.
pub(super) fn consent_missing() -> FieldFault {
    FieldFault::Sentence("規約を読んで、同意するに印を付けてください".to_owned())
}
