//! Letters about an inquiry (M-15). The first never holds a word that was typed:
//! whoever asks may type anybody's address. The second holds the answer.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::model::{Channel, Inquiry};
use super::repo;
use crate::account::find_active_account;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility::kind::Site;
use crate::ids::{InquiryId, InquiryMessageId};
use crate::mail::{Letter, MailContext, Message};

/// It is received: number and promised day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InquiryReceived {
    /// Which.
    pub inquiry: InquiryId,
}

/// It is answered, in these words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InquiryAnswered {
    /// Which; perhaps one whose messages another has by now.
    pub inquiry: InquiryId,
    /// The answer.
    pub message: InquiryMessageId,
}

/// All that the letters' templates may show.
struct Facts {
    to: String,
    site: Site,
    /// Empty where anybody may have typed it.
    who: String,
    number: String,
    /// Other numbers of the same address that this answers as well.
    also: Vec<String>,
    expected: String,
    answer: String,
    /// The thread, for whoever can sign in to it; empty for all others.
    thread: String,
    form: String,
    call_centre: String,
}

/// `None` when there is no address to send to.
fn facts(tx: &mut Tx<'_>, context: &MailContext, id: &InquiryId, answer: String) -> Result<Option<Facts>> {
    let inquiry = repo::get(tx.conn(), id)?;
    let Some(email) = inquiry.email.clone() else { return Ok(None) };
    let person = match &inquiry.account_id {
        Some(account) => find_active_account(tx.conn(), account)?,
        None => None,
    };
    let portal = context.portal_url(inquiry.site);
    let who = match (&person, inquiry.channel) {
        (Some(person), _) => person.full_name(),
        // Staff wrote it down.
        (None, Channel::Phone) => inquiry.name.clone(),
        (None, Channel::Web) => String::new(),
    };
    Ok(Some(Facts {
        to: email.as_str().to_owned(),
        who,
        also: also(tx, &inquiry)?,
        expected: inquiry.expected_on.format("%-m月%-d日").to_string(),
        thread: person.map_or_else(String::new, |_| format!("{portal}/inquiries/{}", inquiry.thread())),
        number: inquiry.number.to_string(),
        form: format!("{portal}/contact"),
        site: inquiry.site,
        call_centre: context.call_centre_phone.clone(),
        answer,
    }))
}

/// The numbers under which the same address asked what is now one thread.
fn also(tx: &mut Tx<'_>, inquiry: &Inquiry) -> Result<Vec<String>> {
    let root = repo::get(tx.conn(), inquiry.thread())?;
    let merged = repo::merged_into(tx.conn(), inquiry.thread())?;
    let same = |other: &Inquiry| other.id != inquiry.id && other.email_key == inquiry.email_key;
    Ok([root].into_iter().chain(merged).filter(same).map(|other| other.number.to_string()).collect())
}

/// Declares how a letter is composed from its facts.
macro_rules! letter {
    ($name:ident, $letter:literal, $subject:literal, $body:literal, ($this:ident, $tx:ident) => $answer:expr) => {
        impl Letter for $name {
            const NAME: &'static str = $letter;

            fn compose(&self, $tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
                #[derive(Template)]
                #[template(path = $subject, escape = "none")]
                struct Subject<'f> {
                    f: &'f Facts,
                }
                #[derive(Template)]
                #[template(path = $body, escape = "none")]
                struct Body<'f> {
                    f: &'f Facts,
                }

                let $this = self;
                let Some(answer) = $answer else { return Ok(None) };
                let Some(f) = facts($tx, context, &self.inquiry, answer)? else { return Ok(None) };
                Ok(Some(Message {
                    to: f.to.clone(),
                    site: Some(f.site),
                    subject: Subject { f: &f }.render().map_err(Error::internal)?.trim().to_owned(),
                    body: Body { f: &f }.render().map_err(Error::internal)?,
                    ..Message::default()
                }))
            }
        }
    };
}

letter!(
    InquiryReceived, "inquiry_received", "mail/inquiry_received/subject.txt", "mail/inquiry_received/body.txt",
    (_letter, tx) => Some(String::new())
);
letter!(
    InquiryAnswered, "inquiry_answered", "mail/inquiry_answered/subject.txt", "mail/inquiry_answered/body.txt",
    (letter, tx) => repo::body_of(tx.conn(), &letter.message)?
);
