//! Mail addresses, phone numbers and postal codes.

use super::chars::{is_blank, is_dash, narrow, narrowed, squeezed, trimmed};
use super::{digits_exact, serde_text};
use crate::form::FieldFault;

/// The longest address the rules of mail allow, in characters (RFC 5321 §4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// Mobile, IP and free-dial prefixes whose numbers have eleven digits
/// (電気通信番号規則 別表; 0800 begins with 080).
const ELEVEN_DIGITS: [&str; 5] = ["050", "060", "070", "080", "090"];

/// A mail address that letters can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Email {
    as_typed: String,
    key: String,
}

impl Email {
    /// As its owner writes it, with the domain in lower case: for the envelope and for show.
    pub fn as_typed(&self) -> &str {
        &self.as_typed
    }

    /// All in lower case: for comparing and for the unique key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The part before the `@`, in lower case.
    pub fn local_part(&self) -> &str {
        self.key.split_once('@').map_or(&self.key, |(local, _)| local)
    }

    /// The same as [`Email::as_typed`]: what is stored.
    pub fn as_str(&self) -> &str {
        &self.as_typed
    }

    /// Reads back what was stored.
    pub fn parse(stored: &str) -> Option<Self> {
        email(stored, LONGEST_EMAIL).ok()
    }
}

/// Reads a mail address of at most `max_len` characters: full-width ＠．。 and inner
/// blanks fold; then half-width letters, digits, `.` `-` `_` `+` and one `@`.
pub fn email(raw: &str, max_len: usize) -> Result<Email, FieldFault> {
    let folded: String =
        raw.chars().filter(|&c| !is_blank(c)).map(|c| if matches!(c, '。' | '｡') { '.' } else { narrow(c) }).collect();
    if folded.is_empty() {
        return Err(FieldFault::Missing);
    }
    let now = folded.chars().count();
    if now > max_len {
        return Err(FieldFault::TooLong { max: max_len, now });
    }
    let (local, domain) = folded.split_once('@').ok_or(FieldFault::MailShape)?;
    let as_typed = format!("{local}@{}", domain.to_ascii_lowercase());
    // lettre has the last word: what it cannot send to is of no use.
    let sendable = as_typed.parse::<lettre::Address>().is_ok();
    if !(is_local(local) && is_domain(domain) && sendable) {
        return Err(FieldFault::MailShape);
    }
    Ok(Email { key: as_typed.to_ascii_lowercase(), as_typed })
}

fn is_local(local: &str) -> bool {
    local.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_+".contains(&b))
}

/// At least two labels (RFC 1123 §2.1), the last beginning with a letter.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        let inner = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        inner && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(label)
        && last.len() >= 2
        && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// A phone number in Japan: ten or eleven digits from the area code on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Phone(String);

impl Phone {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads back what was stored.
    pub fn parse(stored: &str) -> Option<Self> {
        phone(stored).ok()
    }
}

/// Reads a phone number: 「03-…」, 「（03）…」, 「０３ー…」, 「+81 3 …」. Eleven digits after
/// 050, 060, 070, 080 and 090, else ten.
pub fn phone(raw: &str) -> Result<Phone, FieldFault> {
    if trimmed(raw).is_empty() {
        return Err(FieldFault::Missing);
    }
    let squeezed = squeezed(raw);
    let number = match squeezed.strip_prefix("+81") {
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None => squeezed,
    };
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(FieldFault::NotDigits);
    }
    if !number.starts_with('0') || number.starts_with("00") {
        return Err(FieldFault::PhoneAreaCode);
    }
    let long = ELEVEN_DIGITS.iter().any(|prefix| number.starts_with(prefix));
    let want = if long { 11 } else { 10 };
    if number.len() != want {
        return Err(FieldFault::DigitCount { want, now: number.len() });
    }
    Ok(Phone(number))
}

/// Reads a postal code as `NNN-NNNN`: 〒, dashes and width fold.
pub fn postal_code(raw: &str) -> Result<String, FieldFault> {
    let marks = |c: char| is_blank(c) || is_dash(c) || matches!(c, '〒' | '〶');
    let digits = digits_exact(narrowed(raw).trim_start_matches(marks), 7)?;
    Ok(format!("{}-{}", &digits[..3], &digits[3..]))
}

serde_text!(Email, Phone);

#[cfg(test)]
#[path = "contact_tests.rs"]
mod tests;
