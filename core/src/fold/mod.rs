//! Reads what people really type: full-width digits, twenty kinds of dash,
//! wareki, half-width kana, stray blanks; and says in words what cannot be read.
//!
//! Every form of portal, back office and import folds through here. All of it is
//! pure: no clock, no database. Each reader takes the text exactly as typed and
//! answers the folded value or one [`FieldFault`](crate::form::FieldFault).

mod account;
mod chars;
mod contact;
mod date;
mod era;
mod kana;
mod number;
mod password;
mod personal_number;
mod serde_text;
mod text;

pub use account::{AccountNumber, account_number};
pub(crate) use chars::is_unprintable;
pub use chars::narrowed;
pub use contact::{Email, Phone, email, phone, postal_code};
pub use date::{date, date_parts};
pub use era::{Era, wareki};
pub use kana::{kana, search_key};
pub use number::{code_digits, digits, digits_exact, number, yen};
pub use password::{NewPassword, PasswordFaults, password};
pub use personal_number::contains_personal_number;
pub(crate) use serde_text::serde_text;
pub use text::{file_name, lines, one_line_label, optional_text, text};
