//! What is wrong with what somebody typed: faults per field, and the one
//! place where they become Japanese sentences.
//!
//! Forms collect every fault before they answer, never only the first. The same
//! sentence stands in the summary at the top of the page and at the field.

/// One thing wrong with one field's value.
///
/// Values carried along are safe to show: limits and lengths, never secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the line of each variant says what its numbers are")]
pub enum FieldFault {
    /// Nothing was typed where something is needed.
    Missing,
    /// Nothing was chosen (radio, select, tick, file).
    NotChosen,
    /// Longer than allowed; counts are characters.
    TooLong { max: usize, now: usize },
    /// Shorter than allowed; counts are characters.
    TooShort { min: usize, now: usize },
    /// Not the number of digits the code has.
    DigitCount { want: usize, now: usize },
    /// Holds something other than digits.
    NotDigits,
    /// A whole number outside its range, both ends included.
    OutOfRange { min: i64, max: i64 },
    /// Control characters, or others that cannot be kept.
    Unprintable,
    /// Holds a valid 12-digit 個人番号, which must not be kept.
    PersonalNumber,
    /// A line break where one line is wanted.
    LineBreak,
    /// More digits than a 口座番号 has.
    AccountTooLong { max: usize, now: usize },
    /// Not an amount of whole yen.
    NotYen,
    /// Not shaped like a mail address.
    MailShape,
    /// A phone number without its area code.
    PhoneAreaCode,
    /// Holds something other than kana.
    NotKana,
    /// Not readable as a date at all.
    DateShape,
    /// A short year that fits several eras.
    EraNeeded,
    /// One part of a date is missing.
    PartMissing(DatePart),
    /// One part of a date is not a number in its range, both ends included.
    PartOutOfRange { part: DatePart, min: i32, max: i32 },
    /// A short password lacks one of the three kinds of characters.
    PasswordMix,
    /// A password everybody knows.
    PasswordCommon,
    /// A password holding the address, the code or the portal's name.
    PasswordContext,
    /// The repeated password is another one.
    PasswordsDiffer,
    /// A whole sentence of its own, for what only one field can get wrong.
    Sentence(String),
}

/// The part of a date that is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    /// The year.
    Year,
    /// The month.
    Month,
    /// The day.
    Day,
}

impl DatePart {
    /// The suffix of the part's form field: `born_on` + `_month`.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
        }
    }

    /// The word above the part's box.
    pub fn word(self) -> &'static str {
        match self {
            Self::Year => "年",
            Self::Month => "月",
            Self::Day => "日",
        }
    }
}

impl FieldFault {
    /// The sentence shown for this fault of the field labelled `label`.
    pub fn sentence(&self, label: &str) -> String {
        match self {
            Self::Missing => format!("{label}を入力してください"),
            Self::NotChosen => format!("{label}を選んでください"),
            Self::TooLong { max, now } => {
                format!("{label}は{max}文字以内で入力してください（今は{now}文字です）")
            }
            Self::TooShort { min, now } => {
                format!("{label}は{min}文字以上で入力してください（今は{now}文字です）")
            }
            Self::DigitCount { want, now } => {
                format!("{label}は{want}桁の数字で入力してください（今は{now}桁です）")
            }
            Self::NotDigits => format!("{label}は数字で入力してください"),
            Self::OutOfRange { min, max } => {
                format!("{label}は{min}から{max}までの数字で入力してください")
            }
            Self::Unprintable => {
                format!("{label}に使えない文字（目に見えない記号など）が入っています。入力し直してください")
            }
            Self::PersonalNumber => {
                format!("{label}にマイナンバー（個人番号）と思われる12桁の番号が入っています。番号を消してください")
            }
            Self::LineBreak => format!("{label}は改行せずに1行で入力してください"),
            Self::AccountTooLong { max, now } => format!(
                "{label}は{max}桁までの数字で入力してください（今は{now}桁です）。銀行や支店の番号は入れません。\
                 ゆうちょ銀行の記号・番号は「11940-12345671」の形で入力してください"
            ),
            Self::NotYen => format!("{label}は円単位の数字で入力してください"),
            Self::MailShape => format!("{label}は name@example.jp の形で入力してください"),
            Self::PhoneAreaCode => format!("{label}は市外局番から入力してください"),
            Self::NotKana => format!("{label}はカタカナで入力してください"),
            Self::DateShape => {
                format!("{label}は「1955年4月3日」か「昭和30年4月3日」の形で入力してください")
            }
            Self::EraNeeded => {
                format!("{label}の「年」は西暦4桁か、昭和などの元号をつけて入力してください")
            }
            Self::PartMissing(part) => format!("{label}の「{}」を入力してください", part.word()),
            Self::PartOutOfRange { part, min, max } => {
                format!("{label}の「{}」は{min}から{max}までの数字で入力してください", part.word())
            }
            Self::PasswordMix => format!(
                "{label}には英大文字・英小文字・数字をそれぞれ1文字以上入れてください（15文字以上のときは自由です）"
            ),
            Self::PasswordCommon => {
                format!("{label}によく使われる言葉や並びは使えません。別のものにしてください")
            }
            Self::PasswordContext => {
                format!("{label}にメールアドレス・機関コード・サイトの名前は使えません。別のものにしてください")
            }
            Self::PasswordsDiffer => {
                format!("{label}が上のパスワードと違います。同じものを入力してください")
            }
            Self::Sentence(text) => text.clone(),
        }
    }

    /// The part of a date this fault is about, to lead to its box.
    pub fn date_part(&self) -> Option<DatePart> {
        match self {
            Self::PartMissing(part) | Self::PartOutOfRange { part, .. } => Some(*part),
            Self::EraNeeded => Some(DatePart::Year),
            _ => None,
        }
    }
}

/// One faulty field: its form name, the label users see, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The `name` attribute, by which the summary links to the field.
    pub field: String,
    /// The label as it stands above the field.
    pub label: String,
    /// What is wrong.
    pub fault: FieldFault,
}

impl FieldError {
    /// The sentence users read.
    pub fn sentence(&self) -> String {
        self.fault.sentence(&self.label)
    }
}

/// All faults of one form, in the order of its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Unwraps a reading, or notes its fault under `field` and gives `None`.
    pub fn take<T>(&mut self, field: &str, label: &str, reading: Result<T, FieldFault>) -> Option<T> {
        reading.map_err(|fault| self.add(field, label, fault)).ok()
    }

    /// Notes one fault.
    pub fn add(&mut self, field: &str, label: &str, fault: FieldFault) {
        self.0.push(FieldError { field: field.to_owned(), label: label.to_owned(), fault });
    }

    /// Takes over all faults of another form part.
    pub fn extend(&mut self, other: FieldErrors) {
        self.0.extend(other.0);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All faults in order, for the summary.
    pub fn iter(&self) -> std::slice::Iter<'_, FieldError> {
        self.0.iter()
    }

    /// The sentences that belong to one field.
    pub fn of(&self, field: &str) -> Vec<String> {
        self.0.iter().filter(|e| e.field == field).map(FieldError::sentence).collect()
    }

    /// Whether this field has a fault.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|e| e.field == field)
    }

    /// `Ok(value)` when nothing is wrong, else the faults.
    pub fn into_result<T>(self, value: Option<T>) -> Result<T, FieldErrors> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}
