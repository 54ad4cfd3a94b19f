//! What can be typed, by when an answer is promised, who sees an inquiry, and
//! what merges with what.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::Inquiry;
use super::state::State;
use crate::calendar::Calendar;
use crate::content::Category;
use crate::fold::{self, Email};
use crate::form::{FieldErrors, FieldFault};
use crate::scope::FacilityScope;
use crate::secret::ReceiptNumber;

/// The shortest question, characters: less cannot be answered.
pub const TEXT_MIN_CHARS: usize = 20;
/// The longest question, characters.
pub const TEXT_MAX_CHARS: usize = 2_000;
/// The longest answer, characters.
pub const ANSWER_MAX_CHARS: usize = 4_000;
/// The longest note, characters.
pub const NOTE_MAX_CHARS: usize = 2_000;
/// The longest name, characters.
pub(super) const NAME_MAX_CHARS: usize = 60;
/// An answer is promised within so many business days.
const PROMISE_DAYS: u32 = 3;
/// Whoever writes again has waited once already.
const AGAIN_DAYS: u32 = 1;

/// The form, exactly as typed; also what a draft holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// [`Category`], its stable text.
    pub category: String,
    /// 受付番号 of an application.
    pub application: String,
    /// The question.
    pub text: String,
    /// Who asks.
    pub name: String,
    /// Where the answer goes.
    pub email: String,
}

/// Which 受付番号 can be named.
#[derive(Debug, Clone, Copy)]
pub enum Offered<'a> {
    /// Any that reads as one: a visitor types it.
    Any,
    /// One of the facility's.
    Of(&'a [ReceiptNumber]),
}

/// A question that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// What it is about.
    pub category: Category,
    /// The application it is about.
    pub application: Option<ReceiptNumber>,
    /// The question.
    pub text: String,
    /// Who asks.
    pub name: String,
    /// Where the answer goes.
    pub email: Email,
}

impl Typed {
    /// Judges what was typed.
    ///
    /// # Errors
    /// Every fault, in the order of the form.
    pub fn read(&self, offered: Offered<'_>, email_max_chars: usize) -> Result<Input, FieldErrors> {
        let mut errors = FieldErrors::default();
        let category = errors.take("category", "お問い合わせの種類", read_category(&self.category));
        let application = errors.take("application", "受付番号", read_number(&self.application, offered));
        let text = errors.take("text", "お問い合わせの内容", read_text(&self.text));
        let name = errors.take("name", "お名前", fold::text(&self.name, NAME_MAX_CHARS));
        let email = errors.take("email", "返信先のメールアドレス", fold::email(&self.email, email_max_chars));
        let input = (|| {
            Some(Input { category: category?, application: application?, text: text?, name: name?, email: email? })
        })();
        errors.into_result(input)
    }
}

pub(super) fn read_category(typed: &str) -> Result<Category, FieldFault> {
    Category::parse(typed).ok_or(FieldFault::NotChosen)
}

fn read_number(typed: &str, offered: Offered<'_>) -> Result<Option<ReceiptNumber>, FieldFault> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let number = ReceiptNumber::parse(typed);
    match (number, offered) {
        (Some(number), Offered::Of(known)) if known.contains(&number) => Ok(Some(number)),
        (_, Offered::Of(_)) => Err(FieldFault::NotChosen),
        (Some(number), Offered::Any) => Ok(Some(number)),
        (None, Offered::Any) => Err(FieldFault::Sentence(
            "受付番号は11桁の数字です。申請の画面かメールに書かれた番号をお確かめください。分からないときは空欄のままでかまいません".to_owned(),
        )),
    }
}

/// Reads a question: long enough to be answered.
///
/// # Errors
/// What is wrong with it.
pub fn read_text(typed: &str) -> Result<String, FieldFault> {
    let text = fold::lines(typed, TEXT_MAX_CHARS)?;
    match text.chars().count() {
        now if now < TEXT_MIN_CHARS => Err(FieldFault::TooShort { min: TEXT_MIN_CHARS, now }),
        _ => Ok(text),
    }
}

/// The day promised to whoever asks today.
pub(super) fn promised(calendar: &Calendar, today: NaiveDate) -> NaiveDate {
    calendar.add_business_days(today, PROMISE_DAYS)
}

/// The day promised to whoever writes again: what they were promised before still
/// holds while they wait, and comes sooner once they had an answer.
pub(super) fn promised_again(inquiry: &Inquiry, calendar: &Calendar, today: NaiveDate) -> NaiveDate {
    match inquiry.state {
        State::Waiting => inquiry.expected_on,
        _ => calendar.add_business_days(today, AGAIN_DAYS),
    }
}

/// Whether a person sees an inquiry: the one who asked it, and the verified
/// people of the facility in hand where it was asked for that facility.
pub(super) fn sees(scope: &FacilityScope, inquiry: &Inquiry) -> bool {
    let own = inquiry.account_id.as_ref() == Some(scope.account());
    let theirs = inquiry.shared && inquiry.facility_id.as_ref() == Some(scope.facility());
    own || (scope.verified() && theirs)
}

/// Whether whoever sees the one may read the other: the same account, the same
/// facility, or, without an account, the same mail address.
pub(super) fn may_merge(from: &Inquiry, into: &Inquiry) -> bool {
    let facility = from.shared && into.shared && from.facility_id.is_some() && from.facility_id == into.facility_id;
    let asker = match &from.account_id {
        Some(account) => into.account_id.as_ref() == Some(account),
        None => from.email_key.is_some() && from.email_key == into.email_key,
    };
    from.id != into.id && (facility || asker)
}
