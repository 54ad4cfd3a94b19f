//! An answered question as the draft of an entry of よくある質問: without who asked.

use super::model::{Author, Inquiry};
use super::repo;
use super::view::may_read;
use crate::content::Category;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::facility;
use crate::fold;
use crate::ids::InquiryId;
use crate::scope::StaffScope;

/// What stands where something personal stood.
const LEFT_OUT: &str = "○○";

/// A question and its answer, free of who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForFaq {
    /// The question.
    pub question: String,
    /// The newest answer.
    pub answer: String,
    /// What it is about.
    pub category: Category,
}

/// The first question of a thread and its newest answer, the asker's name,
/// addresses, numbers and facility left out. Whoever makes an entry of it still
/// has to read it.
///
/// # Errors
/// `Forbidden` without the permission to read inquiries; `NotFound` for what has
/// no answer.
pub fn for_faq(conn: &mut Conn, scope: &StaffScope, id: &InquiryId) -> Result<ForFaq> {
    may_read(scope)?;
    let inquiry = repo::get(conn, id)?;
    let messages = repo::messages(conn, id, false)?;
    let question = messages.iter().find(|message| message.author == Author::Asker).ok_or(Error::NotFound)?;
    let answer = messages.iter().rev().find(|message| message.author == Author::Staff).ok_or(Error::NotFound)?;
    let personal = personal(conn, &inquiry)?;
    let clean =
        |text: &str| strip_addresses(&personal.iter().fold(text.to_owned(), |text, word| text.replace(word, LEFT_OUT)));
    Ok(ForFaq { question: clean(&question.body), answer: clean(&answer.body), category: inquiry.category })
}

/// Words that say who asked, the longest first: a name before its parts.
fn personal(conn: &mut Conn, inquiry: &Inquiry) -> Result<Vec<String>> {
    let mut words = vec![inquiry.name.clone(), inquiry.number.to_string()];
    words.push(inquiry.name.split_whitespace().collect());
    // Parts of one character would take too much with them.
    words.extend(inquiry.name.split_whitespace().filter(|part| part.chars().count() > 1).map(ToOwned::to_owned));
    words.extend(inquiry.email.as_ref().map(|email| email.as_str().to_owned()));
    words.extend(inquiry.phone.as_ref().map(|phone| phone.as_str().to_owned()));
    words.extend(inquiry.application_number.as_ref().map(ToString::to_string));
    if let Some(id) = &inquiry.facility_id {
        let facility = facility::repo::get(conn, id)?;
        words.extend([facility.name, facility.code.as_str().to_owned(), facility.phone]);
    }
    words.retain(|word| !word.is_empty());
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    Ok(words)
}

/// Takes out mail addresses and phone numbers that nobody told us of elsewhere.
fn strip_addresses(text: &str) -> String {
    let part_of = |c: char| c.is_ascii_alphanumeric() || "@.+-_".contains(c);
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !part_of(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let personal = !word.is_empty() && (fold::email(word, 254).is_ok() || fold::phone(word).is_ok());
        out.push_str(if personal { LEFT_OUT } else { word });
        let between = after.find(part_of).unwrap_or(after.len());
        out.push_str(&after[..between]);
        rest = &after[between..];
    }
    out
}
